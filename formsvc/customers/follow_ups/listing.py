"""What is known of follow-ups: those that were recorded, and the next step that is open (M35)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from formsvc.customers.editing.fields import FOLLOW_UP
from formsvc.customers.follow_ups.verbs import STEP
from formsvc.customers.models import Cause, Customer, CustomerValue, CustomerVersion
from formsvc.customers.worksheet.columns import NEXT_ON, NEXT_STEP

TELLING = "record.followed_up_on", "record.follow_up", NEXT_STEP
COPYING = Cause.UNDO, Cause.SPLIT  # they put back what an earlier version has told


@dataclass(frozen=True)
class Followed:
    """One follow-up: the version that it made, and its values by field."""

    version: CustomerVersion
    values: Mapping[str, CustomerValue]


@dataclass(frozen=True)
class Open:
    """The next step that is held, by field; `since` is the version that set it."""

    values: Mapping[str, CustomerValue]
    since: int
    is_late: bool


def follow_ups(session: Session, customer: Customer, most: int, before: int | None = None) -> list[Followed]:
    """The newest, at most so many; with `before` those of versions before that number. Imported ones are among them."""
    told = CustomerValue.customer_id == customer.id, CustomerValue.field.in_(TELLING), CustomerValue.value.is_not(None)
    numbers = select(CustomerValue.since).where(*told)
    versions = select(CustomerVersion).where(
        CustomerVersion.customer_id == customer.id, CustomerVersion.number.in_(numbers),
        CustomerVersion.cause.not_in(COPYING),
    )  # fmt: skip
    if before is not None:
        versions = versions.where(CustomerVersion.number < before)
    newest = versions.order_by(CustomerVersion.number.desc()).limit(most).options(joinedload(CustomerVersion.staff))
    found = session.scalars(newest).all()
    values = _values(session, customer, [version.number for version in found])
    return [Followed(version, values[version.number]) for version in found]


def open_step(held: Mapping[str, CustomerValue], today: date) -> Open | None:
    """What is to be done next by the `held` values, by field."""
    step = held.get(NEXT_STEP)
    if step is None or step.content is None:
        return None
    on = held.get(NEXT_ON)
    is_late = on is not None and on.content is not None and str(on.content) < today.isoformat()
    own = {key: held[key] for key in STEP if key in held and held[key].content is not None}
    return Open(own, step.since, is_late)


def _values(session: Session, customer: Customer, numbers: list[int]) -> dict[int, dict[str, CustomerValue]]:
    of_them = CustomerValue.customer_id == customer.id, CustomerValue.since.in_(numbers)
    rows = select(CustomerValue).where(*of_them, CustomerValue.field.in_(FOLLOW_UP), CustomerValue.value.is_not(None))
    found: dict[int, dict[str, CustomerValue]] = defaultdict(dict)
    for row in session.scalars(rows):
        found[row.since][row.field] = row
    return found
