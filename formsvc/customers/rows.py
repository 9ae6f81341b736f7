"""The rows of a change of a record, by plain statements: who approves one submission after another waits for them."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from formsvc.crypto import encrypted
from formsvc.customers.models import Contact, Customer, CustomerValue, CustomerVersion
from formsvc.lists import as_json, is_among, items_of
from formsvc.statements import Statement

_customers, _contacts, _versions, _values = (
    model.metadata.tables[model.__tablename__] for model in (Customer, Contact, CustomerVersion, CustomerValue)
)
_SEEN = "version", "primary_contact", "name", "code", "contact", "mobile", "email", "merged_into_id", "archived_at"
_LOCK = Statement(
    select(*(_customers.c[name] for name in _SEEN))
    .where(_customers.c.id == bindparam("customer"))
    .with_for_update(key_share=True)  # rows that refer to it can still be made
)
_MOVE_ON = Statement(
    update(_customers)
    .where(
        _customers.c.id == bindparam("customer"), _customers.c.version == bindparam("seen"),
        _customers.c.merged_into_id.is_(None),
    )
    .values(version=_customers.c.version + 1, updated_at=bindparam("now"), primary_contact=bindparam("primary"))
)  # fmt: skip
_CONTACT = Statement(insert(_contacts), "customer_id", "number", "added_at")
_VERSION = Statement(
    insert(_versions),
    "customer_id",
    "number",
    "at",
    "cause",
    "staff_id",
    "submission_id",
    "other_id",
    "channel",
    "primary_contact",
    "reason",
)
_held = (
    _values.c.customer_id == bindparam("customer"), _values.c.until.is_(None),
    or_(_values.c.contact == 0, _values.c.contact == bindparam("whose")), is_among(_values.c.field, "fields"),
)  # fmt: skip
_END = Statement(update(_values).where(*_held).values(until=bindparam("version")))
_CONFIRM = Statement(
    update(_values)
    .where(*_held, or_(_values.c.verified_at.is_(None), _values.c.verified_at < bindparam("at")))
    .values(verified_at=bindparam("at"))
)
_SOURCE = "origin", "staff_id", "submission_id", "consent_id", "reason", "set_at", "verified_at", "since"
_given = items_of("given").c.value
_HOLD = Statement(
    insert(_values).from_select(
        ["customer_id", "contact", "field", "value", "secret", *_SOURCE],
        select(
            _given[0].as_integer(), _given[1].as_integer(), _given[2].as_string(), as_json(_given[3].as_string()),
            _given[4].as_string(), *(bindparam(name, type_=_values.c[name].type) for name in _SOURCE),
        ),
    )
)  # fmt: skip


def lock(session: Session, customer: Customer) -> None:
    """Keep the record as it is until the transaction ends, and know how that is."""
    session.flush()
    row = _LOCK.first(session.connection(), {"customer": customer.id})
    for column in _SEEN:
        set_committed_value(customer, column, getattr(row, column))


def move_on(session: Session, customer: Customer, seen: int, primary: int, now: datetime) -> bool:
    """The record is at the version after `seen`, with that primary contact; False where it was not at `seen`, or is no
    customer's record any more.
    """
    session.flush()
    given = {"customer": customer.id, "seen": seen, "now": now, "primary": primary}
    if _MOVE_ON.run(session.connection(), given) != 1:
        return False
    for column, value in (("version", seen + 1), ("updated_at", now), ("primary_contact", primary)):
        set_committed_value(customer, column, value)
    return True


def add_contacts(session: Session, customers: Iterable[Customer], now: datetime) -> None:
    """The first contact of each of `customers`."""
    _CONTACT.run_for(
        session.connection(), ({"customer_id": each.id, "number": 1, "added_at": now} for each in customers)
    )


def add_versions(session: Session, customers: Iterable[Customer], **columns: Any) -> None:
    """A version of each of `customers`, as they are now, by its other columns."""
    _VERSION.run_for(
        session.connection(),
        (
            {**columns, "customer_id": each.id, "number": each.version, "primary_contact": each.primary_contact}
            for each in customers
        ),
    )


def end(session: Session, customer: Customer, contact: int, fields: Collection[str], version: int) -> None:
    """What is held of `fields`, of the customer and of the `contact` with that number, is held until `version`."""
    given = {"customer": customer.id, "whose": contact, "fields": list(fields), "version": version}
    _END.run(session.connection(), given)
    _forget(session, customer)


def confirm(session: Session, customer: Customer, contact: int, fields: Collection[str], at: datetime) -> None:
    """Held values of `fields`, of the customer and of that contact, are verified at `at`, or later where they were."""
    given = {"customer": customer.id, "whose": contact, "fields": list(fields), "at": at}
    _CONFIRM.run(session.connection(), given)
    _forget(session, customer)


def hold(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add values, by their columns; those that are not named are empty. Those of one source are one statement."""
    given: dict[tuple[Any, ...], list[list[Any]]] = defaultdict(list)
    for row in rows:
        given[tuple(row.get(name) for name in _SOURCE)].append(_item(row))
    for source, items in given.items():
        _HOLD.run(session.connection(), {**dict(zip(_SOURCE, source, strict=True)), "given": items})


def _item(row: Mapping[str, Any]) -> list[Any]:
    value, secret = row.get("value"), row.get("secret")
    worded = None if value is None else json.dumps(value)
    return [row["customer_id"], row["contact"], row["field"], worded, None if secret is None else encrypted(secret)]


def _forget(session: Session, customer: Customer) -> None:
    """What the session read of values before is out of date."""
    for row in session.identity_map.values():
        if isinstance(row, CustomerValue) and row.customer_id == customer.id:
            session.expire(row, ("until", "verified_at"))
