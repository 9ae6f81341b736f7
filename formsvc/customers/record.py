"""The record of a customer: read what is held, change values with their source. Nothing here commits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, func, or_, select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.crypto import decrypted
from formsvc.customers import numbers
from formsvc.customers.models import Audience, Customer, CustomerValue, Origin, Situation
from formsvc.customers.names import core
from formsvc.db import json_rows, utc
from formsvc.fields import Value

REPEATED = {
    "basic.full_name": "name",
    "contacts.name": "contact",
    "contacts.mobile": "mobile",
    "contacts.email": "email",
    "record.category": "category",
}


class StaleRecord(Exception):
    """The record was changed by someone else since it was read."""


@dataclass(frozen=True)
class Source:
    """Where values come from: a worksheet that `staff_id` imported, or a submission that `staff_id` accepted.

    `verified_at` is when the customer stated them; nobody did for a worksheet.
    """

    origin: Origin
    staff_id: int | None = None
    submission_id: int | None = None
    consent_id: int | None = None
    sensitive_consent_id: int | None = None
    verified_at: datetime | None = None

    def consent_for(self, sensitive: bool) -> int | None:
        return self.sensitive_consent_id if sensitive else self.consent_id


def create(
    session: Session,
    values: Mapping[str, Value],
    source: Source,
    now: datetime,
    *,
    audience: Audience,
    situation: Situation = Situation.NEW,
    owner_id: int | None = None,
    number: str | None = None,
    actor: str = audit.SYSTEM,
) -> Customer:
    """A new customer with `values`; its number is the next of the month unless one is given."""
    zone: ZoneInfo = current_app.extensions["config"].time_zone
    if number is None:
        number = numbers.take(session, now, zone)
    else:
        numbers.reserve(session, number)
    customer = Customer(
        number=number, audience=audience, situation=situation, owner_id=owner_id, name="", name_core="",
        created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(customer)
    _repeat(customer, values)
    session.flush()
    _add(session, customer, values, source, frozenset(), now)
    audit.record(session, actor, "customer.created", customer.subject, now, fields=sorted(values))
    return customer


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
) -> None:
    """Put `values` in place of what is held; what is held of the fields `confirmed` was stated by the source as well.

    Raises StaleRecord where the record is no longer at version `seen`.
    """
    moved = session.execute(
        update(Customer)
        .where(Customer.id == customer.id, Customer.version == seen)
        .values(version=seen + 1, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    if getattr(moved, "rowcount", 0) != 1:
        raise StaleRecord(customer.number)
    session.refresh(customer)
    held = CustomerValue.customer_id == customer.id, CustomerValue.superseded_at.is_(None)
    session.execute(update(CustomerValue).where(*held, CustomerValue.field.in_(values)).values(superseded_at=now))
    if confirmed and source.verified_at:
        _confirm(session, customer, confirmed, source.verified_at)
    _add(session, customer, values, source, sensitive, now)
    _repeat(customer, values)


def held_values(session: Session, customer: Customer, at: datetime | None = None) -> dict[str, Any]:
    """The values that are held of `customer`, or were held until `at`, by field; emptied ones are left out."""
    time: tuple[ColumnElement[bool], ...]
    if at is None:
        time = (CustomerValue.superseded_at.is_(None),)
    else:
        time = (CustomerValue.set_at < at, func.coalesce(CustomerValue.superseded_at, at) >= at)
    rows = select(CustomerValue.field, CustomerValue.value, CustomerValue.secret).where(
        CustomerValue.customer_id == customer.id, *time
    )
    values = {row.field: row.value if row.secret is None else row.secret for row in session.execute(rows)}
    return {field: value for field, value in values.items() if value is not None}


def held_rows(customer_id: SQLColumnExpression[int]) -> ScalarSelect[Any]:
    """What is held of the customer with that id, as one column of a larger statement: for `held_and_verified`."""
    row = json_rows(CustomerValue.field, CustomerValue.value, CustomerValue.secret, CustomerValue.verified_at)
    held = CustomerValue.customer_id == customer_id, CustomerValue.superseded_at.is_(None)
    return select(row).where(*held).correlate_except(CustomerValue).scalar_subquery()


def held_and_verified(rows: Sequence[Sequence[Any]] | None) -> tuple[dict[str, Any], dict[str, datetime]]:
    """The held values, and when the customer last confirmed each, by field, of what `held_rows` gave."""
    values, verified = {}, {}
    for field, value, secret, at in rows or ():
        held = value if secret is None else decrypted(secret)
        if held is not None:
            values[field] = held
            if at:
                verified[field] = utc(datetime.fromisoformat(at))
    return values, verified


def history(session: Session, customer: Customer) -> list[CustomerValue]:
    """All values that were ever held of `customer`, newest first."""
    rows = select(CustomerValue).where(CustomerValue.customer_id == customer.id)
    return list(session.scalars(rows.order_by(CustomerValue.set_at.desc(), CustomerValue.id.desc())))


def _confirm(session: Session, customer: Customer, fields: Collection[str], at: datetime) -> None:
    """Held values of `fields` are verified at `at`, or later where they were already (M24)."""
    held = CustomerValue.customer_id == customer.id, CustomerValue.superseded_at.is_(None)
    earlier = or_(CustomerValue.verified_at.is_(None), CustomerValue.verified_at < at)
    session.execute(update(CustomerValue).where(*held, CustomerValue.field.in_(fields), earlier).values(verified_at=at))


def _add(
    session: Session,
    customer: Customer,
    values: Mapping[str, Value],
    source: Source,
    sensitive: Collection[str],
    now: datetime,
) -> None:
    session.add_all(
        CustomerValue(
            customer_id=customer.id, field=field, set_at=now, verified_at=source.verified_at, origin=source.origin,
            staff_id=source.staff_id, submission_id=source.submission_id,
            consent_id=source.consent_for(field in sensitive),
            **{"secret" if field in sensitive else "value": value},
        )
        for field, value in values.items()
    )  # fmt: skip


def _repeat(customer: Customer, values: Mapping[str, Value]) -> None:
    for field, column in REPEATED.items():
        if field in values:
            setattr(customer, column, values[field] or ("" if column == "name" else None))
    customer.name_core = core(customer.name)[:200]  # a letter can become two in lower case
