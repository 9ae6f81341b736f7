"""What is known of follow-ups: those that were recorded, and the next step that is open (M35)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from formsvc.customers import reach
from formsvc.customers.editing.fields import FOLLOW_UP
from formsvc.customers.models import Cause, Customer, CustomerValue, CustomerVersion
from formsvc.customers.worksheet.columns import NEXT_ON, NEXT_STEP, SAID, STEP, TALKED_BY, TALKED_ON

TELLING = TALKED_ON, SAID, NEXT_STEP
COPYING = Cause.UNDO, Cause.MERGE, Cause.SPLIT  # they take over, or put back, what another version has told


@dataclass(frozen=True)
class Followed:
    """One follow-up: the version that it made, and its values by field."""

    version: CustomerVersion
    values: Mapping[str, CustomerValue]

    @property
    def day(self) -> str:
        """When it was, as an ISO 8601 date: what says no day was when it was recorded."""
        on = self.values.get(TALKED_ON)
        return str(on.content) if on else self.version.at.date().isoformat()


@dataclass(frozen=True)
class Open:
    """The next step that is held, by field; `since` is the version that set it."""

    values: Mapping[str, CustomerValue]
    since: int
    is_late: bool


def follow_ups(
    session: Session, customer: Customer, most: int, before: CustomerVersion | None = None
) -> list[Followed]:
    """Those that were recorded last, at most so many; with `before` those that were recorded before that version.

    Imported ones are among them, and those of records that were merged into this one, as long as they are part of it.
    """
    value, version = CustomerValue, CustomerVersion
    told = value.customer_id == version.customer_id, value.since == version.number, value.field.in_(TELLING)
    telling = select(value.id).where(*told, value.value.is_not(None)).exists()
    of_it = version.customer_id.in_(reach.those_of(customer)), version.cause.not_in(COPYING), telling
    place = tuple_(version.at, version.customer_id, version.number)
    found = select(version).where(*of_it).order_by(version.at.desc(), version.customer_id.desc(), version.number.desc())
    if before:
        found = found.where(place < (before.at, before.customer_id, before.number))
    rows = session.scalars(found.limit(most).options(joinedload(version.staff))).all()
    values = _values(session, rows)
    return [Followed(row, _said(row, values[row.customer_id])) for row in rows]


def by_day(found: Iterable[Followed]) -> list[Followed]:
    """The latest talk first, whenever it was recorded."""
    return sorted(found, key=lambda each: each.day, reverse=True)


def open_step(held: Mapping[str, CustomerValue], today: date) -> Open | None:
    """What is to be done next by the `held` values, by field."""
    step = held.get(NEXT_STEP)
    if step is None or step.content is None:
        return None
    on = held.get(NEXT_ON)
    is_late = on is not None and on.content is not None and str(on.content) < today.isoformat()
    own = {key: held[key] for key in STEP if key in held and held[key].content is not None}
    return Open(own, step.since, is_late)


def _values(session: Session, versions: Sequence[CustomerVersion]) -> Mapping[int, list[CustomerValue]]:
    """What these versions say of talks, and who held the last one at each of them, by the customer's id."""
    value, found = CustomerValue, defaultdict[int, list[CustomerValue]](list)
    for id_ in {version.customer_id for version in versions}:
        numbers = [version.number for version in versions if version.customer_id == id_]
        is_who = (
            value.field == TALKED_BY,
            value.since <= max(numbers),
            or_(value.until.is_(None), value.until > min(numbers)),
        )
        said = and_(value.field.in_(FOLLOW_UP), value.since.in_(numbers))
        rows = select(value).where(value.customer_id == id_, value.value.is_not(None), or_(said, and_(*is_who)))
        found[id_].extend(session.scalars(rows))
    return found


def _said(version: CustomerVersion, values: Sequence[CustomerValue]) -> dict[str, CustomerValue]:
    """What the version says anew of a talk, and who held it, also where that was not new."""
    return {row.field: row for row in values if row.since == version.number or _is_who(row, version.number)}


def _is_who(row: CustomerValue, number: int) -> bool:
    return row.field == TALKED_BY and row.since < number and (row.until is None or row.until > number)
