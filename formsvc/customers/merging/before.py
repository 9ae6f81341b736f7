"""What a record held before a merge, but for what came with records that are no part of it any more (M26)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from formsvc.audit import AuditFact
from formsvc.customers.held import history
from formsvc.customers.merging.sides import Held, content
from formsvc.customers.merging.verbs import MERGED
from formsvc.customers.models import Cause, Customer, CustomerValue, CustomerVersion, Situation

CATEGORY = "record.category"
Place = tuple[int, str]  # a contact's number, 0 for the customer itself, and a field
COPIED = Cause.MERGE, Cause.SPLIT, Cause.UNDO  # what puts values into a record that nobody entered then


@dataclass(frozen=True)
class Merged:
    """A merge into the record: `came` are the numbers of the contacts that came along, `before` is what else the record
    said before it, and `until` the version that split the two again.
    """

    version: CustomerVersion
    came: Collection[int]
    before: dict[str, Any]
    until: int | None

    @property
    def number(self) -> int:
        return self.version.number


class Past:
    """All that a record ever held, and all that was ever merged into it, read once."""

    def __init__(self, session: Session, staying: Customer) -> None:
        self._session, self._staying = session, staying
        self._rows: dict[Place, list[CustomerValue]] = defaultdict(list)
        for row in history(session, staying):
            self._rows[row.contact, row.field].append(row)
        self._merges = _merges(session, staying)

    def merge(self, number: int) -> Merged:
        """The merge that made the version with that number."""
        return next(merge for merge in self._merges if merge.number == number)

    def touched(self, merge: Merged) -> list[Place]:
        """The places that `merge` set or emptied, contacts that came along left out."""
        return sorted(place for place in self._rows if place[0] not in merge.came and self._is_touched(place, merge))

    def of(self, contact: int) -> list[Place]:
        """All that was ever known of a contact."""
        return [place for place in self._rows if place[0] == contact]

    def held(self, place: Place) -> Held:
        return next((row for row in self._rows[place] if row.until is None), None)

    def at(self, place: Place, version: int) -> Held:
        return next((row for row in self._rows[place] if row.since <= version < (row.until or version + 1)), None)

    def last_change(self, place: Place) -> int:
        """The version that set or emptied what is held."""
        held = self.held(place)
        return held.since if held else max(row.until or 0 for row in self._rows[place])

    def gone(self, merge: Merged) -> list[Merged]:
        """The merges that stood when `merge` came, and were split since: the newest first."""
        return [other for other in self._merges if other.number < merge.number < (other.until or 0)]

    def before(self, place: Place, merge: Merged) -> tuple[Held, Merged]:
        """What a split of `merge` puts back, and before which merge it was held: nothing that another one brought which
        is split by now. Of a contact that this one brought all stays, or nothing.
        """
        held = self.at(place, merge.number - 1)
        for other in self.gone(merge):
            is_from = place[0] not in other.came and self._is_touched(place, other) and self.is_from(place, other, held)
            if is_from and not is_confirmed(held, other):
                return self.before(place, other)
        return held, merge

    def is_from(self, place: Place, merge: Merged, held: Held) -> bool:
        """Whether `held` is what `merge` left in that place, or was put back since by an undo."""
        merged = self.at(place, merge.number)
        if merged is None or held is None:
            return bool(content(merged) == content(held))
        return _origin(merged) == _origin(held)

    def situation_without(self, merge: Merged) -> Situation:
        """An existing customer was one before all merges, became one by what was entered since, or a part of it is."""
        first = self._merges[-1]
        parts = [each.version.other for each in self._merges if each.until is None and each.number != merge.number]
        is_own = Situation(first.before["situation"]) is Situation.EXISTING or self._became_existing(first)
        is_existing = is_own or any(part and part.situation is Situation.EXISTING for part in parts)
        return self._staying.situation if is_existing else Situation.NEW

    def _became_existing(self, since: Merged) -> bool:
        later = (row for row in self._rows[0, CATEGORY] if row.since > since.number)
        rows = [row for row in later if Situation.of({CATEGORY: row.content}) is Situation.EXISTING]
        of_them = CustomerVersion.number.in_([row.since for row in rows]), CustomerVersion.cause.not_in(COPIED)
        entered = select(CustomerVersion.number).where(CustomerVersion.customer_id == self._staying.id, *of_them)
        return bool(rows) and self._session.scalar(entered.limit(1)) is not None

    def _is_touched(self, place: Place, merge: Merged) -> bool:
        return any(merge.number in (row.since, row.until) for row in self._rows[place])


def is_confirmed(held: Held, merge: Merged) -> bool:
    """Whether the customer stated it since."""
    return bool(held and held.verified_at and held.verified_at > merge.version.at)


def _merges(session: Session, staying: Customer) -> list[Merged]:
    """All merges into the record, the newest first."""
    of_it = CustomerVersion.customer_id == staying.id, CustomerVersion.cause.in_((Cause.MERGE, Cause.SPLIT))
    found = select(CustomerVersion).where(*of_it).order_by(CustomerVersion.number.desc())
    versions = session.scalars(found.options(joinedload(CustomerVersion.other))).all()
    about = AuditFact.subject == staying.subject, AuditFact.action == MERGED
    facts = {detail["version"]: detail for detail in session.scalars(select(AuditFact.detail).where(*about))}
    merges, until = list[Merged](), dict[int | None, int]()
    for version in versions:
        if version.cause is Cause.SPLIT:
            until[version.other_id] = version.number
        else:
            fact = facts[version.number]
            merges.append(Merged(version, fact["contacts"], fact["before"], until.pop(version.other_id, None)))
    return merges


def _origin(row: CustomerValue) -> tuple[Any, ...]:
    return row.content, row.origin, row.submission_id, row.set_at
