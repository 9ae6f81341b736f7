"""Which submissions a reader may see: those of the customers whom the reader sees, and those that the reader, or who
is in the reader's team, is to review.
"""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.invitations.models import Invitation
from formsvc.staff.models import GRANTS, Permission, Role, Staff
from formsvc.staff.verbs import team_of
from formsvc.submissions.models import Submission


def visible(reader: Staff) -> Select[Submission]:
    """The submissions that `reader` may see and decide about."""
    return _visible(reader.role, reader.id)


def find(session: Session, reader: Staff, id_: int) -> Submission | None:
    """The submission with that id, where `reader` may see it."""
    given = {"reader": reader.id, "submission": id_}
    return session.scalars(_whole(reader.role), given).unique().one_or_none()


@cache
def _whole(role: Role) -> Select[Submission]:
    """One submission, with what a decision about it looks at."""
    invitation = contains_eager(Submission.invitation)
    customer = invitation.contains_eager(Invitation.customer).joinedload(Customer.owner)
    version = invitation.joinedload(Invitation.version)
    found = _visible(role, bindparam("reader")).where(Submission.id == bindparam("submission"))
    return found.options(customer, version, joinedload(Submission.consents))


def _visible(role: Role, reader: Any) -> Select[Submission]:
    is_assigned = Submission.assigned_to == reader
    if Permission.TEAM in GRANTS[role]:
        is_assigned = or_(is_assigned, Submission.assigned_to.in_(team_of(reader)))
    joined = select(Submission).join(Submission.invitation).join(Invitation.customer)
    return joined.where(or_(reach.is_visible(role, reader), is_assigned))
