"""Two records of one customer, and how both are before and after they are merged."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers import contacts, record
from formsvc.customers.held import is_held
from formsvc.customers.merging import split as merging_split
from formsvc.customers.merging import verbs as merging
from formsvc.customers.merging.choices import Choices
from formsvc.customers.models import Contact, Customer, CustomerValue, Origin
from formsvc.customers.record import Source
from formsvc.fields import Value
from formsvc.staff.models import Staff
from tests.factories import customer, staff_account
from tests.installation import NOW

OWN = (
    "contact", "field", "content", "origin", "staff_id", "submission_id", "consent_id", "reason", "set_at",
    "verified_at",
)  # fmt: skip
LATER, SPLIT_AT = NOW + timedelta(days=1), NOW + timedelta(days=2)
WANG: Mapping[str, Value] = {
    "contacts.name": "王芳", "contacts.mobile": "+8613900010009", "contacts.email": "wangfang@example.com",
    "contacts.position": "财务经理",
}  # fmt: skip
OTHER: Mapping[str, Value] = {"basic.full_name": "合肥云盾科技股份有限公司", "basic.industry": "物联网"}


def two(session: Session, mine: Mapping[str, Value] = {}, theirs: Mapping[str, Value] = OTHER) -> list[Customer]:
    """Two records of one manager; the same person is their contact unless the values say otherwise."""
    owner = staff_account(session)
    made = [customer(session, owner, values=values) for values in (mine, theirs)]
    session.flush()
    return made


def merge(
    session: Session, staying: Customer, going: Customer, choices: Choices | None = None, who: Staff | None = None
) -> int:
    who = who or staying.owner or staff_account(session)
    seen = staying.version, going.version
    version = merging.merge(session, staying, going, choices or Choices(), who, *seen, LATER)
    session.flush()
    return version


def split(session: Session, staying: Customer, version: int, reason: str = "是两家公司") -> int:
    who = staying.owner or staff_account(session)
    number = merging_split.split(session, staying, version, who, reason, staying.version, SPLIT_AT)
    session.flush()
    return number


def add_contact(session: Session, of: Customer, values: Mapping[str, Value], followed: bool = False) -> int:
    """One more contact, who follows the primary one where that is said."""
    number, before = contacts.next_number(session, of), of.primary_contact
    record.change(session, of, values, Source(Origin.WORKSHEET), NOW, seen=of.version, contact=number,
                  primary=number if followed else None)  # fmt: skip
    contacts.add(session, of, number, NOW)
    if followed:
        contacts.leave(session, of, before, number, NOW)
    session.flush()
    return number


def state(session: Session, of: Customer) -> tuple[Any, ...]:
    """All that is held of a record with its sources, who its contacts are, and what lists show of it."""
    session.flush()
    session.refresh(of)
    held = sorted((tuple(getattr(row, key) for key in OWN) for row in _held(session, of)), key=str)
    people = select(Contact.number, Contact.left_at, Contact.followed_by).where(Contact.removed_at.is_(None))
    known = [tuple(row) for row in session.execute(people.where(Contact.customer_id == of.id).order_by(Contact.number))]
    shown = {column: getattr(of, column) for column in [*record.REPEATED.values(), "name_core"]}
    rest = of.primary_contact, of.situation, of.owner_id, of.next_owner_id, of.merged_into_id, of.archived_at
    return held, known, shown, rest


def contents(session: Session, of: Customer) -> set[tuple[str, str]]:
    """What is held of a record and all its contacts, without whose it is."""
    return {(row.field, str(row.content)) for row in _held(session, of)}


def _held(session: Session, of: Customer) -> list[CustomerValue]:
    rows = session.scalars(select(CustomerValue).where(is_held(of.id)))
    return [row for row in rows if row.content is not None]
