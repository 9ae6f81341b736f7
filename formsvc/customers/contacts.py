"""The contacts of a customer: one is primary, others stand beside, and who left is followed by another one (M25)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Update, func, select, update
from sqlalchemy.orm import Session

from formsvc.customers.finding import marking
from formsvc.customers.finding.marks import CONTACT_NAME
from formsvc.customers.models import Contact, Customer, CustomerValue
from formsvc.customers.relation import EMAIL, MOBILE, NAME

OF_CONTACT = frozenset({CONTACT_NAME})  # whoever comes or goes does so with marks


class AlreadyThere(Exception):
    """The person is a contact of the customer with that number."""


@dataclass(frozen=True)
class Known:
    """A contact with what is held of it, by field."""

    contact: Contact
    values: Mapping[str, CustomerValue]
    is_primary: bool

    @property
    def name(self) -> str | None:
        return self._text("contacts.name")

    def _text(self, field: str) -> str | None:
        row = self.values.get(field)
        return str(row.content) if row and row.content is not None else None


def of(session: Session, customer: Customer) -> list[Known]:
    """The contacts of `customer` but those that were removed: the primary one, others, then who left."""
    there = Contact.customer_id == customer.id, Contact.removed_at.is_(None)
    contacts = session.scalars(select(Contact).where(*there).order_by(Contact.number)).all()
    held = CustomerValue.customer_id == customer.id, CustomerValue.until.is_(None), CustomerValue.contact > 0
    values: dict[int, dict[str, CustomerValue]] = defaultdict(dict)
    for row in session.scalars(select(CustomerValue).where(*held)):
        values[row.contact][row.field] = row
    known = [Known(each, values[each.number], each.number == customer.primary_contact) for each in contacts]
    return sorted(known, key=lambda each: (not each.is_primary, each.contact.left_at is not None))


def is_there(session: Session, customer: Customer, values: Mapping[str, Any]) -> bool:
    """Whether a contact of `customer` has the name, and the mobile and mail as far as they are said, in `values`."""
    said = {key: values[key] for key in (NAME, MOBILE, EMAIL) if values.get(key)}
    present = (each.values for each in of(session, customer) if each.contact.left_at is None)
    return NAME in said and any(said.items() <= {key: held[key].content for key in held}.items() for held in present)


def next_number(session: Session, customer: Customer) -> int:
    """The number for one more contact. Whoever adds it makes a version: of two at once, one finds a stale record."""
    last = select(func.max(Contact.number)).where(Contact.customer_id == customer.id)
    return (session.scalar(last) or 0) + 1


def add(session: Session, customer: Customer, number: int, now: datetime) -> None:
    """One more contact."""
    session.add(Contact(customer_id=customer.id, number=number, added_at=now))
    session.flush()


def leave(session: Session, customer: Customer, number: int, followed_by: int, now: datetime) -> None:
    """The contact left, and another one followed: what is held of the one who left stays with it."""
    session.execute(_one(customer, number).values(left_at=now, followed_by=followed_by))
    marking.refresh(session, customer, OF_CONTACT)


def come_back(session: Session, customer: Customer, number: int) -> None:
    """The contact did not leave after all."""
    session.execute(_one(customer, number).values(left_at=None, followed_by=None))
    marking.refresh(session, customer, OF_CONTACT)


def remove(session: Session, customer: Customer, numbers: Collection[int], now: datetime) -> None:
    """The contacts with these numbers were none after all."""
    of_it = Contact.customer_id == customer.id, Contact.number.in_(numbers)
    session.execute(update(Contact).where(*of_it).values(removed_at=now))
    marking.refresh(session, customer, OF_CONTACT)


def _one(customer: Customer, number: int) -> Update:
    return update(Contact).where(Contact.customer_id == customer.id, Contact.number == number)
