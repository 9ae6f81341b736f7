"""A small reward that a questionnaire promises: earned by the first approval, recorded once, given once (M27)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, joinedload

from formsvc import audit
from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.db import insert_into, rows_changed
from formsvc.invitations.models import Invitation
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
    owed = update(Reward).where(Reward.id == reward.id, Reward.given_at.is_(None))
    is_first = rows_changed(session, owed.values(given_at=now, given_by=giver.id)) == 1
    session.refresh(reward)
    if not is_first:
        raise AlreadyGiven(reward.id)
    audit.record(session, giver.actor, "reward.given", reward.customer.subject, now, reward=reward.id)


def follow(session: Session, part: Customer, whole: Customer) -> None:
    """What was earned for `part` is of `whole`, unless that has earned the same: then it stays where it is."""
    parts = reach.those_of(part)
    theirs = select(Submission.id).join(Invitation).where(Invitation.customer_id.in_(parts))
    went_along = Reward.customer_id.not_in(parts) if part.id == whole.id else Reward.customer_id == part.id
    same = select(Reward.version_id).where(Reward.customer_id == whole.id)
    found = session.scalars(
        select(Reward.id).where(Reward.submission_id.in_(theirs), went_along, Reward.version_id.not_in(same))
    ).all()
    session.execute(update(Reward).where(Reward.id.in_(found)).values(customer_id=whole.id))


def earned(
    session: Session, customers: Select[Customer], is_given: bool, after: int | None, limit: int
) -> Sequence[Reward]:  # fmt: skip
    """Rewards of `customers` behind the one with the id `after`: those to give, the oldest first, or those given, the
    newest first.
    """
    found = _loaded().where(Reward.customer_id.in_(customers.with_only_columns(Customer.id)))
    if is_given:
        found = found.where(Reward.given_at.is_not(None)).order_by(Reward.id.desc())
    else:
        found = found.where(Reward.given_at.is_(None)).order_by(Reward.id)
    if after is not None:
        found = found.where(Reward.id < after if is_given else Reward.id > after)
    return session.scalars(found.limit(limit)).all()


def earned_of(session: Session, customer: Customer) -> Sequence[Reward]:
    """All rewards of `customer`, the newest first."""
    return session.scalars(_loaded().where(Reward.customer_id == customer.id).order_by(Reward.id.desc())).all()


def earned_by(session: Session, submission: Submission) -> Reward | None:
    """The reward that the approval of `submission` earned."""
    return session.scalar(_loaded().where(Reward.submission_id == submission.id))


def text(reward: Reward, language: str) -> str:
    """What was promised."""
    promise = definition_of(reward.version).reward
    return promise.in_(language) if promise else ""


def _loaded() -> Select[Reward]:
    """Rewards with all that pages say of them."""
    return select(Reward).options(*map(joinedload, (Reward.customer, Reward.version, Reward.giver)))
