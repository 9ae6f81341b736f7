"""A record as it was: its versions, what was held at one of them, and what differs between two (M24)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from formsvc.customers.models import Contact, Customer, CustomerValue, CustomerVersion

Place = tuple[int, str]  # whose value, and the field: 0 is the customer with its primary contact, else another contact


@dataclass(frozen=True)
class Record:
    """What was held at `version`, emptied values left out. Whoever had left by then is not in it."""

    version: CustomerVersion
    values: Mapping[Place, CustomerValue]

    @property
    def others(self) -> list[int]:
        """The numbers of the contacts beside the primary one."""
        return sorted({contact for contact, _ in self.values} - {0})


@dataclass(frozen=True)
class Difference:
    """One value of two records; None is nothing."""

    place: Place
    before: CustomerValue | None
    after: CustomerValue | None


def versions(session: Session, customer: Customer) -> list[CustomerVersion]:
    """All versions of the record, newest first."""
    rows = select(CustomerVersion).where(CustomerVersion.customer_id == customer.id)
    return list(
        session.scalars(rows.order_by(CustomerVersion.number.desc()).options(joinedload(CustomerVersion.staff)))
    )


def version_before(session: Session, customer: Customer, instant: datetime) -> CustomerVersion | None:
    """The version that the record had just before `instant`; None where there was no record yet."""
    earlier = CustomerVersion.customer_id == customer.id, CustomerVersion.at < instant
    newest = select(CustomerVersion).where(*earlier).order_by(CustomerVersion.number.desc()).limit(1)
    return session.scalar(newest)


def end_of(day: date) -> datetime:
    """When the day after `day` begins in the installation's time zone. Raises OverflowError for the last one."""
    zone: ZoneInfo = current_app.extensions["config"].time_zone
    return datetime.combine(day + timedelta(days=1), time(), zone)


def record_at(session: Session, customer: Customer, version: CustomerVersion) -> Record:
    """The record as it was held at `version`."""
    number = version.number
    then = CustomerValue.since <= number, func.coalesce(CustomerValue.until, number + 1) > number
    filled = or_(CustomerValue.value.is_not(None), CustomerValue.secret.is_not(None))
    rows = select(CustomerValue).where(CustomerValue.customer_id == customer.id, filled, *then)
    left = _left(session, version)
    found = [row for row in session.scalars(rows) if row.contact not in left]
    return Record(version, {(_slot(row, version.primary_contact), row.field): row for row in found})


def differences(before: Record, after: Record) -> list[Difference]:
    """What the two records do not hold alike, in no order."""
    places = before.values.keys() | after.values.keys()
    pairs = [Difference(place, before.values.get(place), after.values.get(place)) for place in places]
    return [pair for pair in pairs if _content(pair.before) != _content(pair.after)]


def _left(session: Session, version: CustomerVersion) -> set[int]:
    """Who had been the primary contact and was it no more, as nobody ceases to be it but by leaving; and who had left
    another record before that was merged into this one.
    """
    earlier = CustomerVersion.customer_id == version.customer_id, CustomerVersion.number < version.number
    primary = select(CustomerVersion.primary_contact).where(*earlier).distinct()
    came_late = Contact.customer_id == version.customer_id, Contact.left_at < Contact.added_at
    return {*session.scalars(primary), *session.scalars(select(Contact.number).where(*came_late))} - {
        version.primary_contact
    }


def _slot(row: CustomerValue, primary: int) -> int:
    return 0 if row.contact == primary else row.contact


def _content(row: CustomerValue | None) -> Any:
    return row.content if row else None
