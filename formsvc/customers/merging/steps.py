"""What a merge put into a record, place by place, and what a split would do about it (M26)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from formsvc.customers.merging.before import Merged, Past, Place, is_confirmed
from formsvc.customers.merging.sides import WHOLE, Held, content
from formsvc.customers.models import Cause, Customer, CustomerValue, CustomerVersion, Situation
from formsvc.customers.worksheet.columns import NEXT_OWNER


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
    """What a split would do. `situation` is the record's from then on; `next_owner` is the id of who had the next step
    before the merge.
    """

    steps: Sequence[Step]
    added: Sequence[Added]
    situation: Situation
    next_owner: int | None

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
    past = Past(session, staying)
    return _Since(session, staying, past, past.merge(merge.number)).plan()


class _Since:
    """What became of one merge."""

    def __init__(self, session: Session, staying: Customer, past: Past, merge: Merged) -> None:
        self._session, self._staying, self._past, self._merge = session, staying, past, merge

    def plan(self) -> Plan:
        steps = _as_wholes([self._step(place) for place in self._past.touched(self._merge)])
        left = self._left_over({step.contact for step in steps if not step.hindrance})
        added = [*(self._added(each) for each in self._merge.came), *left]
        owner = self._past.before((0, NEXT_OWNER), self._merge)[1].before["next_owner"]
        return Plan(
            [step for step in steps if step.contact not in {each.number for each in left}], added,
            self._past.situation_without(self._merge), owner,
        )  # fmt: skip

    def _step(self, place: Place) -> Step:
        merged, (back, _) = self._past.at(place, self._merge.number), self._past.before(place, self._merge)
        return Step(*place, merged, back, self._hindrance(place))

    def _added(self, number: int) -> Added:
        """Somebody who was asked meanwhile, or who speaks for the customer now, is no mere copy any more."""
        places = sorted(self._past.of(number))
        found = (self._hindrance(place) for place in places)
        hindrance = Hindrance(Why.ASKED) if self._was_asked(number) else next(filter(None, found), None)
        return Added(number, self._known(number), hindrance)

    def _left_over(self, contacts: set[int]) -> list[Added]:
        """Those of `contacts` who came with another merge, and stayed when it was split for what this one brought."""
        came = [(number, other) for other in self._past.gone(self._merge) for number in contacts & {*other.came}]
        left = [number for number, other in came if not self._was_asked(number) and self._is_left(number, other)]
        return [Added(number, self._known(number)) for number in sorted(left)]

    def _is_left(self, number: int, other: Merged) -> bool:
        """Whether nothing but what `other` brought would be held of the contact."""
        places = {place: self._past.held(place) for place in self._past.of(number)}
        mine = [place for place in self._past.touched(self._merge) if place in places and not self._hindrance(place)]
        after = places | {place: self._past.before(place, self._merge)[0] for place in mine}
        return all(
            self._past.is_from(place, other, row) and not is_confirmed(row, other) for place, row in after.items()
        )

    def _was_asked(self, number: int) -> bool:
        primary = CustomerVersion.customer_id == self._staying.id, CustomerVersion.primary_contact == number
        return self._session.scalar(select(CustomerVersion.number).where(*primary).limit(1)) is not None

    def _known(self, number: int) -> list[CustomerValue]:
        return [row for row in map(self._past.held, self._past.of(number)) if row]

    def _hindrance(self, place: Place) -> Hindrance | None:
        held = self._past.held(place)
        if not self._past.is_from(place, self._merge, held):
            last = self._past.last_change(place)
            return Hindrance(Why.CHANGED, self._session.get(CustomerVersion, (self._staying.id, last)))
        return Hindrance(Why.CONFIRMED) if is_confirmed(held, self._merge) else None


def _as_wholes(steps: Sequence[Step]) -> list[Step]:
    """What was one choice of the merge stays or goes back together."""
    hindered = {WHOLE.get(step.field, ""): step.hindrance for step in steps if step.hindrance}
    return [replace(step, hindrance=hindered.get(WHOLE[step.field])) if step.field in WHOLE else step for step in steps]
