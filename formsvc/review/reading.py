"""What a reviewer looks at: held beside answered, and the revisions before and after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from formsvc.audit import AuditFact
from formsvc.customers.held import held_then_and_now, held_values
from formsvc.customers.models import Customer, CustomerValue, CustomerVersion
from formsvc.customers.relation import Relation
from formsvc.fields import Field
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import definition_of
from formsvc.review.diff import Difference, Kind, compare
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.web import language

MOST_CHANGES = 5


@dataclass(frozen=True)
class Compared:
    """What was held when the link was sent, and what is held now or was when it was decided, by field, and `rows`: both
    beside what was answered, in the questionnaire's order (M22).
    """

    base: dict[str, Any]
    now: dict[str, Any]
    rows: list[Difference]

    def of_kind(self, *kinds: Kind) -> list[Difference]:
        """The rows of these kinds, those of the first one first."""
        return [row for kind in kinds for row in self.rows if row.kind is kind]


def compared(session: Session, submission: Submission) -> Compared:
    """Answers of a contact who was followed, about that contact, are compared with nothing: the record has another
    person in that place (M25).
    """
    invitation = submission.invitation
    customer, then = invitation.customer, invitation.base_version
    if submission.seen_version is None:
        base, now = held_then_and_now(session, customer, then)
    else:
        base, now = (held_values(session, customer, version) for version in (then, submission.seen_version))
    left = has_left(session, submission)
    fields = [field for field in fields_of(submission).values() if not (left and field.module == "contacts")]
    return Compared(base, now, compare(fields, base, now, submission.all_answers))


def has_left(session: Session, submission: Submission) -> bool:
    """Whether who answered is not the contact any more, or was not when it was decided."""
    invitation, seen = submission.invitation, submission.seen_version
    primary: int | None = invitation.customer.primary_contact
    if seen is not None:
        then = CustomerVersion.customer_id == invitation.customer_id, CustomerVersion.number == seen
        primary = session.scalar(select(CustomerVersion.primary_contact).where(*then))
    return invitation.contact != primary


def left_out(submission: Submission, found: Compared) -> set[str]:
    """The keys of the answers that are compared with nothing, and not looked at."""
    return set(fields_of(submission)) - {row.field.key for row in found.rows}


def changes_after(session: Session, customer: Customer, seen: int) -> list[CustomerVersion]:
    """The versions of the record after the one that a reviewer looked at, the newest first, with who made them."""
    later = CustomerVersion.customer_id == customer.id, CustomerVersion.number > seen
    rows = select(CustomerVersion).where(*later).order_by(CustomerVersion.number.desc()).limit(MOST_CHANGES)
    return list(session.scalars(rows.options(joinedload(CustomerVersion.staff))))


def fields_since(session: Session, customer: Customer, seen: int) -> set[str]:
    """The keys of the fields that are held otherwise than at the version `seen`, of the customer and its contact."""
    before, after = held_values(session, customer, seen), held_values(session, customer)
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def changed_since(submission: Submission, earlier: Submission) -> list[Difference]:
    """What `submission` answers otherwise than an `earlier` revision, whose answers stand as what is held (M14)."""
    before = earlier.all_answers
    rows = compare(fields_of(submission).values(), before, before, submission.all_answers)
    return [row for row in rows if row.kind is not Kind.SAME]


def accepted(session: Session, submission: Submission) -> dict[str, CustomerValue]:
    """What went from `submission` into the record, by field, as it was merged."""
    rows = select(CustomerValue).where(CustomerValue.submission_id == submission.id).order_by(CustomerValue.id.desc())
    return {row.field: row for row in session.scalars(rows)}


def fields_of(submission: Submission) -> dict[str, Field]:
    return definition_of(submission.invitation.version).fields


def title_of(version: QuestionnaireVersion) -> str:
    """What the questionnaire is called, in the reader's language."""
    return definition_of(version).title.in_(language.current())


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


def became(session: Session, submission: Submission) -> Relation:
    """Who the person in the answers was taken to be when they were approved (M25)."""
    fact = AuditFact.subject == submission.subject, AuditFact.action == "submission.approved"
    return Relation(session.scalars(select(AuditFact.detail).where(*fact)).one()["contact"])


def _revision(session: Session, submission: Submission, *which: ColumnElement[bool]) -> Submission | None:
    """The newest one of those of the same invitation."""
    found = select(Submission).where(Submission.invitation_id == submission.invitation_id, *which)
    return session.scalar(found.order_by(Submission.revision.desc()).limit(1))
