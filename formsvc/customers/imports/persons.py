"""The person of a row that is a customer who is there: the contact who is held, or another one (M25, M26)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import contacts, record
from formsvc.customers.imports.judging import judged_as
from formsvc.customers.models import Customer
from formsvc.customers.record import Source
from formsvc.customers.relation import Relation, propose
from formsvc.customers.worksheet.checking import CheckedRow
from formsvc.customers.worksheet.known import Held

BESIDE = "beside"  # stands where a conflict does: the value is another person's, and takes the place of none


def judged_as_double(session: Session, row: CheckedRow, held: Held, customer: Customer | None) -> dict[str, Any]:
    """As `judged_as`, but a person who is not the contact that is held overwrites nothing, and is one more contact.

    Whoever is a further contact of `customer` already is not added again.
    """
    changes = judged_as(row, held)
    if propose(held.values, row.values) is Relation.SAME:
        return changes
    own = {key: change for key, change in changes.items() if not key.startswith("contacts.")}
    if customer and _is_known(session, row, customer):
        return own
    said = {key: value for key, value in row.values.items() if key.startswith("contacts.")}
    return own | {
        key: {"before": None, "after": value, "conflict": BESIDE, "take": None} for key, value in said.items()
    }


def further(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of one more contact, by field."""
    return {key: change["after"] for key, change in changes.items() if change["conflict"] == BESIDE}


def change_beside(
    session: Session, customer: Customer, values: Mapping[str, Any], source: Source, now: datetime, actor: str
) -> None:
    """Put `values` into the record, those of a contact with one more. Raises StaleRecord."""
    number = record.add_contact(session, customer, values, source, now, seen=customer.version)
    audit.record(session, actor, "customer.imported", customer.subject, now, contact=number, fields=sorted(values))


def _is_known(session: Session, row: CheckedRow, customer: Customer) -> bool:
    others = (known.values for known in contacts.of(session, customer) if not known.is_primary)
    return any(
        propose({key: value.content for key, value in values.items()}, row.values) is Relation.SAME for values in others
    )
