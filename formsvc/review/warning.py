"""Tell staff that customers wait for a decision: who is to decide, then that person's lead (M27, M31).

A mail tells of many at once: what the next one to a person is about stands in ReviewWarning.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers.models import Customer
from formsvc.db import insert_into
from formsvc.invitations.models import Invitation
from formsvc.mail.outbox import Message, put
from formsvc.review.filters import ME, Age, Filter
from formsvc.review.models import ReviewWarning
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import ReviewStep, Submission, SubmissionState
from formsvc.web.urls import absolute

GAP = timedelta(hours=1)  # between two mails to one person, who hears of nothing much later than promised
MOST = 1000  # submissions that one mail is about: the others are left for the next
LISTED = 20


def warn(session: Session, submission: Submission, step: ReviewStep) -> None:
    """Have the readers of `step` hear of `submission` with their next mail; nobody twice, whichever step they are."""
    for reader in _readers(session, submission.assignee, step):
        row = insert_into(session, ReviewWarning).values(staff_id=reader.id, submission_id=submission.id)
        session.execute(row.on_conflict_do_nothing())


def to_tell(session: Session) -> list[int]:
    """The ids of those at work who have not heard of all yet."""
    untold = select(ReviewWarning.submission_id).where(*_untold(Staff.id)).correlate(Staff)
    return list(session.scalars(select(Staff.id).where(Staff.active, untold.exists()).order_by(Staff.id)))


def tell(session: Session, reader_id: int, now: datetime) -> int:
    """Queue the mail to one person about all that waits still; of how many it is, 0 where the last was less than GAP
    ago.

    The person's row is locked: of two clocks one finds that the other has told. What was decided meanwhile is left out.
    """
    reader = session.get_one(Staff, reader_id, with_for_update={"key_share": True})
    last = session.scalar(select(func.max(ReviewWarning.told_at)).where(ReviewWarning.staff_id == reader.id))
    if last and last > now - GAP:
        return 0
    found = select(ReviewWarning.submission_id).where(*_untold(reader.id)).order_by(ReviewWarning.submission_id)
    ids = session.scalars(found.limit(MOST)).all()
    waiting = _waiting(session, ids)
    _settle(session, reader, ids, [row.id for row in waiting], now)
    if waiting:
        put(session, _mail(reader, waiting, now), now)
        audit.record(session, audit.SYSTEM, "staff.warned", reader.actor, now, submissions=len(waiting))
    return len(waiting)


def _readers(session: Session, assignee: Staff | None, step: ReviewStep) -> list[Staff]:
    """Who it is assigned to, or that person's lead; where there is none at work, those who see all customers."""
    told = assignee
    if step is ReviewStep.LEAD:
        told = session.get(Staff, assignee.lead_id) if assignee and assignee.lead_id else None
    if told and told.active:
        return [told]
    administrators = select(Staff).where(Staff.role == Role.ADMINISTRATOR, Staff.active)
    return list(session.scalars(administrators.order_by(Staff.id)))


def _untold(reader: Any) -> tuple[Any, ...]:
    return ReviewWarning.staff_id == reader, ReviewWarning.told_at.is_(None)


def _waiting(session: Session, ids: Collection[int]) -> Sequence[Any]:
    """What a mail says of those of `ids` that wait, the oldest first."""
    columns = Submission.id, Submission.submitted_at, Customer.name, Customer.number
    rows = select(*columns, Staff.id.label("assignee_id"), Staff.name.label("assignee")).select_from(Submission)
    rows = rows.join(Invitation).join(Customer).outerjoin(Staff, Staff.id == Submission.assigned_to)
    rows = rows.where(Submission.id.in_(ids), Submission.state == SubmissionState.WAITING)
    return session.execute(rows.order_by(Submission.submitted_at, Submission.id)).all()


def _settle(session: Session, reader: Staff, ids: Collection[int], told: Collection[int], now: datetime) -> None:
    """Of what the mail is about `reader` has heard; what waits no more is nothing to hear of."""
    own = ReviewWarning.staff_id == reader.id
    gone = set(ids) - set(told)
    session.execute(update(ReviewWarning).where(own, ReviewWarning.submission_id.in_(told)).values(told_at=now))
    session.execute(delete(ReviewWarning).where(own, ReviewWarning.submission_id.in_(gone)))


def _mail(reader: Staff, waiting: Sequence[Any], now: datetime) -> Message:
    is_theirs = all(row.assignee_id == reader.id for row in waiting)
    queue = Filter(owner=ME if is_theirs else "", age=Age.LATE)
    context = {
        "reader": {"name": reader.name},
        "reviews": [_review(reader, row) for row in waiting[:LISTED]],
        "count": len(waiting),
        "is_theirs": is_theirs,
        "url": absolute(f"/review/?{queue.query}"),
    }
    return Message("overdue-review", reader.actor, reader.email, "zh_CN", context, now.isoformat())


def _review(reader: Staff, row: Any) -> dict[str, Any]:
    return {
        "customer": {"name": row.name, "number": row.number},
        "assignee": row.assignee,
        "is_theirs": row.assignee_id == reader.id,
        "sent_at": row.submitted_at.isoformat(),
        "url": absolute(f"/review/{row.id}"),
    }
