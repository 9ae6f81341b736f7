"""Take back a rejection: the answers wait for a review again, as if nobody had decided (M23)."""

from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import rows
from formsvc.db import rows_changed
from formsvc.invitations import moves
from formsvc.invitations.models import LIVE, Invitation, InvitationState
from formsvc.review.verbs import TooLate
from formsvc.staff.models import Staff
from formsvc.submissions.models import ReviewStep, Submission, SubmissionState

_WAITING = {
    "state": SubmissionState.WAITING, "decided_at": None, "decided_by": None, "seen_version": None,
    "next_step": ReviewStep.CHECK,
}  # fmt: skip


class AskedAgain(Exception):
    """The customer was asked the same by another invitation, whose answers count now."""


def reopen(session: Session, submission: Submission, reviewer: Staff, now: datetime) -> None:
    """Have rejected answers wait again: checked anew, and behind their link, where that has not died meanwhile.

    Also where who answered is not the contact any more: such answers can be approved. The note stays, as the reason of
    the rejection, until somebody decides again. Raises TooLate, AskedAgain.
    """
    rows.lock(session, submission.invitation.customer)  # in the order of a decision: another waits for ever
    moves.lock(session, submission.invitation)
    rejected = Submission.id == submission.id, Submission.state == SubmissionState.REJECTED
    if rows_changed(session, update(Submission).where(*rejected).values(**_WAITING, due_at=now)) != 1:
        raise TooLate(submission.id)
    if asked_again(session, submission):
        raise AskedAgain(submission.id)
    session.expire(submission)
    moves.mark_reopened(session, submission.invitation)
    audit.record(session, reviewer.actor, "submission.reopened", submission.subject, now)


def asked_again(session: Session, submission: Submission) -> Invitation | None:
    """The invitation to the same questionnaire that took the place of the one that was answered: it is live, or was
    decided upon later. One that was revoked did not.
    """
    own = submission.invitation
    later = and_(Invitation.state == InvitationState.CLOSED, Invitation.issued_at > own.issued_at)
    others = (
        Invitation.customer_id == own.customer_id, Invitation.questionnaire_id == own.questionnaire_id,
        Invitation.id != own.id,
    )  # fmt: skip
    found = select(Invitation).where(*others, or_(Invitation.state.in_(LIVE), later))
    return session.scalar(found.order_by(Invitation.issued_at.desc()).limit(1))
