"""Customers in every state that a link can be in, and the mail that reached them."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.fields import Value
from formsvc.invitations import links
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation
from formsvc.mail.delivery import deliver_due
from formsvc.questionnaires.definition import default_data
from formsvc.questionnaires.verbs import publish
from formsvc.review import verbs as review
from formsvc.review.diff import Decision
from formsvc.staff import verbs as staff
from formsvc.staff.models import Staff
from formsvc.submissions import verbs
from formsvc.submissions.models import Submission
from tests.factories import invitation, opened, writing
from tests.filling import Invited, answered, confirm, invited
from tests.installation import ZONE
from tests.proving import guarded

HELD: Mapping[str, Value] = {
    "basic.uscc": "914403001922038216", "basic.industry": "C", "basic.address": "合肥市高新区望江西路 800 号",
    "contacts.salutation": "ms", "contacts.position": "采购经理", "needs.products": ["encryption", "support"],
}  # fmt: skip
NEW: Mapping[str, Value] = {"contacts.email": "zhang.min@example.org", "contacts.mobile": "+8613856780009"}


def now() -> datetime:
    return datetime.now(ZONE)


def invited_now(app: Flask, values: Mapping[str, Value] = {}) -> Invited:
    return invited(app, now=now(), values=values)


def states(app: Flask) -> dict[str, str]:
    """The path of a link in each state, by the state's name."""
    fresh = invited_now(app)
    folded = invited(app, now=now(), values=HELD)
    confirm(app, folded.number, now())
    made = {
        "fresh": fresh, "folded": folded, "returned": returned(app), "waiting": waiting(app), "approved": approved(app),
        "rejected": rejected(app), "withdrawn": withdrawn(app), "dead": dead(app),
    }  # fmt: skip
    return {name: given.path for name, given in made.items()} | {"unknown": "/q/unknown"}


def waiting(app: Flask, values: Mapping[str, Value] = NEW) -> Invited:
    """Sent, with new addresses."""
    given = invited(app, now=now(), values=HELD)
    answered(app, given, {**HELD, **values}, now=now(), times={"": 161, "basic": 40, "contacts": 75})
    return given


def returned(app: Flask) -> Invited:
    """Asked to mend a value that stands there and one that is missing."""
    notes = {"contacts.mobile": "最后一位是 9 还是 8？", "basic.size": "请选择企业规模。"}
    note = "有两处想请您再看一下。"
    return _decided(app, waiting(app), lambda session, sent, by: review.return_(session, sent, by, note, now(), notes))


def approved(app: Flask) -> Invited:
    return approve(app, waiting(app))


def rejected(app: Flask) -> Invited:
    return _decided(app, waiting(app), lambda session, sent, by: review.reject(session, sent, by, "与我们无关", now()))


def approve(app: Flask, given: Invited) -> Invited:
    """What was sent becomes the record, all of it."""

    def all_of_it(session: Session, sent: Submission, reviewer: Staff) -> None:
        rows = dict.fromkeys(sent.all_answers, Decision("accept"))
        review.approve(session, sent, reviewer, rows, "", sent.invitation.customer.version, now())

    return _decided(app, given, all_of_it)


def withdrawn(app: Flask) -> Invited:
    given = waiting(app)
    with writing(app) as session:
        verbs.withdraw(session, opened(session, session.get_one(Invitation, given.id)), now())
    return given


def dead(app: Flask) -> Invited:
    given = invited(app, now=now())
    with writing(app) as session:
        invitations.revoke(session, session.get_one(Invitation, given.id), "system", now())
    return given


def invited_again(app: Flask, given: Invited) -> Invited:
    """The customer of `given` with a further invitation."""
    with writing(app) as session:
        first = session.get_one(Invitation, given.id)
        made = invitation(session, first.customer, now())
        path = f"/q/{links.token(made.id, made.link_number)}"
        return Invited(given.number, made.id, path, given.manager)


def behind_code(app: Flask) -> Invited:
    """A customer whose questionnaire asks for a code; those after it are not asked for one."""
    given = guarded(app, now=now(), values=HELD)
    with writing(app) as session:
        publish(session, default_data(), now())
    return given


def link_in(mail: EmailMessage) -> str:
    """The first address in the mail's text."""
    found = re.search(r"http://\S+", text(mail))
    assert found
    return found[0]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def letter(app: Flask, kind: str) -> EmailMessage:
    """The newest mail of that kind, delivered now."""
    with app.app_context():
        deliver_due()
    folder: Path = app.extensions["config"].var / "mail"
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]
    return [mail for mail in mails if mail["X-Formsvc-Kind"] == kind][-1]


def _decided(app: Flask, given: Invited, decide: Callable[[Session, Submission, Staff], object]) -> Invited:
    with writing(app) as session:
        sent = session.scalars(select(Submission).where(Submission.invitation_id == given.id)).one()
        reviewer = staff.find(session, given.manager)
        assert reviewer
        decide(session, sent, reviewer)
    return given
