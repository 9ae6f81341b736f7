"""Which customers a reader may see: every query that a page makes begins here."""

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer
from formsvc.fields import clean
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import team_of


def visible(reader: Staff) -> Select[Customer]:
    """The customers that `reader` may see: the own ones, those of the team, or all."""
    customers = select(Customer)
    if reader.may(Permission.ALL_CUSTOMERS):
        return customers
    if reader.may(Permission.TEAM):
        return customers.where(or_(Customer.owner_id == reader.id, Customer.owner_id.in_(team_of(reader.id))))
    return customers.where(Customer.owner_id == reader.id)


def find(session: Session, reader: Staff, number: str) -> Customer | None:
    """The customer with `number`, where `reader` may see it."""
    return session.scalar(visible(reader).where(Customer.number == clean(number)))


def matching(customers: Select[Customer], text: str) -> Select[Customer]:
    """Those of `customers` whose number, name, contact, phone or mail contains `text`; % and _ mean themselves."""
    pattern = "%" + clean(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    searched = (Customer.number, Customer.name, Customer.contact, Customer.mobile, Customer.email)
    return customers.where(or_(*(column.ilike(pattern, escape="\\") for column in searched)))
