"""The submissions of others: approved ones with their invitations, consents and audit facts, as many as one wants."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.copying import copy
from benchmarks.customers import HELD
from formsvc.audit import AuditFact
from formsvc.customers.models import Contact, Customer, CustomerVersion
from formsvc.db import transaction
from formsvc.invitations.models import Invitation
from formsvc.submissions.models import Consent, Submission
from formsvc.web.show import now
from tests.factories import customer, invitation, staff_account, submission

AT_ONCE = 100_000  # in one transaction
EACH = 100  # submissions of one customer


def fill(count: int) -> None:
    """Add `count` submissions, each with all 26 values; a multiple of AT_ONCE."""
    with transaction() as session:
        invited = invitation(session, customer(session, staff_account(session), values=HELD), now())
        submission(session, invited, HELD, now())
    for done in range(0, count, AT_ONCE):
        with transaction() as session:
            _add(session, done)


def _add(session: Session, done: int) -> None:
    """AT_ONCE more, after `done`; keys follow one another on both engines."""
    customers, invitations, submissions = (_last(session, model) for model in (Customer, Invitation, Submission))
    _copy(session, Customer, AT_ONCE // EACH, number=f"'CX1980' || ({done // EACH} + i)")
    first = session.scalar(select(func.min(Customer.id)))
    for model in (Contact, CustomerVersion):
        which = f"{model.__tablename__}.customer_id = {first} AND number = 1"
        copy(session, model, AT_ONCE // EACH, which, customer_id=f"{customers} + i")
    _copy(session, Invitation, customer_id=f"{customers} + 1 + i % {AT_ONCE // EACH}", state="'closed'",
          next_step="NULL", due_at="NULL")  # fmt: skip
    _copy(session, Submission, invitation_id=f"{invitations} + i", state="'approved'",
          decided_by="(SELECT min(id) FROM staff)", decided_at="submitted_at", next_step="NULL",
          due_at="NULL")  # fmt: skip
    _copy(session, Consent, submission_id=f"{submissions} + i")
    _copy(session, AuditFact, subject=f"'submission:' || ({submissions} + i)")


def _copy(session: Session, model: Any, count: int = AT_ONCE, **other: str) -> None:
    """Rows like the newest, with `other` SQL for some columns; `i` counts them from 1."""
    copy(session, model, count, f"{model.__tablename__}.id = {_last(session, model)}", **other)


def _last(session: Session, model: Any) -> int:
    return session.scalar(select(func.max(model.id))) or 0
