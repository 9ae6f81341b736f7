"""Tell staff that a customer waits for a decision: who is to decide, then that person's lead (M27, M31)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.mail.outbox import Message, put
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import ReviewStep, Submission
from formsvc.web.urls import absolute


def warn(session: Session, submission: Submission, step: ReviewStep, now: datetime) -> None:
    """Queue the mail of `step`. Nobody gets two about one submission, whichever step they are told by."""
    customer, assignee = submission.invitation.customer, submission.assignee
    context = {
        "customer": {"name": customer.name, "number": customer.number},
        "assignee": assignee and assignee.name,
        "sent_at": submission.submitted_at.isoformat(),
        "url": absolute(f"/review/{submission.id}"),
    }
    for reader in _readers(session, assignee, step):
        given = {**context, "reader": {"name": reader.name}, "is_theirs": assignee is reader}
        mail = Message("overdue-review", submission.subject, reader.email, "zh_CN", given, f"staff-{reader.id}")
        put(session, mail, now)


def _readers(session: Session, assignee: Staff | None, step: ReviewStep) -> list[Staff]:
    """Who it is assigned to, or that person's lead; where there is none at work, those who see all customers."""
    told = assignee
    if step is ReviewStep.LEAD:
        told = session.get(Staff, assignee.lead_id) if assignee and assignee.lead_id else None
    if told and told.active:
        return [told]
    administrators = select(Staff).where(Staff.role == Role.ADMINISTRATOR, Staff.active)
    return list(session.scalars(administrators.order_by(Staff.id)))
