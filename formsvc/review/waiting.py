"""A record is no customer's any more only when nothing that its customer said waits for somebody (M26)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.ends import StillWaiting
from formsvc.customers.models import Customer
from formsvc.invitations.models import InvitationState
from formsvc.invitations.verbs import live_ones
from formsvc.submissions.models import Submission


def waits(session: Session, customer: Customer) -> StillWaiting | None:
    """The answers that wait for a review, or that were returned and did not come back yet."""
    for invitation in live_ones(session, customer):
        if invitation.state is not InvitationState.OPEN:
            sent = select(Submission.id).where(Submission.invitation_id == invitation.id)
            newest = session.scalars(sent.order_by(Submission.revision.desc()).limit(1)).one()
            return StillWaiting(newest, invitation.state is InvitationState.RETURNED)
    return None
