"""Change a record by hand, with a reason and how it became known (M26, M46)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import contacts, record
from formsvc.customers.contacts import AlreadyThere
from formsvc.customers.models import Channel, Customer, Origin
from formsvc.customers.modules import may_change
from formsvc.customers.record import Source
from formsvc.customers.relation import NAME
from formsvc.fields import Value
from formsvc.staff.models import Staff

MAX_REASON = 200


class NothingChanged(ValueError):
    """An edit without a value that is new."""


class ReasonMissing(ValueError):
    """An edit that does not say why."""


class NotTheirs(ValueError):
    """Fields that who edits may not change; their keys are the argument."""


def edit(
    session: Session, customer: Customer, values: Mapping[str, Value], who: Staff, reason: str, channel: Channel,
    seen: int, now: datetime, contact: int | None = None,
) -> int:  # fmt: skip
    """Put `values` into the record, those of a contact with the one that has the number `contact`, else the primary.

    Returns the new version. Raises NothingChanged, ReasonMissing, NotTheirs, and StaleRecord where the record is no
    longer at version `seen`.
    """
    source = _source(values, who, reason, channel)
    version = record.change(session, customer, values, source, now, seen=seen, contact=contact)
    audit.record(session, who.actor, "customer.edited", customer.subject, now, fields=sorted(values))
    return version


def add_contact(
    session: Session, customer: Customer, values: Mapping[str, Value], who: Staff, reason: str, channel: Channel,
    seen: int, now: datetime,
) -> int:  # fmt: skip
    """One more contact beside the primary one, with these values; its number. Raises as `edit` does, without a name
    NothingChanged, and AlreadyThere.
    """
    if values.get(NAME) is None:
        raise NothingChanged
    if contacts.is_there(session, customer, values):
        raise AlreadyThere(customer.number)
    number = record.add_contact(session, customer, values, _source(values, who, reason, channel), now, seen=seen)
    audit.record(
        session, who.actor, "customer.contact_added", customer.subject, now, contact=number, fields=sorted(values)
    )
    return number


def _source(values: Mapping[str, Value], who: Staff, reason: str, channel: Channel) -> Source:
    if not values:
        raise NothingChanged
    if not reason:
        raise ReasonMissing
    if foreign := sorted(field for field in values if not may_change(who.role, field)):
        raise NotTheirs(foreign)
    return Source(Origin.EDIT, who.id, reason=reason, channel=channel)
