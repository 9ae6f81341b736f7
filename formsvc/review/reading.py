"""What a reviewer looks at: held beside answered, and the revisions before and after."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers.held import held_values
from formsvc.customers.models import CustomerValue
from formsvc.fields import Field
from formsvc.questionnaires.verbs import definition_of
from formsvc.review.diff import Difference, Kind, compare
from formsvc.submissions.models import Submission, SubmissionState


def differences(session: Session, submission: Submission) -> list[Difference]:
    """What was held when the link was sent, what is held now or was when it was decided, and what was answered (M22).

    In the questionnaire's order.
    """
    invitation = submission.invitation
    base = held_values(session, invitation.customer, invitation.base_version)
    now = held_values(session, invitation.customer, submission.seen_version)
    return compare(fields_of(submission).values(), base, now, submission.all_answers)


def changed_since(submission: Submission, earlier: Submission) -> list[Difference]:
    """What `submission` answers otherwise than an `earlier` revision, whose answers stand as what is held (M14)."""
    before = earlier.all_answers
    rows = compare(fields_of(submission).values(), before, before, submission.all_answers)
    return [row for row in rows if row.kind is not Kind.SAME]


def accepted(session: Session, submission: Submission) -> set[str]:
    """The fields that went from `submission` into the record."""
    return set(session.scalars(select(CustomerValue.field).where(CustomerValue.submission_id == submission.id)))


def fields_of(submission: Submission) -> dict[str, Field]:
    return definition_of(submission.invitation.version).fields


def newest_after(session: Session, submission: Submission) -> Submission | None:
    """The newest revision, where it is not `submission` itself."""
    return _revision(session, submission, Submission.revision > submission.revision)


def last_before(session: Session, submission: Submission) -> Submission | None:
    """The newest revision before `submission`, other than what the customer took back."""
    older = Submission.revision < submission.revision, Submission.state != SubmissionState.WITHDRAWN
    before = _revision(session, submission, *older)
    return before if before and not is_withdrawn(session, before) else None


def is_withdrawn(session: Session, submission: Submission) -> bool:
    """Whether the customer took these answers back, or those that took their place."""
    if submission.state is not SubmissionState.SUPERSEDED:
        return submission.state is SubmissionState.WITHDRAWN
    chain = Submission.revision > submission.revision, Submission.state != SubmissionState.SUPERSEDED
    later = select(Submission.state).where(Submission.invitation_id == submission.invitation_id, *chain)
    return session.scalar(later.order_by(Submission.revision).limit(1)) is SubmissionState.WITHDRAWN


def taken_back_at(session: Session, submission: Submission) -> datetime | None:
    """When the customer took these answers back."""
    fact = AuditFact.subject == submission.subject, AuditFact.action == "submission.withdrawn"
    return session.scalar(select(AuditFact.at).where(*fact).limit(1))


def _revision(session: Session, submission: Submission, *which: ColumnElement[bool]) -> Submission | None:
    """The newest one of those of the same invitation."""
    found = select(Submission).where(Submission.invitation_id == submission.invitation_id, *which)
    return session.scalar(found.order_by(Submission.revision.desc()).limit(1))
