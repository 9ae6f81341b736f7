"""The mail of a trial run, which goes to files: administrators read it here. Not there where a mail server is set."""

from flask import Blueprint, Response, abort, render_template
from sqlalchemy import select

from formsvc.db import db
from formsvc.mail.models import OutboxMessage
from formsvc.staff.access import requires
from formsvc.staff.models import Permission

blueprint = Blueprint("mail", __name__, url_prefix="/mail")
SHOWN = 100


@blueprint.get("/")
@requires(Permission.READ_MAIL)
def index() -> str:
    newest = select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(SHOWN)
    return render_template("mail/index.html", messages=db.session.scalars(newest).all())


@blueprint.get("/<int:id_>")
@requires(Permission.READ_MAIL)
def show(id_: int) -> str:
    return render_template("mail/show.html", message=_find(id_))


@blueprint.get("/<int:id_>/html")
@requires(Permission.READ_MAIL)
def html(id_: int) -> Response:
    """The HTML part as a mail program shows it: with the styles it carries in itself, and nothing else."""
    response = Response(_find(id_).content["html"], mimetype="text/html")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups"
    return response


def _find(id_: int) -> OutboxMessage:
    return db.session.get(OutboxMessage, id_) or abort(404)
