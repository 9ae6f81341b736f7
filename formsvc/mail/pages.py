"""The mail of a trial run, which goes to files: administrators read it here. Not there where a mail server is set."""

from flask import Blueprint, Response, abort, render_template
from sqlalchemy import select
from sqlalchemy.orm import defer

from formsvc.db import db
from formsvc.mail.compose import Broken, compose, subject_of
from formsvc.mail.models import OutboxMessage
from formsvc.staff.access import requires
from formsvc.staff.models import Permission

blueprint = Blueprint("mail", __name__, url_prefix="/mail")
SHOWN = 100


@blueprint.get("/")
@requires(Permission.READ_MAIL)
def index() -> str:
    newest = select(OutboxMessage).options(defer(OutboxMessage.content)).order_by(OutboxMessage.id.desc()).limit(SHOWN)
    messages = [(message, _subject(message)) for message in db.session.scalars(newest).all()]
    return render_template("mail/index.html", messages=messages)


@blueprint.get("/<int:id_>")
@requires(Permission.READ_MAIL)
def show(id_: int) -> str:
    message, words = _find(id_)
    return render_template("mail/show.html", message=message, words=words)


@blueprint.get("/<int:id_>/html")
@requires(Permission.READ_MAIL)
def html(id_: int) -> Response:
    """The HTML part as a mail program shows it: with the styles it carries in itself, and nothing else."""
    response = Response(_find(id_)[1]["html"], mimetype="text/html")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups"
    return response


def _find(id_: int) -> tuple[OutboxMessage, dict[str, str]]:
    """The message and its words. What cannot be put into words is not found."""
    message = db.session.get(OutboxMessage, id_, options=[defer(OutboxMessage.content)]) or abort(404)
    try:
        return message, compose(message)
    except Broken:
        abort(404)


def _subject(message: OutboxMessage) -> str:
    try:
        return subject_of(message)
    except Broken as error:
        return str(error)
