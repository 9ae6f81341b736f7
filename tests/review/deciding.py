"""Answers that differ from the record, and the decision about them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.relation import Relation
from formsvc.fields import Value
from formsvc.mail.models import OutboxMessage
from formsvc.review import verbs
from formsvc.review.diff import Choice, Decision
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission
from tests.factories import ENTERPRISE
from tests.installation import NOW

LATER = NOW + timedelta(hours=1)
ANSWERS: Mapping[str, Value] = {**ENTERPRISE, "contacts.name": "王芳", "needs.term": "long"}
ALL = {"contacts.name": "accept", "needs.term": "accept", "basic.id_number": "accept"}


def approve(
    session: Session, made: Submission, reviewer: Staff, decisions: Mapping[str, str] = ALL,
    relation: Relation = Relation.SAME,
) -> list[str]:  # fmt: skip
    """Approve `made` as who has just looked at the record."""
    seen = made.invitation.customer.version
    return verbs.approve(session, made, reviewer, decided(decisions), "谢谢！", seen, LATER, relation)


def decided(choices: Mapping[str, str]) -> dict[str, Decision]:
    """The decisions that such choices are."""
    return {key: Decision(cast(Choice, choice)) for key, choice in choices.items()}


def sent(session: Session) -> list[str]:
    """The kinds of the mails that are queued but for receipts, the oldest first."""
    kinds = select(OutboxMessage.kind).where(OutboxMessage.kind != "receipt")
    return list(session.scalars(kinds.order_by(OutboxMessage.id)))
