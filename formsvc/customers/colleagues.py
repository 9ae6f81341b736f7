"""Whom of the staff a customer, or its next step, can be given to."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer
from formsvc.staff.models import GRANTS, Permission, Staff


def step_takers(session: Session, customer: Customer) -> list[Staff]:
    """Who may take the next step: whoever sees the customer and may change something, by name."""
    return [each for each in _having(session, Permission.EDIT) if _sees(each, customer)]


def possible_owners(session: Session, who: Staff) -> list[Staff]:
    """To whom `who` may give a customer that is new, by name: a lead to the team, an administrator to anybody."""
    found = _having(session, Permission.MANAGE)
    if who.may(Permission.ALL_CUSTOMERS):
        return list(found)
    return [each for each in found if each.id == who.id or (who.may(Permission.TEAM) and each.lead_id == who.id)]


def _having(session: Session, permission: Permission) -> Sequence[Staff]:
    roles = [Staff.role == role for role, granted in GRANTS.items() if permission in granted]
    return session.scalars(select(Staff).where(Staff.active, or_(*roles)).order_by(Staff.name, Staff.id)).all()


def _sees(account: Staff, customer: Customer) -> bool:
    if account.may(Permission.ALL_CUSTOMERS) or account.id == customer.owner_id:
        return True
    return account.may(Permission.TEAM) and customer.owner is not None and customer.owner.lead_id == account.id
