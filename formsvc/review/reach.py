"""Which submissions a reader may see: those of the customers whom the reader sees, and those that the reader, or who
is in the reader's team, is to review.
"""

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.invitations.models import Invitation
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import team_of
from formsvc.submissions.models import Submission


def visible(reader: Staff) -> Select[Submission]:
    """The submissions that `reader` may see and decide about."""
    customers = reach.visible(reader).with_only_columns(Customer.id)
    is_assigned = Submission.assigned_to == reader.id
    if reader.may(Permission.TEAM):
        is_assigned = or_(is_assigned, Submission.assigned_to.in_(team_of(reader.id)))
    is_visible = or_(Invitation.customer_id.in_(customers), is_assigned)
    return select(Submission).join(Invitation).where(is_visible)


def find(session: Session, reader: Staff, id_: int) -> Submission | None:
    """The submission with that id, where `reader` may see it."""
    invitation = joinedload(Submission.invitation)
    customer = invitation.joinedload(Invitation.customer).joinedload(Customer.owner)
    whole = customer, invitation.joinedload(Invitation.version), joinedload(Submission.consents)
    return session.scalars(visible(reader).where(Submission.id == id_).options(*whole)).unique().one_or_none()
