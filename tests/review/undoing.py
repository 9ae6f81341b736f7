"""Merges, and what is undone of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from formsvc.customers import contacts, record
from formsvc.customers.held import held_values
from formsvc.customers.models import Origin
from formsvc.customers.record import Source
from formsvc.fields import Value
from formsvc.invitations import moves
from formsvc.review import undo
from formsvc.review.undo_steps import Why, undoable
from formsvc.submissions.models import ConsentKind, Submission, SubmissionState
from tests.factories import ENTERPRISE, invitation, staff_account, submission
from tests.installation import NOW
from tests.review.deciding import ANSWERS, LATER, approve

UNDO_AT = NOW + timedelta(days=3)
FIELDS = ["contacts.name", "needs.term"]
NEW = {"contacts.name": "王芳", "contacts.mobile": "+8613900010009"}


def merged(session: Session, values: Mapping[str, Value] = ANSWERS, **other: Any) -> Submission:
    made = submission(session, values=values, **other)
    approve(session, made, made.invitation.customer.owner or staff_account(session))
    session.flush()
    return made


def asked_again(session: Session, made: Submission, values: Mapping[str, Value], now: Any = LATER) -> Submission:
    """Another submission of the same customer, approved."""
    again = submission(session, invitation(session, made.invitation.customer, now), values, now)
    approve(session, again, staff_account(session, "陈晨"), dict.fromkeys(values, "accept"))
    session.flush()
    return again


def added(session: Session, is_successor: bool) -> Submission:
    """A submission whose merge added a contact, as a review does."""
    made = submission(session, values={**ENTERPRISE, **NEW})
    customer, reviewer = made.invitation.customer, staff_account(session)
    old, number = customer.primary_contact, contacts.next_number(session, customer)
    consent = next(consent.id for consent in made.consents if consent.kind is ConsentKind.PRIVACY)
    source = Source(Origin.SUBMISSION, reviewer.id, made.id, consent, verified_at=NOW)
    made.state, made.decided_by, made.decided_at = SubmissionState.APPROVED, reviewer.id, LATER
    made.next_step = made.due_at = None
    values = {**NEW, "needs.term": "long"}
    record.change(session, customer, values, source, LATER, seen=1, contact=number,
                  primary=number if is_successor else None)  # fmt: skip
    contacts.add(session, customer, number, LATER)
    if is_successor:
        contacts.leave(session, customer, old, number, LATER)
    moves.mark_closed(session, made.invitation)
    session.flush()
    return made


def take_back(session: Session, made: Submission, *items: str, reason: str = "填错了", seen: int | None = None) -> int:
    seen = seen or made.invitation.customer.version
    who = made.invitation.customer.owner or staff_account(session)
    version = undo.undo(session, made, items, who, reason, seen, UNDO_AT)
    session.flush()
    return version


def held(session: Session, made: Submission) -> dict[str, Any]:
    return held_values(session, made.invitation.customer)


def steps(session: Session, made: Submission) -> dict[str, Why | None]:
    """Why each item cannot be undone, by key."""
    return {step.key: step.hindrance.why if step.hindrance else None for step in undoable(session, made)}
