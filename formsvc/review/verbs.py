"""Decide about a submission: approve with a merge, return, reject. One transaction each, and once (M23)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import record
from formsvc.customers.models import CustomerValue, Origin
from formsvc.customers.record import Source
from formsvc.fields import Field
from formsvc.invitations import verbs as invitations
from formsvc.invitations.letters import about, post
from formsvc.questionnaires.verbs import definition_of
from formsvc.review.diff import Difference, compare, merge
from formsvc.staff.models import Staff
from formsvc.submissions.models import ConsentKind, Submission, SubmissionState

MAX_NOTE = 2000


class TooLate(Exception):
    """Someone decided before, or the customer sent again."""


class NoteMissing(ValueError):
    """A return or a rejection needs words for the customer or the files."""


def differences(session: Session, submission: Submission) -> list[Difference]:
    """What is held, or was held until the decision, beside what was answered, in the questionnaire's order."""
    held = record.held_values(session, submission.invitation.customer, submission.decided_at)
    return compare(fields_of(submission).values(), held, submission.all_answers)


def accepted(session: Session, submission: Submission) -> set[str]:
    """The fields that went from `submission` into the record."""
    return set(session.scalars(select(CustomerValue.field).where(CustomerValue.submission_id == submission.id)))


def fields_of(submission: Submission) -> dict[str, Field]:
    return definition_of(submission.invitation.version).fields


def approve(
    session: Session, submission: Submission, reviewer: Staff, decisions: Mapping[str, str], thanks: str, seen: int,
    now: datetime,
) -> list[str]:  # fmt: skip
    """Merge what was accepted into the record, and thank the customer; the merged fields.

    `seen` is the record's version that the reviewer looked at. Raises TooLate, StaleRecord, Undecided.
    """
    customer = submission.invitation.customer
    values = merge(differences(session, submission), decisions)
    _decide(session, submission, reviewer, SubmissionState.APPROVED, thanks or None, now)
    sensitive = {key for key, field in fields_of(submission).items() if field.sensitive}
    record.change(session, customer, values, _source(submission, reviewer), now, seen=seen, sensitive=sensitive)
    customer.language = submission.language
    invitations.mark_closed(session, submission.invitation)
    _record(session, submission, reviewer, "submission.approved", now, fields=sorted(values))
    _mail(session, submission, "thank-you", now, note=thanks)
    return sorted(values)


def return_(session: Session, submission: Submission, reviewer: Staff, note: str, now: datetime) -> None:
    """Ask the customer again by the same link, with `note`. Raises TooLate, NoteMissing, invitations.NotPossible."""
    _decide(session, submission, reviewer, SubmissionState.RETURNED, note, now)
    invitations.mark_returned(session, submission.invitation, now)
    _record(session, submission, reviewer, "submission.returned", now)
    _mail(session, submission, "returned", now, note=note)


def reject(session: Session, submission: Submission, reviewer: Staff, note: str, now: datetime) -> None:
    """Take nothing into the record; `note` is the reason. Raises TooLate, NoteMissing."""
    _decide(session, submission, reviewer, SubmissionState.REJECTED, note, now)
    invitations.mark_closed(session, submission.invitation)
    _record(session, submission, reviewer, "submission.rejected", now)


def _decide(
    session: Session, submission: Submission, reviewer: Staff, state: SubmissionState, note: str | None, now: datetime
) -> None:
    if state is not SubmissionState.APPROVED and not note:
        raise NoteMissing(state)
    session.refresh(submission.invitation, with_for_update=True)  # first, as by a customer who sends again: no deadlock
    decided = session.execute(
        update(Submission)
        .where(Submission.id == submission.id, Submission.state == SubmissionState.WAITING)
        .values(state=state, decided_at=now, decided_by=reviewer.id, note=note)
        .execution_options(synchronize_session=False)
    )
    if getattr(decided, "rowcount", 0) != 1:
        raise TooLate(submission.id)
    session.refresh(submission)


def _source(submission: Submission, reviewer: Staff) -> Source:
    consents = {consent.kind: consent.id for consent in submission.consents}
    return Source(
        Origin.SUBMISSION, reviewer.id, submission.id, consents.get(ConsentKind.PRIVACY),
        consents.get(ConsentKind.SENSITIVE),
    )  # fmt: skip


def _record(session: Session, submission: Submission, reviewer: Staff, action: str, now: datetime, **more: Any) -> None:
    audit.record(session, reviewer.actor, action, submission.subject, now, **more)


def _mail(session: Session, submission: Submission, kind: str, now: datetime, note: str) -> None:
    """Each decision is about another revision, and each revision is decided once: its number is the mail's step."""
    invitation, step = submission.invitation, f"revision-{submission.revision}"
    session.refresh(invitation.customer)
    post(session, about(invitation), kind, step, now, submission.language, note=note)
