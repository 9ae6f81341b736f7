"""What is behind a link, read in one plain statement: this is asked more often than anything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Text, and_, bindparam, case, func, select, type_coerce
from sqlalchemy.orm import aliased

from formsvc.crypto import KeyMissing, decrypted
from formsvc.customers.held import held_and_verified, held_rows
from formsvc.customers.manager import Contact, organisation
from formsvc.customers.models import Customer
from formsvc.fields import Raw
from formsvc.invitations import links
from formsvc.invitations.letters import About
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.questionnaires.definition import Definition
from formsvc.questionnaires.forms import Asked, asked_of
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import definition_of_version
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import may
from formsvc.statements import Statement
from formsvc.submissions.models import RECORDED, Draft, Submission, SubmissionState, Way

MENDABLE = (SubmissionState.WAITING, SubmissionState.RETURNED)
OPEN_STATES = (InvitationState.OPEN, InvitationState.ANSWERED, InvitationState.RETURNED)


class UnknownLink(Exception):
    """No link of ours says this."""


class DeadLink(Exception):
    """The link was revoked, issued again, or is past its end; `contact` can make a new one."""

    def __init__(self, contact: Contact) -> None:
        super().__init__("a dead link")
        self.contact = contact


@dataclass(frozen=True, slots=True)
class Sent:
    """The newest submission of an invitation."""

    id: int
    revision: int
    state: SubmissionState
    answers: dict[str, Any]
    secrets: dict[str, Any]
    submitted_at: datetime
    note: str | None
    field_notes: dict[str, str]
    way: Way

    @property
    def is_recorded(self) -> bool:
        """Whether a colleague recorded it for the customer."""
        return self.way in RECORDED

    @property
    def all_answers(self) -> dict[str, Any]:
        return self.answers | self.secrets


@dataclass(frozen=True, slots=True)
class Saved:
    """The newest draft of a reader: what stands in each control by field, and the consent to sensitive values."""

    number: int
    typed: dict[str, Raw]
    opened_at: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """An invitation with whom it asks, what it asks, what was sent last, what is typed but not sent, and what is held.

    `verified` is when the customer last confirmed a held value; `reviewer_id` is who is to review the answers: whoever
    was to review those before, else the customer's manager.
    """

    id: int
    link_number: int
    state: InvitationState
    revision: int
    closes_at: datetime
    version_id: int
    reviewer_id: int | None
    customer_number: str
    mobile: str | None
    about: About
    asked: Asked
    last: Sent | None
    draft: Saved | None
    held: Mapping[str, Any]
    verified: Mapping[str, datetime]

    @property
    def definition(self) -> Definition:
        return self.asked.definition

    @property
    def manager(self) -> Contact:
        """Who answers for the customer: the account manager, else the organisation."""
        return self.about.manager or organisation()

    @property
    def subject(self) -> str:
        """The name of this invitation in audit facts and in the outbox."""
        return f"invitation:{self.id}"

    @property
    def actor(self) -> str:
        """The customer's name in audit facts."""
        return f"customer:{self.customer_number}"

    @property
    def mended(self) -> Sent | None:
        """The submission that would be mended: one that waits or was returned."""
        return self.last if self.last and self.last.state in MENDABLE else None


def find(connection: Connection, token: str, reader: str, now: datetime) -> Opened:
    """What the link with `token` opens at `now`, with the draft of `reader`. Raises UnknownLink, DeadLink."""
    ids = links.read(token)
    opened = read(connection, ids[0], reader) if ids else None
    if ids is None or opened is None:
        raise UnknownLink
    if opened.link_number != ids[1] or opened.state is InvitationState.REVOKED or opened.closes_at <= now:
        raise DeadLink(opened.manager)
    return opened


def read(connection: Connection, invitation_id: int, reader: str = "") -> Opened | None:
    """The invitation with that id, in whatever state it is; None where there is none."""
    row = _OPENED.first(connection, {"id": invitation_id, "reader": reader})
    return _opened(connection, row) if row else None


def _opened(connection: Connection, row: Any) -> Opened:
    definition = definition_of_version(connection, row.version_id, row.checksum)
    held, verified = held_and_verified(row.held)
    return Opened(
        id=row.id, link_number=row.link_number, state=row.state, revision=row.revision, closes_at=row.closes_at,
        version_id=row.version_id, reviewer_id=row.reviewer_id, customer_number=row.number, mobile=row.mobile,
        about=_about(row, definition), asked=asked_of(definition, row.checksum, row.audience, row.situation),
        last=_sent(row), draft=_saved(row), held=held, verified=verified,
    )  # fmt: skip


def _about(row: Any, definition: Definition) -> About:
    manager = Contact(row.manager_name, row.manager_email, row.manager_phone) if row.manager_email else None
    return About(
        row.id, row.link_number, row.customer_name, row.contact, row.email, row.language, manager, definition,
        row.deadline_on,
    )  # fmt: skip


def _sent(row: Any) -> Sent | None:
    if row.sent_id is None:
        return None
    return Sent(
        row.sent_id, row.revision, row.sent_state, row.answers, row.secrets or {}, row.submitted_at, row.note,
        row.field_notes or {}, row.channel,
    )  # fmt: skip


def _saved(row: Any) -> Saved | None:
    """The draft; none where the key that it was encrypted with is lost: what is held can be filled in again."""
    try:
        typed = decrypted(row.typed) if row.typed else None
    except KeyMissing:
        typed = None
    return typed and Saved(row.draft, typed["fields"], typed["opened_at"], row.saved_at)


_reviewer = aliased(Staff)


def _statement() -> Select[*tuple[Any, ...]]:
    newest = (
        select(func.max(Draft.number))
        .where(Draft.invitation_id == Invitation.id, Draft.reader == bindparam("reader"))
        .correlate(Invitation)
        .scalar_subquery()
    )
    return (
        select(
            *(Invitation.id, Invitation.link_number, Invitation.state, Invitation.revision, Invitation.deadline_on),
            *(Invitation.closes_at, Invitation.version_id, QuestionnaireVersion.checksum),
            *(Customer.number, Customer.name.label("customer_name"), Customer.contact, Customer.audience),
            *(Customer.situation, Customer.email, Customer.mobile, Customer.language),
            *(Staff.name.label("manager_name"), Staff.email.label("manager_email"), Staff.phone.label("manager_phone")),
            *(Submission.id.label("sent_id"), Submission.state.label("sent_state"), Submission.answers),
            *(Submission.secrets, Submission.submitted_at, Submission.note, Submission.field_notes),
            Submission.channel,
            *(Draft.number.label("draft"), type_coerce(Draft.typed, Text).label("typed"), Draft.saved_at),
            func.coalesce(_reviewer.id, case((may(Permission.REVIEW), Staff.id))).label("reviewer_id"),
            held_rows(Customer).label("held"),
        )
        .join_from(Invitation, Customer, Customer.id == Invitation.customer_id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Invitation.version_id)
        .outerjoin(Staff, and_(Staff.id == Customer.owner_id, Staff.active))
        .outerjoin(
            Submission,
            and_(Submission.invitation_id == Invitation.id, Submission.revision == Invitation.revision),
        )
        .outerjoin(_reviewer, and_(_reviewer.id == Submission.assigned_to, may(Permission.REVIEW, _reviewer)))
        .outerjoin(
            Draft,
            and_(
                Draft.invitation_id == Invitation.id, Draft.reader == bindparam("reader"), Draft.number == newest,
                Invitation.state != InvitationState.CLOSED,
            ),
        )
        .where(Invitation.id == bindparam("id"))
    )  # fmt: skip


_OPENED = Statement(_statement())
