"""Take back a rejection: the answers wait for a review again, from now on, as if nobody had decided (M23)."""

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import rows
from formsvc.db import rows_changed
from formsvc.invitations import moves
from formsvc.invitations.models import LIVE, Invitation, InvitationState
from formsvc.invitations.verbs import live_invitation
from formsvc.review.models import ReviewWarning
from formsvc.review.steps import REOPENED
from formsvc.review.verbs import TooLate
from formsvc.staff.models import Staff
from formsvc.submissions.models import ReviewStep, Submission, SubmissionState

_WAITING = {
    "state": SubmissionState.WAITING, "decided_at": None, "decided_by": None, "seen_version": None,
    "claimed_by": None, "claimed_at": None, "next_step": ReviewStep.CHECK,
}  # fmt: skip


class NotACustomer(Exception):
    """The record was merged into another one, or archived: nothing may wait there."""


class AskedAgain(Exception):
    """The customer was asked the same by another invitation, whose answers count now."""


def reopen(session: Session, submission: Submission, reviewer: Staff, now: datetime) -> None:
    """Have rejected answers wait again: checked anew, and behind their link, where that has not died meanwhile.

    Also where who answered is not the contact any more: such answers can be approved. The note stays, as the reason of
    the rejection, until somebody decides again. Whom it was warned of is warned anew. A later link that nobody answered
    in time is replaced, as by an invitation. Raises TooLate, AskedAgain, NotACustomer.
    """
    rows.lock(session, submission.invitation.customer)  # in the order of a decision: another waits for ever
    if not submission.invitation.customer.is_asked:
        raise NotACustomer(submission.id)
    moves.lock(session, submission.invitation)
    rejected = Submission.id == submission.id, Submission.state == SubmissionState.REJECTED
    if rows_changed(session, update(Submission).where(*rejected).values(**_WAITING, due_at=now)) != 1:
        raise TooLate(submission.id)
    _replace(session, submission, now)
    session.expire(submission)
    moves.mark_reopened(session, submission.invitation)
    session.execute(delete(ReviewWarning).where(ReviewWarning.submission_id == submission.id))
    audit.record(session, reviewer.actor, REOPENED, submission.subject, now)


def asked_again(session: Session, submission: Submission, now: datetime) -> Invitation | None:
    """The invitation to the same questionnaire that took the place of the one that was answered: it is live, or was
    decided upon later. One that was revoked, or whose time was over before an answer, did not.
    """
    own = submission.invitation
    later = and_(Invitation.state == InvitationState.CLOSED, Invitation.issued_at > own.issued_at)
    others = (
        Invitation.customer_id == own.customer_id, Invitation.questionnaire_id == own.questionnaire_id,
        Invitation.id != own.id,
    )  # fmt: skip
    in_time = or_(Invitation.closes_at > now, Invitation.state == InvitationState.ANSWERED)
    found = select(Invitation).where(*others, or_(and_(Invitation.state.in_(LIVE), in_time), later))
    return session.scalar(found.order_by(Invitation.issued_at.desc()).limit(1))


def _replace(session: Session, submission: Submission, now: datetime) -> None:
    """The one live link is that of `submission` again. Raises AskedAgain."""
    own = submission.invitation
    live = live_invitation(session, own.customer, own.questionnaire_id)
    if live:
        moves.lock(session, live)  # a customer or the clock may be at it
    if asked_again(session, submission, now):
        raise AskedAgain(submission.id)
    if live and live.state in LIVE:
        moves.move(session, live, InvitationState.REVOKED, next_step=None, due_at=None)
