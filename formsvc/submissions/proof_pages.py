"""The pages on which a customer asks for a code and brings it back. GET shows, POST sends and checks (M11)."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from formsvc.db import reading as connected
from formsvc.db import transaction
from formsvc.invitations.models import Invitation
from formsvc.submissions import codes, drafts, proof, reading
from formsvc.submissions.reading import Opened
from formsvc.web import language
from formsvc.web.access import public
from formsvc.web.show import now

blueprint = Blueprint("proof", __name__)
Answer = Response | tuple[str, int]


@blueprint.get("/q/<token>/prove")
@public
def ask(token: str) -> Answer:
    opened = find(token, proof.reader_key())
    return to_link(token) if proof.may_see(opened) else page(opened, token, has_code=True)


@blueprint.post("/q/<token>/code")
@public
def send(token: str) -> Answer:
    opened = find(token)
    if proof.may_see(opened):
        return to_link(token)
    try:
        with transaction() as session:
            proof.send_code(session, session.get_one(Invitation, opened.id), language.current(), now())
    except codes.TooMany:
        return page(opened, token, has_code=True, problem=no_more_codes(), status=429)
    return redirect(url_for(".ask", token=token, sent=1, lang=request.args.get("lang")), 303)


@blueprint.post("/q/<token>/prove")
@public
def prove(token: str) -> Answer:
    opened = find(token)
    if proof.may_see(opened):
        return to_link(token)
    try:
        with transaction() as session:
            given = request.form.get("code", "")
            is_right = proof.prove(session, session.get_one(Invitation, opened.id), given, now())
            if is_right:
                drafts.adopt(session, opened, proof.reader_key())
    except codes.TooMany:
        return page(opened, token, has_code=True, problem=no_more_tries(), status=429)
    if not is_right:
        return page(opened, token, has_code=True, problem=wrong_code(), status=422)
    proof.remember(opened.id, opened.link_number)
    return to_link(token)


def page(
    opened: Opened, token: str, has_code: bool = False, problem: str | None = None, status: int = 200
) -> tuple[str, int]:
    """Asks to show that it is you: with a button that sends a code, or with the control for it where `has_code`."""
    return render_template(
        "submissions/prove.html", token=token, contact=opened.manager, has_code=has_code, problem=problem,
        is_wrong=status == 422, has_draft=opened.draft is not None,
        questionnaire=opened.definition.title.in_(language.current()),
    ), status  # fmt: skip


def find(token: str, reader: str = proof.NOBODY) -> Opened:
    """What a link opens, with the draft of `reader`. Raises UnknownLink, DeadLink."""
    with connected() as connection:
        return reading.find(connection, token, reader, now())


def to_link(token: str) -> Response:
    return redirect(url_for("submissions.fill", token=token, lang=request.args.get("lang")), 303)


def wrong_code() -> str:
    return _("This code is not right, or too old. Check the six digits, or get a new code.")


def no_more_tries() -> str:
    return _("Too many tries with this code: it is worth nothing any more. Please get a new one.")


def no_more_codes() -> str:
    return _("Three codes were asked for within an hour. Please enter the newest one, or try again in an hour.")
