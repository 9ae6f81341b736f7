"""Submit an answer: once, whole, and with its consents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from formsvc import audit
from formsvc.customers.models import Customer
from formsvc.fields import Value
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import definition_of
from formsvc.submissions.models import Consent, ConsentKind, Submission, SubmissionState

OPEN_STATES = (InvitationState.OPEN, InvitationState.ANSWERED, InvitationState.RETURNED)
MENDABLE = (SubmissionState.WAITING, SubmissionState.RETURNED)
AT_ONCE = (  # an invitation with whom and what it asks, in one statement; a definition is read once, not each time
    joinedload(Invitation.customer, innerjoin=True).joinedload(Customer.owner),
    joinedload(Invitation.version, innerjoin=True).defer(QuestionnaireVersion.definition),
)


class LinkIsDead(Exception):
    """The link was revoked, issued again, or is past its end."""


class AlreadyDecided(Exception):
    """The answers were reviewed: this invitation takes no more."""


class SentMeanwhile(Exception):
    """Other answers were sent since the page was loaded; `submission` holds them."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(submission.id)
        self.submission = submission


@dataclass(frozen=True)
class Answers:
    """What a form says: values by field, sensitive ones apart, and whether each consent was given.

    `seen` is the revision that the page was filled from, 0 for none.
    """

    values: Mapping[str, Value]
    secrets: Mapping[str, Value]
    consent_sensitive: bool
    language: str
    seen: int


def find_open(session: Session, invitation_id: int, link_number: int, now: datetime) -> Invitation:
    """The invitation of a link, held until the transaction ends. Raises LinkIsDead, AlreadyDecided."""
    asked = select(Invitation).where(Invitation.id == invitation_id).options(*AT_ONCE)
    invitation = session.scalar(asked.with_for_update(of=Invitation))
    if invitation is None or invitation.link_number != link_number or invitation.closes_at <= now:
        raise LinkIsDead
    if invitation.state is InvitationState.CLOSED:
        raise AlreadyDecided
    if invitation.state not in OPEN_STATES:
        raise LinkIsDead
    return invitation


def submit(session: Session, invitation: Invitation, answers: Answers, now: datetime) -> Submission:
    """The submission of these answers: a new one, or for a retry the one that it made. Raises SentMeanwhile."""
    last = latest(session, invitation.id)
    kept = carried(last, answers)
    if last and last.revision > answers.seen:
        if last.answers == dict(answers.values) and (last.secrets or {}) == kept:
            return last
        raise SentMeanwhile(last)
    if last:
        _supersede(session, last)
    submission = Submission(
        invitation_id=invitation.id, revision=last.revision + 1 if last else 1, state=SubmissionState.WAITING,
        answers=dict(answers.values), secrets=kept or None, language=answers.language, submitted_at=now,
    )  # fmt: skip
    submission.consents = _consents(invitation, last, answers, bool(kept), now)
    session.add(submission)
    session.flush()
    invitations.mark_answered(session, invitation)
    actor = invitation.customer.subject
    audit.record(session, actor, "submission.submitted", submission.subject, now, revision=submission.revision)
    return submission


def latest(session: Session, invitation_id: int) -> Submission | None:
    """The newest submission of an invitation."""
    submissions = select(Submission).where(Submission.invitation_id == invitation_id)
    return session.scalar(submissions.order_by(Submission.revision.desc()).limit(1))


def carried(last: Submission | None, answers: Answers) -> dict[str, Value]:
    """The sensitive values: those typed now, and those of the revision that is mended and were left as they are.

    What is typed now without the consent of its own is not kept (M6).
    """
    before = last.secrets or {} if last and last.state in MENDABLE else {}
    return {**before, **(answers.secrets if answers.consent_sensitive else {})}


def _supersede(session: Session, last: Submission) -> None:
    waiting = Submission.id == last.id, Submission.state == SubmissionState.WAITING
    session.execute(update(Submission).where(*waiting).values(state=SubmissionState.SUPERSEDED))


def _consents(
    invitation: Invitation, last: Submission | None, answers: Answers, has_secrets: bool, now: datetime
) -> list[Consent]:
    """Those given now; a sensitive value that is carried on keeps the consent that it was given with."""
    version = definition_of(invitation.version).privacy.version
    given: dict[str, Any] = {"text_version": version, "language": answers.language, "given_at": now}
    consents = [Consent(kind=ConsentKind.PRIVACY, **given)]
    if answers.consent_sensitive:
        consents.append(Consent(kind=ConsentKind.SENSITIVE, **given))
    elif has_secrets and last:
        earlier = next(consent for consent in last.consents if consent.kind is ConsentKind.SENSITIVE)
        consents.append(
            Consent(kind=ConsentKind.SENSITIVE, text_version=earlier.text_version, language=earlier.language,
                    given_at=earlier.given_at)
        )  # fmt: skip
    return consents
