"""Tell staff that customers wait for a decision: who is to decide, then that person's lead (M27, M31).

A mail tells of many at once: what the next one to a person is about stands in ReviewWarning.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, delete, literal, not_, select, update
from sqlalchemy.orm import Session, aliased

from formsvc import audit
from formsvc.customers.listing.parts import ME
from formsvc.customers.models import Customer
from formsvc.db import insert_into
from formsvc.invitations.models import Invitation
from formsvc.mail.outbox import Message, put
from formsvc.review.filters import Age, Filter
from formsvc.review.models import ReviewWarning
from formsvc.staff.models import Permission, Role, Staff
from formsvc.staff.verbs import may
from formsvc.submissions.models import ReviewStep, Submission, SubmissionState
from formsvc.web.urls import absolute

_assignee, _told = aliased(Staff), aliased(Staff)
# Whether Staff is to hear, beside `_with_told`: where that is nobody, those who see all customers are
_READS = case((_told.id.is_(None), and_(Staff.active, Staff.role == Role.ADMINISTRATOR)), else_=Staff.id == _told.id)
_UNTOLD = ReviewWarning.told_at.is_(None)
TOLD = "staff.warned"
GAP = timedelta(hours=1)  # between two mails to one person, who hears of nothing much later than promised
MOST = 1000  # submissions that one mail is about: the others are left for the next
LISTED = 20


def warn(session: Session, submission: Submission, step: ReviewStep) -> None:
    """Have the readers of `step` hear of `submission` with their next mail; nobody twice, whichever step they are."""
    _address(session, submission.id, step)


def astray() -> Select[int]:
    """The submissions that somebody has not heard of yet who is no reader by now: it was given to another, or the
    person left or may not decide any more.
    """
    found = select(ReviewWarning.submission_id).distinct().where(_UNTOLD)
    found = found.join(Submission, Submission.id == ReviewWarning.submission_id)
    found = found.join(Staff, Staff.id == ReviewWarning.staff_id)
    return _with_told(found, ReviewWarning.step).where(not_(_READS))


def readdress(session: Session, id_: int) -> None:
    """Have who is a reader by now hear of the submission, and nobody else. Of two clocks the second finds it done."""
    own = ReviewWarning.submission_id == id_
    session.execute(select(Submission.id).where(Submission.id == id_).with_for_update(key_share=True))
    if session.scalar(astray().where(own)) is None:
        return
    gone = delete(ReviewWarning).where(own, _UNTOLD).returning(ReviewWarning.step)
    for step in sorted(set(session.scalars(gone, execution_options={"synchronize_session": False}))):
        _address(session, id_, step)


def to_tell(session: Session) -> list[int]:
    """The ids of those at work who have not heard of all yet."""
    untold = select(ReviewWarning.submission_id).where(ReviewWarning.staff_id == Staff.id, _UNTOLD).correlate(Staff)
    return list(session.scalars(select(Staff.id).where(Staff.active, untold.exists()).order_by(Staff.id)))


def tell(session: Session, reader_id: int, now: datetime) -> int:
    """Queue the mail to one person about all that waits still; of how many it is, 0 where the last was less than GAP
    ago.

    The person's row is locked: of two clocks one finds that the other has told. What was decided meanwhile is left out,
    and what is in another's hands at this moment is left for the next: nobody waits for who may wait for this.
    """
    reader = session.get_one(Staff, reader_id, with_for_update={"key_share": True})
    if audit.has_happened(session, TOLD, reader.actor, now - GAP, now):  # a clock that ran ahead holds none back
        return 0
    found = select(ReviewWarning.submission_id).where(ReviewWarning.staff_id == reader.id, _UNTOLD)
    found = found.order_by(ReviewWarning.submission_id).limit(MOST).with_for_update(skip_locked=True)
    ids = session.scalars(found).all()
    waiting = _waiting(session, ids)
    _settle(session, reader, ids, [row.id for row in waiting], now)
    if waiting:
        put(session, _mail(reader, waiting, now), now)
        audit.record(session, audit.SYSTEM, TOLD, reader.actor, now, submissions=len(waiting))
    return len(waiting)


def _address(session: Session, id_: int, step: ReviewStep) -> None:
    value = literal(step, ReviewWarning.step.type)
    found: Any = select(Submission.id, Staff.id, value).select_from(Submission).where(Submission.id == id_)
    readers = _with_told(found, value).join(Staff, _READS)
    rows = insert_into(session, ReviewWarning).from_select(["submission_id", "staff_id", "step"], readers)
    session.execute(rows.on_conflict_do_nothing())


def _with_told(found: Select[Any], step: Any) -> Select[Any]:
    """`found`, of submissions, beside who each is assigned to, or that person's lead, where that one may decide."""
    asked = case((step == ReviewStep.LEAD, _assignee.lead_id), else_=_assignee.id)
    found = found.outerjoin(_assignee, _assignee.id == Submission.assigned_to)
    return found.outerjoin(_told, and_(_told.id == asked, may(Permission.REVIEW, _told)))


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
