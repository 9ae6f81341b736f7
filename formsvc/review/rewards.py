"""A small reward that a questionnaire promises: earned by the first approval, recorded once, given once (M27)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers.models import Customer
from formsvc.db import insert_into
from formsvc.questionnaires.verbs import definition_of
from formsvc.review.models import Reward
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission


class AlreadyGiven(Exception):
    """Somebody else gave the reward."""


def record_earned(session: Session, submission: Submission, now: datetime) -> bool:
    """Record what the questionnaire of `submission` promises its customer; False where it was earned before, or nothing
    is promised.
    """
    invitation = submission.invitation
    if definition_of(invitation.version).reward is None:
        return False
    earned = insert_into(session, Reward).values(
        customer_id=invitation.customer_id, version_id=invitation.version_id, submission_id=submission.id, earned_at=now
    )
    once = earned.on_conflict_do_nothing(index_elements=["customer_id", "version_id"]).returning(Reward.id)
    if session.scalar(once) is None:
        return False
    audit.record(session, audit.SYSTEM, "reward.earned", invitation.customer.subject, now, submission=submission.id)
    return True


def promised(session: Session, submission: Submission) -> str | None:
    """The reward for an approval of `submission`, in its language; None where none is left to earn."""
    invitation = submission.invitation
    reward = definition_of(invitation.version).reward
    if reward is None:
        return None
    same = Reward.customer_id == invitation.customer_id, Reward.version_id == invitation.version_id
    before = session.scalar(select(Reward.id).where(*same, Reward.submission_id != submission.id))
    return None if before else reward.in_(submission.language)


def give(session: Session, reward: Reward, giver: Staff, now: datetime) -> None:
    """The customer has it. Raises AlreadyGiven."""
    given = session.execute(
        update(Reward)
        .where(Reward.id == reward.id, Reward.given_at.is_(None))
        .values(given_at=now, given_by=giver.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(reward)
    if getattr(given, "rowcount", 0) != 1:
        raise AlreadyGiven(reward.id)
    customer = session.get_one(Customer, reward.customer_id)
    audit.record(session, giver.actor, "reward.given", customer.subject, now, reward=reward.id)
