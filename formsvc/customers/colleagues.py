"""Whom of the staff a customer, or its next step, can be given to."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer
from formsvc.staff.models import GRANTS, Permission, Role, Staff
from formsvc.staff.verbs import is_in_reach

MANAGERS = [role for role in Role if Permission.MANAGE in GRANTS[role]]
EDITORS = [role for role in Role if Permission.EDIT in GRANTS[role]]


def of(session: Session, reader: Staff) -> list[tuple[int, str]]:
    """Ids and names of those in reach of `reader` who can have customers: oneself, the team, or all."""
    found = _in_reach(reader).with_only_columns(Staff.id, Staff.name).order_by(Staff.name, Staff.id)
    return [(id_, name) for id_, name in session.execute(found)]


def find(session: Session, reader: Staff, id_: int) -> Staff | None:
    """The account with that id, where it is one of those."""
    return session.scalar(_in_reach(reader).where(Staff.id == id_))


def step_takers(session: Session, customer: Customer) -> list[Staff]:
    """Who may take the next step: whoever sees the customer and may change something, by name."""
    found = select(Staff).where(Staff.active, Staff.role.in_(EDITORS)).order_by(Staff.name, Staff.id)
    return [each for each in session.scalars(found) if _sees(each, customer)]


def _in_reach(reader: Staff) -> Select[Staff]:
    return select(Staff).where(Staff.active, Staff.role.in_(MANAGERS), is_in_reach(reader, Staff.id))


def _sees(account: Staff, customer: Customer) -> bool:
    if account.may(Permission.ALL_CUSTOMERS) or account.id == customer.owner_id:
        return True
    return account.may(Permission.TEAM) and customer.owner is not None and customer.owner.lead_id == account.id
