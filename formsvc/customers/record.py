"""The master record: change values with their source (M24).

A change is a version of the record: values say since which one they are held. Data functions: they neither commit nor
send. Whoever changes a record records the fact.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from formsvc.customers import contacts, rows
from formsvc.customers.finding import marking
from formsvc.customers.held import held_values
from formsvc.customers.models import Cause, Channel, Customer, CustomerValue, Origin, Situation
from formsvc.customers.names import core
from formsvc.fields import Value
from formsvc.statements import together

REPEATED = {
    "basic.full_name": "name",
    "basic.uscc": "code",
    "contacts.name": "contact",
    "contacts.mobile": "mobile",
    "contacts.email": "email",
    "record.category": "category",
    "record.source": "source",
    "record.urgency": "urgency",
    "record.next_on": "next_on",
}


class StaleRecord(Exception):
    """The record was changed by someone else since it was read."""


@dataclass(frozen=True)
class Source:
    """Where values come from: a worksheet that `staff_id` imported, a submission that `staff_id` accepted, or what
    `staff_id` entered and came to know by `channel`; an edit has its `reason`.

    `verified_at` is when the customer stated them; nobody did for a worksheet. For the fields of `reasons`, by key, it
    was `staff_id` who worded the value.
    """

    origin: Origin
    staff_id: int | None = None
    submission_id: int | None = None
    consent_id: int | None = None
    sensitive_consent_id: int | None = None
    verified_at: datetime | None = None
    reasons: Mapping[str, str] | None = None
    reason: str | None = None
    channel: Channel | None = None

    @property
    def change(self) -> "Change":
        """What a version with these values says of itself."""
        return Change(Cause(self.origin), self.staff_id, self.submission_id, reason=self.reason, channel=self.channel)

    def columns(self, field: str, is_sensitive: bool) -> dict[str, Any]:
        """What a value of `field` says of its source."""
        shared = {"staff_id": self.staff_id, "submission_id": self.submission_id}
        if reason := (self.reasons or {}).get(field):
            return {**shared, "origin": Origin.EDIT, "reason": reason}
        consent_id = self.sensitive_consent_id if is_sensitive else self.consent_id
        own = {"consent_id": consent_id, "verified_at": self.verified_at, "reason": self.reason}
        return {**shared, "origin": self.origin, **own}


@dataclass(frozen=True)
class Change:
    """What a version says of itself, in the columns of a CustomerVersion."""

    cause: Cause
    staff_id: int | None = None
    submission_id: int | None = None
    other_id: int | None = None
    channel: Channel | None = None
    reason: str | None = None


def change(
    session: Session,
    customer: Customer,
    values: Mapping[str, Value],
    source: Source,
    now: datetime,
    *,
    seen: int,
    sensitive: Collection[str] = frozenset(),
    confirmed: Collection[str] = frozenset(),
    contact: int | None = None,
    primary: int | None = None,
) -> int:
    """Put `values` in place of what is held; what is held of the fields `confirmed` was stated by the source as well.

    What is said of a contact is said of the one with the number `contact`, else of the primary one; `primary` becomes
    the primary one. Returns the new version. Raises StaleRecord where the record is no longer at version `seen`.
    """
    whose = contact or customer.primary_contact
    version = begin_version(session, customer, source.change, now, seen=seen, primary=primary)
    with together(session.connection()):
        rows.end(session, customer, whose, values, version)
        if confirmed and source.verified_at:
            rows.confirm(session, customer, whose, confirmed, source.verified_at)
        rows.hold(session, held_of(customer, values, source, now, sensitive, whose))
    if Situation.of(values) is Situation.EXISTING:
        customer.situation = Situation.EXISTING
    if contact or primary:
        repeat(session, customer)
    else:
        say(customer, values)
        marking.refresh(session, customer, values)
    return version


def add_contact(
    session: Session, customer: Customer, values: Mapping[str, Value], source: Source, now: datetime, *, seen: int
) -> int:
    """One more contact beside the primary one, with those of `values` that are about a contact; its number.

    Raises StaleRecord.
    """
    number = contacts.next_number(session, customer)
    change(session, customer, values, source, now, seen=seen, contact=number)
    contacts.add(session, customer, number, now)
    return number


def tell(session: Session, customer: Customer, values: Mapping[str, Value], source: Source, now: datetime) -> None:
    """Have this version tell `values` that are not held: what is held of them is newer."""
    told = held_of(customer, values, source, now)
    session.add_all(CustomerValue(**row, until=customer.version) for row in told)


def begin_version(
    session: Session, customer: Customer, change: Change, now: datetime, *, seen: int, primary: int | None = None
) -> int:
    """The number of a new version after `seen`, with that primary contact. Raises StaleRecord."""
    primary = primary or customer.primary_contact
    if not rows.move_on(session, customer, seen, primary, now):
        raise StaleRecord(customer.number)
    rows.add_versions(session, [customer], at=now, **vars(change))
    for heed in current_app.extensions["customer-changes"]:
        heed(session, customer, now)
    return seen + 1


def restore(session: Session, earlier: Iterable[CustomerValue], version: int, **instead: int) -> None:
    """What was held before is held again from `version` on, each value with the source that it had.

    With `instead`, columns of a CustomerValue, it is held of another customer, or of another contact.
    """
    own = ("id", "since", "until")
    kept = [column.key for column in CustomerValue.__table__.columns if column.key not in own]
    session.add_all(
        CustomerValue(**{key: getattr(row, key) for key in kept} | instead, since=version) for row in earlier
    )


def repeat(session: Session, customer: Customer) -> None:
    """Have the lists say what is held now, and the record be found by it."""
    session.flush()
    say(customer, dict.fromkeys(REPEATED) | held_values(session, customer, fields=REPEATED))
    marking.refresh(session, customer)


def contact_of(field: str, contact: int) -> int:
    """Whom a value of `field` is about, where the contact in question is `contact`: 0 is the customer itself."""
    return contact if field.startswith("contacts.") else 0


def held_of(
    customer: Customer, values: Mapping[str, Value], source: Source, now: datetime,
    sensitive: Collection[str] = frozenset(), contact: int = 1,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """What is held of `values` since this version, by the columns of a CustomerValue."""
    for field, value in values.items():
        yield {
            "customer_id": customer.id, "contact": contact_of(field, contact), "field": field, "set_at": now,
            "since": customer.version, **source.columns(field, field in sensitive),
            "secret" if field in sensitive else "value": value,
        }  # fmt: skip


def say(customer: Customer, values: Mapping[str, Value]) -> None:
    """Have the lists say `values`, where they say anything of them."""
    said = {column: values[field] or None for field, column in REPEATED.items() if field in values}
    if "name" in said:
        said["name"] = name = str(said["name"] or "")
        said["name_core"] = core(name)[:200]  # a letter can become two in lower case
    for column, value in said.items():
        if getattr(customer, column) != value:  # a change that is none makes the session look for one
            setattr(customer, column, value)
