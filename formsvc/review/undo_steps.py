"""What one approval put into the record, item by item, and whether each can be undone (M24)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.held import history
from formsvc.customers.models import Cause, Contact, Customer, CustomerValue, CustomerVersion
from formsvc.invitations.models import LIVE, Invitation
from formsvc.submissions.models import Submission

CONTACT = "contacts"  # the item for a contact that the merge added, as a whole


class Why(StrEnum):
    """Why an item cannot be undone."""

    UNDONE = "undone"  # already
    CHANGED = "changed"  # later, by another version
    FOLLOWED = "followed"  # by another contact
    ASKED = "asked"  # a link to the contact is open
    MERGED = "merged"  # the record was merged into another one, and changes no more


@dataclass(frozen=True)
class Hindrance:
    """`version` is the one that did it, where one did."""

    why: Why
    version: CustomerVersion | None = None


@dataclass(frozen=True)
class Step:
    """One item that can be undone by itself: a field, or the contact with the number `added` with all its fields.

    `merged` is what the merge set, `back` what would be held again, empty where nothing was held. `successor_of` is the
    contact who would be the primary one again.
    """

    key: str
    contact: int
    merged: Sequence[CustomerValue]
    back: Sequence[CustomerValue]
    hindrance: Hindrance | None = None
    added: int | None = None
    successor_of: int | None = None

    @property
    def confirmed_at(self) -> datetime | None:
        """When the customer stated what was merged once more, in a later submission."""
        later = [row.verified_at for row in self.merged if row.verified_at and row.verified_at > row.set_at]
        return max(later, default=None)


def undoable(session: Session, submission: Submission) -> list[Step]:
    """What the merge of `submission` set, item by item, each with why it cannot be undone where it cannot."""
    merge = _merge(session, submission)
    if merge is None:
        return []
    customer = submission.invitation.customer
    merged = _Merged(session, customer, merge)
    fields = [merged.field(row) for row in merged.rows if row.contact != merged.added]
    steps = [*fields, merged.contact()] if merged.added else fields
    if customer.merged_into_id:
        return [replace(step, hindrance=Hindrance(Why.MERGED)) for step in steps]
    return steps


def _merge(session: Session, submission: Submission) -> CustomerVersion | None:
    of_it = CustomerVersion.submission_id == submission.id, CustomerVersion.cause == Cause.SUBMISSION
    return session.scalar(select(CustomerVersion).where(*of_it))


class _Merged:
    """What one merge did to the record, read once."""

    def __init__(self, session: Session, customer: Customer, merge: CustomerVersion) -> None:
        self._session, self._customer, self._merge = session, customer, merge
        self._all = history(session, customer)
        self.rows = sorted((row for row in self._all if row.since == merge.number), key=lambda row: row.id)
        before = {row.contact for row in self._all if row.since < merge.number}
        self.added = next((row.contact for row in self.rows if row.contact > 1 and row.contact not in before), None)

    def field(self, row: CustomerValue) -> Step:
        """The item for one field of the customer, or of a contact that was there."""
        last = self._last(row)
        back = [old for old in self._of(row) if old.until == self._merge.number]
        return Step(row.field, row.contact, [last], back, self._ended(last) if last.until else None)

    def contact(self) -> Step:
        """The item for the contact that the merge added."""
        number = self.added
        rows = [self._last(row) for row in self.rows if row.contact == number]
        found = select(Contact).where(Contact.customer_id == self._customer.id, Contact.followed_by == number)
        old = self._session.scalar(found)
        hindrance = self._hindrance_of_contact(rows)
        return Step(CONTACT, rows[0].contact, rows, (), hindrance, number, old.number if old else None)

    def _hindrance_of_contact(self, rows: Sequence[CustomerValue]) -> Hindrance | None:
        number = rows[0].contact
        if ended := next((row for row in rows if row.until), None):
            return self._ended(ended)
        held = [row for row in self._all if row.contact == number and row.until is None and row not in rows]
        if held:
            return Hindrance(Why.CHANGED, self._version(held[0].since))
        if (self._customer.primary_contact == number) != (self._merge.primary_contact == number):
            return Hindrance(Why.FOLLOWED)
        live = Invitation.contact == number, Invitation.state.in_(LIVE)
        asked = select(Invitation.id).where(Invitation.customer_id == self._customer.id, *live)
        return Hindrance(Why.ASKED) if self._session.scalar(asked) else None

    def _last(self, row: CustomerValue) -> CustomerValue:
        """The value that was merged, or the newest copy of it: another undo can have put it back."""
        same = [copy for copy in self._of(row) if (copy.submission_id, copy.set_at) == (row.submission_id, row.set_at)]
        return max(same, key=lambda copy: copy.since)

    def _of(self, row: CustomerValue) -> list[CustomerValue]:
        return [other for other in self._all if (other.contact, other.field) == (row.contact, row.field)]

    def _ended(self, row: CustomerValue) -> Hindrance:
        version = self._version(row.until or 0)
        is_undo = (version.cause, version.submission_id) == (Cause.UNDO, self._merge.submission_id)
        return Hindrance(Why.UNDONE if is_undo else Why.CHANGED, version)

    def _version(self, number: int) -> CustomerVersion:
        return self._session.get_one(CustomerVersion, (self._customer.id, number))
