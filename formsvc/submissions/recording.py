"""Record what a customer said on the phone, on a visit or in a message: a submission like any other (M28)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.held import held_and_verified, held_rows
from formsvc.customers.manager import account_manager
from formsvc.customers.models import Customer
from formsvc.invitations import verbs as invitations
from formsvc.invitations.letters import About
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.questionnaires.forms import asked_of
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import definition_of
from formsvc.staff.models import Staff
from formsvc.submissions import reading
from formsvc.submissions.models import SubmissionState
from formsvc.submissions.proof import NOBODY
from formsvc.submissions.reading import Opened
from formsvc.submissions.verbs import Answers, SentMeanwhile, submit


def record(
    session: Session, customer: Customer, form: Opened, answers: Answers, recorder: Staff, known: int, now: datetime
) -> int:
    """The id of the submission of what `recorder` was told: a new one, or for a retry the one that it made.

    `form` is what the answers were typed into, `known` the newest invitation before it, by its id. What waits is
    replaced by the customer only. Raises LinkIsDead, AlreadyDecided, SentMeanwhile, and what `for_recording` raises.
    """
    key = form.definition.key
    invitation = invitations.for_recording(session, customer, recorder.actor, recorder.id, now, key, known)
    opened = _read(session, invitation)
    if opened.version_id != form.version_id or (waits(opened) and answers.seen == opened.revision):
        raise SentMeanwhile
    return submit(session, opened, answers, now)


def opened(session: Session, customer: Customer, version: QuestionnaireVersion, now: datetime) -> tuple[Opened, int]:
    """What is asked of `customer`, whose questionnaire's newest version is `version`: by the live invitation, or by one
    that is still to be made. With it the id of the newest invitation before that; 0 where there is none.
    """
    live = invitations.live_invitation(session, customer, version.questionnaire_id)
    if live and invitations.is_taking(live, now):
        return _read(session, live), live.id - 1
    newest = invitations.newest_invitation(session, customer, version.questionnaire_id)
    return _blank(session, customer, version, now), newest.id if newest else 0


def waits(opened: Opened) -> bool:
    """Whether answers wait for a reviewer."""
    return opened.last is not None and opened.last.state is SubmissionState.WAITING


def _read(session: Session, invitation: Invitation) -> Opened:
    """The invitation without what the customer has typed and not sent: that is for no colleague's eyes."""
    found = reading.read(session.connection(), invitation.id, NOBODY)
    if found is None:
        raise LookupError(invitation.id)
    return found


def _blank(session: Session, customer: Customer, version: QuestionnaireVersion, now: datetime) -> Opened:
    """An invitation that is not made yet."""
    definition, owner = definition_of(version), customer.owner
    rows = session.scalar(select(held_rows(Customer)).select_from(Customer).where(Customer.id == customer.id))
    held, verified = held_and_verified(rows)
    about = About(0, 0, customer.name, customer.contact, customer.email, customer.language, account_manager(customer),
                  definition, now.date())  # fmt: skip
    return Opened(
        id=0, link_number=0, state=InvitationState.OPEN, revision=0, closes_at=now, version_id=version.id,
        reviewer_id=owner.id if owner and owner.active else None, customer_number=customer.number,
        mobile=customer.mobile, about=about,
        asked=asked_of(definition, version.checksum, customer.audience, customer.situation),
        last=None, draft=None, held=held, verified=verified,
    )  # fmt: skip
