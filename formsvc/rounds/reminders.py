"""Remind of a deadline: the customer before and after it, then the manager; each step once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.invitations import links, verbs
from formsvc.invitations.letters import about, post
from formsvc.invitations.models import Invitation
from formsvc.invitations.schedule import Step
from formsvc.mail.outbox import Message, put
from formsvc.staff.models import Permission, Role, Staff
from formsvc.web.urls import absolute


def remind(session: Session, invitation: Invitation, now: datetime) -> Step | None:
    """Take the latest step that is due and queue its mail; None where another worker or the customer was quicker."""
    step = verbs.take_step(session, invitation, now)
    if step is None:
        return None
    if step is Step.MANAGER:
        _tell_manager(session, invitation, now)
    else:
        key = f"link-{invitation.link_number}-{step}"
        post(session, about(invitation), "reminder", key, now, is_late=step is Step.AFTER)
    audit.record(session, audit.SYSTEM, "invitation.reminded", invitation.subject, now, step=step)
    return step


def _tell_manager(session: Session, invitation: Invitation, now: datetime) -> None:
    customer = invitation.customer
    context = {
        "customer": {"name": customer.name, "contact": customer.contact, "number": customer.number},
        "deadline": invitation.deadline_on.isoformat(),
        "url": absolute(f"/customers/{customer.number}"),
        "link": links.url(invitation.id, invitation.link_number),
    }
    for reader in _readers(session, invitation):
        step = f"link-{invitation.link_number}-{reader.id}"
        given = {**context, "reader": {"name": reader.name}}
        put(session, Message("overdue-manager", invitation.subject, reader.email, "zh_CN", given, step), now)


def _readers(session: Session, invitation: Invitation) -> list[Staff]:
    """The customer's manager, who is given the link to pass on; without one, those who look after such customers."""
    owner = invitation.customer.owner
    if owner and owner.active and owner.may(Permission.INVITE):
        return [owner]
    administrators = select(Staff).where(Staff.role == Role.ADMINISTRATOR, Staff.active)
    return list(session.scalars(administrators.order_by(Staff.id)))
