"""What a merge put into a record, place by place, and what a split would do about it (M26)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from formsvc.audit import AuditFact
from formsvc.customers.held import history
from formsvc.customers.merging.choices import Held, content
from formsvc.customers.merging.verbs import MERGED
from formsvc.customers.models import Cause, Customer, CustomerValue, CustomerVersion


class Why(StrEnum):
    """Why something stays as it is now."""

    CHANGED = "changed"  # by another version
    CONFIRMED = "confirmed"  # by the customer, since the merge
    ASKED = "asked"  # the contact is the one who is asked by now, or was


@dataclass(frozen=True)
class Hindrance:
    """`version` is the one that did it, where one did."""

    why: Why
    version: CustomerVersion | None = None


@dataclass(frozen=True)
class Step:
    """One field: `merged` is what the merge left there, `back` what would be held again; None is nothing."""

    contact: int
    field: str
    merged: Held
    back: Held
    hindrance: Hindrance | None = None

    @property
    def is_told(self) -> bool:
        """Whether a person would see a difference."""
        return bool(content(self.merged) != content(self.back))


@dataclass(frozen=True)
class Added:
    """A contact that came along, with what is held of it."""

    number: int
    rows: Sequence[CustomerValue]
    hindrance: Hindrance | None = None


@dataclass(frozen=True)
class Plan:
    """What a split would do. `before` is what else the record said before the merge, as the merge's fact has it."""

    steps: Sequence[Step]
    added: Sequence[Added]
    before: dict[str, Any]

    @property
    def back(self) -> list[Step]:
        return [step for step in self.steps if not step.hindrance]

    @property
    def removed(self) -> list[Added]:
        return [each for each in self.added if not each.hindrance]


def merges(session: Session, staying: Customer) -> list[CustomerVersion]:
    """The merges into `staying` that still stand, newest first, with the records that went and who merged them."""
    merged = CustomerVersion.customer_id == staying.id, CustomerVersion.cause == Cause.MERGE
    found = select(CustomerVersion).join(CustomerVersion.other).where(*merged, Customer.merged_into_id == staying.id)
    whole = joinedload(CustomerVersion.other), joinedload(CustomerVersion.staff)
    newest: dict[int | None, CustomerVersion] = {}
    for version in session.scalars(found.order_by(CustomerVersion.number.desc()).options(*whole)):
        newest.setdefault(version.other_id, version)  # the two may have been split once, and merged again
    return list(newest.values())


def find_merge(session: Session, staying: Customer, number: int) -> CustomerVersion | None:
    """The merge that made the version with that number, where it still stands."""
    return next((version for version in merges(session, staying) if version.number == number), None)


def plan(session: Session, staying: Customer, merge: CustomerVersion) -> Plan:
    """What a split of `merge` would do now: what changed since stays."""
    fact = _fact(session, staying, merge)
    return _Since(session, staying, merge, fact["contacts"]).plan(fact["before"])


def _fact(session: Session, staying: Customer, merge: CustomerVersion) -> dict[str, Any]:
    of_it = AuditFact.subject == staying.subject, AuditFact.action == MERGED
    facts = session.scalars(select(AuditFact.detail).where(*of_it))
    return next(detail for detail in facts if detail["version"] == merge.number)


class _Since:
    """What became of one merge, read once; `came` are the numbers of the contacts that came along."""

    def __init__(self, session: Session, staying: Customer, merge: CustomerVersion, came: Sequence[int]) -> None:
        self._session, self._staying, self._merge, self._came = session, staying, merge, came
        self._all = history(session, staying)

    def plan(self, before: dict[str, Any]) -> Plan:
        number = self._merge.number
        touched = [row for row in self._all if number in (row.since, row.until) and row.contact not in self._came]
        places = sorted({(row.contact, row.field) for row in touched})
        return Plan([self._step(*place) for place in places], [self._added(each) for each in self._came], before)

    def _step(self, contact: int, field: str) -> Step:
        rows = self._of(contact, field)
        merged = next((row for row in rows if row.since == self._merge.number), None)
        back = next((row for row in rows if row.until == self._merge.number), None)
        return Step(contact, field, merged, back, self._hindrance(contact, field))

    def _added(self, number: int) -> Added:
        """Somebody who was asked meanwhile, or who speaks for the customer now, is no mere copy any more."""
        fields = sorted({row.field for row in self._all if row.contact == number})
        found = [self._hindrance(number, field) for field in fields]
        primary = CustomerVersion.customer_id == self._staying.id, CustomerVersion.primary_contact == number
        was_asked = self._session.scalar(select(CustomerVersion.number).where(*primary).limit(1)) is not None
        hindrance = Hindrance(Why.ASKED) if was_asked else next(filter(None, found), None)
        return Added(number, [row for row in self._all if row.contact == number and row.until is None], hindrance)

    def _hindrance(self, contact: int, field: str) -> Hindrance | None:
        rows = self._of(contact, field)
        merged = next((row for row in rows if row.since == self._merge.number), None)
        held = next((row for row in rows if row.until is None), None)
        if not _is_copy(merged, held):
            last = held.since if held else max(row.until or 0 for row in rows)
            return Hindrance(Why.CHANGED, self._session.get(CustomerVersion, (self._staying.id, last)))
        is_confirmed = held and held.verified_at and held.verified_at > self._merge.at
        return Hindrance(Why.CONFIRMED) if is_confirmed else None

    def _of(self, contact: int, field: str) -> list[CustomerValue]:
        return [row for row in self._all if (row.contact, row.field) == (contact, field)]


def _is_copy(merged: Held, held: Held) -> bool:
    """Whether what is held is what was merged, or was put back since by an undo."""
    if merged is None or held is None:
        return bool(content(merged) == content(held))
    return _origin(merged) == _origin(held)


def _origin(row: CustomerValue) -> tuple[Any, ...]:
    return row.content, row.origin, row.submission_id, row.set_at
