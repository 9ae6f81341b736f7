"""Which customers a reader may see: every query that a page makes begins here."""

from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer
from formsvc.fields import clean
from formsvc.staff.models import GRANTS, Permission, Role, Staff
from formsvc.staff.verbs import team_of


def visible(reader: Staff) -> Select[Customer]:
    """The customers that `reader` may see."""
    return select(Customer).where(Customer.merged_into_id.is_(None), is_visible(reader.role, reader.id))


def is_visible(role: Role, reader: Any) -> ColumnElement[bool]:
    """Whether who has that role and id may see a customer: an own one, one of the team, or any."""
    if Permission.ALL_CUSTOMERS in GRANTS[role]:
        return true()
    return is_of(reader, Permission.TEAM in GRANTS[role])


def is_of(reader: Any, with_team: bool) -> ColumnElement[bool]:
    """Whether a customer is one of the account with that id, or of its team."""
    is_own = Customer.owner_id == reader
    return or_(is_own, Customer.owner_id.in_(team_of(reader))) if with_team else is_own


def find(session: Session, reader: Staff, number: str) -> Customer | None:
    """The customer with `number`, or the one that it was merged into, where `reader` may see it (M26)."""
    return session.scalar(visible(reader).where(Customer.id.in_(led_to(number))))


def find_any(session: Session, number: str) -> Customer | None:
    """As `find`, for a program that no reader stands behind."""
    return session.scalar(select(Customer).where(Customer.merged_into_id.is_(None), Customer.id.in_(led_to(number))))


def find_merged(session: Session, reader: Staff, id_: int) -> Customer | None:
    """The record with that id, which was merged into another one, where `reader` could see it if it was not."""
    return session.scalar(select(Customer).where(Customer.id == id_, is_visible(reader.role, reader.id)))


def those_of(customer: Customer) -> Select[int]:
    """The ids of the record and of all that were merged into it, be it by way of others."""
    ids = select(Customer.id).where(Customer.id == customer.id).cte(recursive=True)
    ids = ids.union(select(Customer.id).where(Customer.merged_into_id == ids.c.id))
    return select(ids.c.id)


def find_part(session: Session, customer: Customer, number: str) -> Customer | None:
    """The record with `number`, where it was merged into `customer`, be it by way of others."""
    is_part = Customer.id.in_(those_of(customer)), Customer.id != customer.id
    return session.scalar(select(Customer).where(Customer.number == clean(number), *is_part))


def led_to(number: str) -> Select[int]:
    """The ids of the record with `number`, and of those that it was merged into one after the other."""
    ids = select(Customer.id, Customer.merged_into_id).where(Customer.number == clean(number)).cte(recursive=True)
    following = select(Customer.id, Customer.merged_into_id).where(Customer.id == ids.c.merged_into_id)
    return select(ids.union(following).c.id)
