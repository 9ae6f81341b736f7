"""Who has a submission open: colleagues at the same queue see it, and it keeps nobody from deciding (M20).

A claim passes, like a hand on a file: it is gone after CLAIM_LASTS or with the decision, and the audit has none of it.
"""

from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from formsvc.db import rows_changed
from formsvc.review.filters import Filter
from formsvc.review.queue import CLAIM_LASTS, next_waiting
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission, SubmissionState


def claim(session: Session, id_: int, who: Staff, now: datetime) -> bool:
    """Whether `who` has the submission from now on: it waits, and nobody else has it open."""
    free = or_(
        Submission.claimed_by.is_(None), Submission.claimed_by == who.id, Submission.claimed_at <= now - CLAIM_LASTS
    )
    taken = update(Submission).where(Submission.id == id_, Submission.state == SubmissionState.WAITING, free)
    return rows_changed(session, taken.values(claimed_by=who.id, claimed_at=now)) == 1


def release(session: Session, id_: int, who: Staff) -> bool:
    """Whether `who` had the submission, which is free now."""
    left = update(Submission).where(Submission.id == id_, Submission.claimed_by == who.id)
    return rows_changed(session, left.values(claimed_by=None, claimed_at=None)) == 1


def take_next(session: Session, reader: Staff, chosen: Filter, now: datetime) -> int | None:
    """The oldest one in the filter that nobody has open, which `reader` has now. Two at once get two."""
    while (found := next_waiting(session, reader, chosen, None, now)) is not None:
        if claim(session, found, reader, now):
            return found
    return None


def holder(submission: Submission, now: datetime) -> Staff | None:
    """Who has the submission open."""
    at = submission.claimed_at
    return submission.claimant if at and at > now - CLAIM_LASTS else None
