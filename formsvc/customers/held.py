"""What is held of a customer, and what was (M24)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from formsvc.crypto import decrypted
from formsvc.customers.models import Customer, CustomerValue, CustomerVersion
from formsvc.db import utc
from formsvc.lists import json_rows
from formsvc.statements import Statement

_primary_then = select(CustomerVersion.primary_contact).where(
    CustomerVersion.customer_id == bindparam("customer"), CustomerVersion.number == bindparam("then")
)
_THEN_AND_NOW = Statement(
    select(
        CustomerValue.contact, CustomerValue.field, CustomerValue.value, CustomerValue.secret, CustomerValue.since,
        CustomerValue.until, _primary_then.scalar_subquery().label("primary"),
    ).where(
        CustomerValue.customer_id == bindparam("customer"),
        or_(CustomerValue.until.is_(None), CustomerValue.until > bindparam("then")),
    )
)  # fmt: skip


def held_values(
    session: Session, customer: Customer, version: int | None = None, fields: Collection[str] | None = None,
    contact: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The values that are held of `customer` and its primary contact, or were at `version`, by field.

    Emptied ones are left out, and with `fields` all others. With `contact` they are about the one with that number.
    """
    primary: Any = contact or customer.primary_contact
    time: tuple[ColumnElement[bool], ...] = (CustomerValue.until.is_(None),)
    if version is not None and contact is None:
        then = CustomerVersion.customer_id == customer.id, CustomerVersion.number == version
        primary = select(CustomerVersion.primary_contact).where(*then).scalar_subquery()
    if version is not None:
        time = (CustomerValue.since <= version, func.coalesce(CustomerValue.until, version + 1) > version)
    rows = select(CustomerValue.field, CustomerValue.value, CustomerValue.secret).where(
        CustomerValue.customer_id == customer.id, of_whom(primary), *time
    )
    if fields is not None:
        rows = rows.where(CustomerValue.field.in_(fields))
    values = {row.field: row.value if row.secret is None else row.secret for row in session.execute(rows)}
    return {field: value for field, value in values.items() if value is not None}


def held_then_and_now(session: Session, customer: Customer, then: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """`held_values` at the version `then` and at present, in one statement."""
    base, now = dict[str, Any](), dict[str, Any]()
    session.flush()
    for row in _THEN_AND_NOW.all(session.connection(), {"customer": customer.id, "then": then}):
        content = row.value if row.secret is None else row.secret
        if content is None:
            continue
        if row.since <= then and row.contact in (0, row.primary):
            base[row.field] = content
        if row.until is None and row.contact in (0, customer.primary_contact):
            now[row.field] = content
    return base, now


def held_rows(customer: type[Customer]) -> ScalarSelect[Any]:
    """What is held of a `customer` of a larger statement, as one column of it: for `held_and_verified`."""
    row = json_rows(CustomerValue.field, CustomerValue.value, CustomerValue.secret, CustomerValue.verified_at)
    held = is_held(customer.id), of_whom(customer.primary_contact)
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
    return list(session.scalars(rows.order_by(CustomerValue.since.desc(), CustomerValue.id.desc())))


def next_steps(session: Session, customers: Sequence[int]) -> dict[int, str]:
    """The next step of each of the customers with these ids, in words, by the customer's id."""
    rows = select(CustomerValue.customer_id, CustomerValue.value).where(
        CustomerValue.customer_id.in_(customers), CustomerValue.contact == 0, CustomerValue.until.is_(None),
        CustomerValue.field == "record.next_step",
    )  # fmt: skip
    found = session.execute(rows).all() if customers else []
    return {id_: str(value) for id_, value in found if value}


def is_held(customer_id: Any) -> ColumnElement[bool]:
    """The values that are held of the customer with that id, of all its contacts."""
    return and_(CustomerValue.customer_id == customer_id, CustomerValue.until.is_(None))


def of_whom(primary: Any) -> ColumnElement[bool]:
    """Values of the customer itself, and of its primary contact."""
    return or_(CustomerValue.contact == 0, CustomerValue.contact == primary)
