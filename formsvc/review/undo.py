"""Undo what one approval put into the record, by field, without touching what came later (M24).

Mail that went out stays sent, confirmations of other values stay, and the submission stays approved.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from formsvc import audit
from formsvc.customers import contacts, record, rows
from formsvc.customers.models import Cause, Customer, CustomerValue, CustomerVersion
from formsvc.review.undo_steps import Step, undoable
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission

MAX_REASON = 500


class CannotUndo(Exception):
    """What was chosen was undone or changed meanwhile, or never was of this merge."""


class ReasonMissing(ValueError):
    """An undo needs a reason for the files."""


class NothingChosen(ValueError):
    """An undo of no field."""


@dataclass(frozen=True)
class Undone:
    """A version that undid something of a merge: `rows` are the values that it ended."""

    version: CustomerVersion
    rows: Sequence[CustomerValue]


def undo(
    session: Session, submission: Submission, items: Collection[str], who: Staff, reason: str, seen: int, now: datetime
) -> int:  # fmt: skip
    """Hold what was held before the merge of `submission` again for `items`, fields by key or CONTACT; the new version.

    `seen` is the record's version that was looked at. Raises ReasonMissing, NothingChosen, CannotUndo, StaleRecord.
    """
    if not reason:
        raise ReasonMissing
    if not items:
        raise NothingChosen
    customer = submission.invitation.customer
    rows.lock(session, customer)  # nobody invites a contact who is about to be removed
    steps = [step for step in undoable(session, submission) if step.key in items]
    if {step.key for step in steps} != set(items) or any(step.hindrance for step in steps):
        raise CannotUndo(submission.id)
    primary = next((step.successor_of for step in steps if step.successor_of), None)
    change = record.Change(Cause.UNDO, who.id, submission.id, reason=reason)
    version = record.begin_version(session, customer, change, now, seen=seen, primary=primary)
    for step in steps:
        _undo(session, customer, step, version, now)
    record.repeat(session, customer)
    fields = sorted(row.field for step in steps for row in step.merged)
    audit.record(session, who.actor, "submission.undone", submission.subject, now, fields=fields)
    return version


def undone(session: Session, submission: Submission) -> list[Undone]:
    """What was undone of the merge of `submission`, by whom and why, oldest first."""
    of_it = CustomerVersion.submission_id == submission.id, CustomerVersion.cause == Cause.UNDO
    found = select(CustomerVersion).where(*of_it).order_by(CustomerVersion.number)
    versions = session.scalars(found.options(joinedload(CustomerVersion.staff))).all()
    numbers = [version.number for version in versions]
    ended = CustomerValue.customer_id == submission.invitation.customer_id, CustomerValue.until.in_(numbers)
    values = session.scalars(select(CustomerValue).where(*ended).order_by(CustomerValue.id)).all() if numbers else []
    return [Undone(version, [row for row in values if row.until == version.number]) for version in versions]


def _undo(session: Session, customer: Customer, step: Step, version: int, now: datetime) -> None:
    rows.end(session, customer, step.contact, [row.field for row in step.merged], version)
    record.restore(session, step.back, version)
    if step.added:
        contacts.remove(session, customer, [step.added], now)
    if step.successor_of:
        contacts.come_back(session, customer, step.successor_of)
