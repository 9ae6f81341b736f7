"""Give submissions to a colleague to review, one or many at once (M20)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import reach as customers_reach
from formsvc.customers.models import Customer
from formsvc.db import rows_changed
from formsvc.invitations.models import Invitation
from formsvc.review import reach
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import may
from formsvc.submissions.models import Submission, SubmissionState

MOST = 200


def assign(session: Session, ids: Iterable[int], to: Staff, by: Staff, now: datetime) -> list[int]:
    """Those of `ids` that `to` is to review from now on, at most MOST.

    Passed over are those that do not wait, and, as if they did not exist, those that `by` may not see.
    """
    asked = sorted(set(ids))[:MOST]
    seen = reach.visible(by).where(Submission.id.in_(asked)).with_only_columns(Submission.id).order_by(Submission.id)
    given = [id_ for id_ in session.scalars(seen).all() if _give(session, id_, to)]
    for id_ in given:
        audit.record(session, by.actor, "submission.assigned", f"submission:{id_}", now, to=to.actor)
    return given


def follow(session: Session, part: Customer, whole: Customer) -> None:
    """What was answered for `part` is of who manages `whole`: nothing of it waits."""
    theirs = select(Invitation.id).where(Invitation.customer_id.in_(customers_reach.those_of(part)))
    of_them = update(Submission).where(Submission.invitation_id.in_(theirs))
    session.execute(of_them.values(assigned_to=whole.owner_id))


def colleague(session: Session, id_: int) -> Staff | None:
    """The account with that id, where it may be given submissions to review."""
    return session.scalar(select(Staff).where(Staff.id == id_, may(Permission.REVIEW)))


def colleagues(session: Session) -> list[tuple[int, str]]:
    """Ids and names of all who may be given submissions to review."""
    found = session.execute(select(Staff.id, Staff.name).where(may(Permission.REVIEW)).order_by(Staff.name, Staff.id))
    return [(id_, name) for id_, name in found]


def _give(session: Session, id_: int, to: Staff) -> bool:
    waits = Submission.id == id_, Submission.state == SubmissionState.WAITING
    return rows_changed(session, update(Submission).where(*waits).values(assigned_to=to.id)) == 1
