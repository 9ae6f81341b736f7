"""The pages for what went wrong: what happened, and what to do next."""

import logging
import traceback

from flask import Flask, Response, current_app, render_template, request
from flask.globals import request_ctx
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from formsvc.crypto import KeyMissing
from formsvc.web.access import PUBLIC, access_of

log = logging.getLogger(__name__)
FRAMED = (403, 404)


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(KeyMissing, on_missing_key)
    app.register_error_handler(Exception, on_crash)


def on_http_error(error: HTTPException) -> Response | tuple[str, int]:
    """A page for `error` with its own status; for a request without a usable Host, which has no addresses, a line."""
    status = error.code or 500
    if request_ctx.url_adapter is None:
        return Response("Bad request", status, mimetype="text/plain")
    title, advice = explain(status)
    page = "web/error_staff.html" if status in FRAMED and _is_for_staff() else "web/error.html"
    return render_template(page, title=title, advice=advice), status


def _is_for_staff() -> bool:
    """Whether who is signed in asked for a page that is not public: its error keeps the way to the other pages."""
    is_public = access_of(current_app.view_functions.get(request.endpoint or "")) == PUBLIC
    return not is_public and bool(current_user.is_authenticated)


def on_csrf_error(_error: CSRFError) -> tuple[str, int]:
    title = _("This page was open for too long")
    advice = _("Go back, reload the page and send it again. Nothing was changed.")
    return render_template("web/error.html", title=title, advice=advice), 400


def on_missing_key(_error: KeyMissing) -> tuple[str, int]:
    """What to do is for staff: a customer is asked to try again. The log has the route, and no value or token."""
    log.error("%s needs a value whose key is missing from FORMSVC_SECRET_KEYS", request.endpoint)
    if access_of(current_app.view_functions.get(request.endpoint or "")) == PUBLIC:
        title, advice = explain(503)
    else:
        title = _("A value cannot be read: its key is missing from the configuration")
        advice = _(
            "Nothing was changed. Ask whoever runs the service to put the key that was taken out back into "
            "FORMSVC_SECRET_KEYS, behind the others, and to start the service again."
        )
    return render_template("web/error.html", title=title, advice=advice), 503


def on_crash(error: Exception) -> tuple[str, int]:
    """The page for a bug. The log has where it happened, but not the error's text: it may hold a person's data."""
    log.error("unexpected %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    title, advice = explain(500)
    return render_template("web/error.html", title=title, advice=advice), 500


def explain(status: int) -> tuple[str, str]:
    """The title and the advice for an HTTP status, in the reader's language."""
    sentences = {
        400: (_("This request could not be understood"), _("Go back, reload the page and try again.")),
        403: (_("You may not see this page"), _("Ask an administrator if you need it for your work.")),
        404: (_("There is no such page"), _("Check the address, or go back to where you came from.")),
        405: (_("This page cannot be used in this way"), _("Go back and use the buttons on the page.")),
        409: (_("Someone was quicker"), _("Reload the page to see how things stand now.")),
        413: (_("That is too large"), _("Send less text or a smaller file.")),
        429: (_("Too many tries"), _("Wait a quarter of an hour and try again.")),
    }
    unknown = (
        _("Something went wrong on our side"),
        _("Try again in a few minutes. What was saved before is safe."),
    )
    return sentences.get(status, unknown if status >= 500 else sentences[400])
