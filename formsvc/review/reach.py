"""Which submissions a reader may see: those of the customers whom the reader sees, and those assigned to the reader."""

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.invitations.models import Invitation
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission


def visible(reader: Staff) -> Select[Submission]:
    """The submissions that `reader` may see and decide about."""
    customers = reach.visible(reader).with_only_columns(Customer.id)
    found = select(Submission).join(Invitation)
    return found.where(or_(Invitation.customer_id.in_(customers), Submission.assigned_to == reader.id))


def find(session: Session, reader: Staff, id_: int) -> Submission | None:
    """The submission with that id, where `reader` may see it."""
    invitation = joinedload(Submission.invitation)
    whole = invitation.joinedload(Invitation.customer), invitation.joinedload(Invitation.version)
    return session.scalar(visible(reader).where(Submission.id == id_).options(*whole))
