"""The customer's page: GET shows the questionnaire or the receipt and changes nothing, POST acts."""

from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from formsvc.customers.manager import organisation
from formsvc.db import db
from formsvc.db import reading as connected
from formsvc.invitations.models import InvitationState
from formsvc.questionnaires.forms import CONSENT_SENSITIVE
from formsvc.submissions import address_pages, copy, drafts, proof, proof_pages, reading, verbs
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.submissions.page import Filling, Reader
from formsvc.submissions.posting import Answer, Posted
from formsvc.submissions.reading import DeadLink, Opened, UnknownLink
from formsvc.web.access import public
from formsvc.web.show import now

blueprint = Blueprint("submissions", __name__)


@blueprint.get("/q/<token>")
@public
def fill(token: str) -> Answer:
    reader = reader_of(token)
    if is_over(reader.opened) or (_waits(reader.opened) and _asks_receipt(reader)):
        return _receipt(reader)
    if not reader.sees_held and "blank" not in request.args:
        return proof_pages.page(reader.opened, token)
    return reader.page(resumed(reader))


@blueprint.post("/q/<token>")
@public
def act(token: str) -> Answer:
    """What the pressed button says."""
    action = request.form.get("action", "submit")
    if action not in Posted.ACTS:
        abort(400)
    reader = reader_of(token)
    if is_over(reader.opened):
        return too_late(reader)
    try:
        return Posted(reader).act(action)
    except verbs.SentMeanwhile:
        return Posted(reader_of(token)).shown("sent-meanwhile"), 409
    except (verbs.LinkIsDead, verbs.AlreadyDecided):
        reader = reader_of(token)
        return too_late(reader) if is_over(reader.opened) else redirect(reader.address(), 303)


@blueprint.get("/q/<token>/copy.pdf")
@public
def copy_to_keep(token: str) -> Response:
    """What was sent, to keep or print (M18)."""
    reader = reader_of(token)
    last = reader.opened.last
    if last is None or last.state is SubmissionState.WITHDRAWN or not reader.sees_held:
        abort(404)
    sent = db.session.get_one(Submission, last.id, options=[joinedload(Submission.consents)])
    answer = make_response(copy.pdf(sent, reader.opened.manager, reader.opened.about.customer))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f"inline; filename={reader.opened.definition.key}.pdf"
    return answer


def unknown_link(_error: UnknownLink) -> Answer:
    return render_template("submissions/unknown_link.html", contact=organisation()), 404


def dead_link(error: DeadLink) -> Answer:
    return render_template("submissions/dead_link.html", contact=error.contact), 410


def reader_of(token: str) -> Reader:
    """Who opens the link, with the draft that is theirs. Raises UnknownLink, DeadLink."""
    with connected() as connection:
        opened = reading.find(connection, token, "", now())
        if sees_held := proof.may_see(opened):
            return Reader(opened, token, "", sees_held, now())
        if is_over(opened):
            raise DeadLink(opened.manager)  # what was decided, and when, is for whom it is about
        key = proof.reader_key()
        return Reader(reading.find(connection, token, key, now()), token, key, sees_held, now())


def is_over(opened: Opened) -> bool:
    return opened.state is InvitationState.CLOSED and opened.last is not None


def _waits(opened: Opened) -> bool:
    return opened.last is not None and opened.last.state is SubmissionState.WAITING


def _asks_receipt(reader: Reader) -> bool:
    """Who sees nothing that is held may not learn by the link alone that someone answered."""
    return "edit" not in request.args and (reader.sees_held or proof.has_sent(reader.opened))


def resumed(reader: Reader) -> Filling:
    """The form as it was left, or as the record has it."""
    saved, seen = reader.opened.draft, reader.opened.revision
    agreed = {CONSENT_SENSITIVE: drafts.is_agreed(saved.typed if saved else reader.start)}
    if saved is None:
        return Filling(reader.start, seen, consents=agreed)
    typed = {**saved.typed, **{key: {} for key in reader.opened.asked.sensitive}}
    return Filling(typed, seen, saved.number, saved.opened_at, saved.saved_at, consents=agreed, secrets=saved.typed)


def too_late(reader: Reader) -> Answer:
    """The receipt of what was decided, and what was typed since, which is not taken any more."""
    posted = Posted(reader)
    return _receipt(reader, reader.unsent(posted.form.typed) if posted.has_answers else None), 409


def _receipt(reader: Reader, unsent: Any = None) -> str:
    opened = reader.opened
    return render_template(
        "submissions/receipt.html", opened=opened, submission=opened.last, reader=reader, contact=opened.manager,
        changes=reader.sent_changes() if _waits(opened) and reader.sees_held else None, unsent=unsent,
        new_addresses=address_pages.shown(opened), token=reader.token,
    )  # fmt: skip
