"""Which submissions a reader may see: those of the customers whom the reader sees, and those that the reader, or who
is in the reader's team, is to review. Those of a record that was merged follow the one that stays (M26).
"""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.invitations.models import Invitation
from formsvc.staff.models import GRANTS, Permission, Role, Staff
from formsvc.staff.verbs import team_of
from formsvc.submissions.models import Submission


def visible(reader: Staff) -> Select[Submission]:
    """The submissions that `reader` may see and decide about, but for those of records that were merged: of these, what
    the reader is to review.
    """
    return _joined().where(_is_visible(reader.role, reader.id))


def find(session: Session, reader: Staff, id_: int) -> Submission | None:
    """The submission with that id, where `reader` may see it."""
    given = {"reader": reader.id, "submission": id_}
    found = session.scalars(_whole(reader.role), given).unique().one_or_none()
    if found is None or found.invitation.customer.merged_into_id is None:
        return found
    is_seen = reach.find(session, reader, found.invitation.customer.number) is not None
    return found if is_seen or session.scalar(visible(reader).where(Submission.id == id_)) else None


@cache
def _whole(role: Role) -> Select[Submission]:
    """One submission, with what a decision about it looks at."""
    invitation = contains_eager(Submission.invitation)
    customer = invitation.contains_eager(Invitation.customer).joinedload(Customer.owner)
    version = invitation.joinedload(Invitation.version)
    is_merged = Customer.merged_into_id.is_not(None)  # who may see the one that stays is asked then
    found = _joined().where(or_(_is_visible(role, bindparam("reader")), is_merged))
    found = found.where(Submission.id == bindparam("submission"))
    return found.options(customer, version, joinedload(Submission.consents))


def _joined() -> Select[Submission]:
    return select(Submission).join(Submission.invitation).join(Invitation.customer)


def _is_visible(role: Role, reader: Any) -> ColumnElement[bool]:
    if Permission.ALL_CUSTOMERS in GRANTS[role]:
        return true()
    is_theirs = and_(Customer.merged_into_id.is_(None), reach.is_visible(role, reader))
    is_assigned = Submission.assigned_to == reader
    if Permission.TEAM in GRANTS[role]:
        is_assigned = or_(is_assigned, Submission.assigned_to.in_(team_of(reader)))
    return or_(is_theirs, is_assigned)
