"""Submissions, immutable but for what is decided about them, and the consents they were given with."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formsvc.crypto import EncryptedJSON
from formsvc.db import Base, one_of
from formsvc.invitations.models import Invitation
from formsvc.staff.models import Staff


class SubmissionState(StrEnum):
    WAITING = "waiting"  # for a reviewer
    SUPERSEDED = "superseded"  # the customer sent again before anyone decided
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # the customer took it back before anyone decided


class Way(StrEnum):
    """How answers came: from the customer by the link, or in a form uploaded there; else a colleague recorded them."""

    LINK = "link"
    FILE = "file"
    CALL = "call"
    VISIT = "visit"
    MESSAGE = "message"  # a mail, a chat


RECORDED = (Way.CALL, Way.VISIT, Way.MESSAGE)


class ReviewStep(StrEnum):
    """What the clock does next with a submission that waits: check it, then warn that nobody decided (M21, M27)."""

    CHECK = "check"
    MANAGER = "manager"
    LEAD = "lead"


NOT_DUE: dict[str, Any] = {"next_step": None, "due_at": None}  # of what does not wait any more
DECIDED = (SubmissionState.APPROVED, SubmissionState.RETURNED, SubmissionState.REJECTED)


class Submission(Base):
    """What a customer sent, once: a retry finds (invitation, revision) taken. One of an invitation waits at most.

    `answers` holds every asked field by key, `secrets` the sensitive ones, encrypted. The database refuses to change
    either. `is_proved` tells whether who sent it could see what is held. `field_notes` are a reviewer's words to single
    fields, by key, with a return.

    `channel` is the way it came, `recorded_by` who recorded it for the customer, if anyone did, `is_confirmed` whether
    that was confirmed with the customer on the spot. These never change either.

    `assigned_to` is who is to review it; `claimed_by` who has it open since `claimed_at`. `seen_version` is the version
    of the record that was decided upon, `checked_version` the one that its flags are about.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("invitation_id", "revision"),
        Index("uq_submissions_waiting", "invitation_id", unique=True,
              sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
        Index("ix_submissions_queue", "state", "submitted_at", "id"),
        Index("ix_submissions_assigned", "assigned_to", "state", "submitted_at", "id"),
        Index("ix_submissions_due", "due_at", sqlite_where=text("due_at IS NOT NULL"),
              postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_submissions_decided", "decided_at", sqlite_where=text("decided_at IS NOT NULL"),
              postgresql_where=text("decided_at IS NOT NULL")),
        CheckConstraint("(next_step IS NULL) = (due_at IS NULL)", name="due_has_step"),
        CheckConstraint("due_at IS NULL OR state = 'waiting'", name="only_waiting_is_due"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name="claim_has_time"),
        CheckConstraint(
            "(state IN ('approved', 'returned', 'rejected')) = (decided_by IS NOT NULL AND decided_at IS NOT NULL)",
            name="decision_is_named"),
        CheckConstraint("state NOT IN ('returned', 'rejected') OR note IS NOT NULL", name="refusal_has_note"),
        CheckConstraint("(channel IN ('call', 'visit', 'message')) = (recorded_by IS NOT NULL)",
                        name="recorder_is_named"),
        CheckConstraint("recorded_by IS NOT NULL OR NOT is_confirmed", name="only_recorded_is_confirmed"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"))
    revision: Mapped[int]
    state: Mapped[SubmissionState] = mapped_column(one_of(SubmissionState))
    answers: Mapped[dict[str, Any]]
    secrets: Mapped[Any] = mapped_column(EncryptedJSON, nullable=True)
    language: Mapped[str] = mapped_column(String(10))
    submitted_at: Mapped[datetime]
    is_proved: Mapped[bool] = mapped_column(default=True, server_default=true())
    channel: Mapped[Way] = mapped_column(one_of(Way), default=Way.LINK, server_default="link")
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    is_confirmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    claimed_at: Mapped[datetime | None]
    checked_version: Mapped[int | None]
    next_step: Mapped[ReviewStep | None] = mapped_column(one_of(ReviewStep))
    due_at: Mapped[datetime | None]
    seen_version: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    note: Mapped[str | None] = mapped_column(Text)
    field_notes: Mapped[dict[str, Any] | None]

    invitation: Mapped[Invitation] = relationship()
    reviewer: Mapped[Staff | None] = relationship(foreign_keys=decided_by)
    assignee: Mapped[Staff | None] = relationship(foreign_keys=assigned_to)
    claimant: Mapped[Staff | None] = relationship(foreign_keys=claimed_by)
    recorder: Mapped[Staff | None] = relationship(foreign_keys=recorded_by)
    consents: Mapped[list["Consent"]] = relationship(order_by="Consent.id")

    @property
    def subject(self) -> str:
        """The name of this submission in audit facts and in the outbox."""
        return f"submission:{self.id}"

    @property
    def mail_step(self) -> str:
        """The step of the mail about a decision: a revision has one, as what is taken back, a rejection, sends none."""
        return f"revision-{self.revision}"

    @property
    def is_recorded(self) -> bool:
        """Whether a colleague recorded it for the customer."""
        return self.recorded_by is not None

    @property
    def is_unconfirmed(self) -> bool:
        """Whether nobody says that the customer has confirmed these very answers."""
        return self.is_recorded and not self.is_confirmed

    @property
    def all_answers(self) -> dict[str, Any]:
        """The answers by field, sensitive ones included."""
        return self.answers | (self.secrets or {})


class ConsentKind(StrEnum):
    PRIVACY = "privacy"
    SENSITIVE = "sensitive"


class Consent(Base):
    """A consent: to which wording, in which language, when (M6)."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("submission_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    kind: Mapped[ConsentKind] = mapped_column(one_of(ConsentKind))
    text_version: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(10))
    given_at: Mapped[datetime]


class Draft(Base):
    """What was typed behind a link and not sent yet: the text of each control, encrypted, as it was at each save.

    `number` counts the saves of one reader. `reader` is empty for whoever may see what is held; who has not shown that
    the invitation's mail reached them has a draft of their own (M11, M13).
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("invitation_id", "reader", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"))
    reader: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    typed: Mapped[Any] = mapped_column(EncryptedJSON)
    saved_at: Mapped[datetime]


class Code(Base):
    """A six-digit code that was sent: for ten minutes and five tries, and used once. Only its digest is kept."""

    __tablename__ = "codes"
    __table_args__ = (Index(None, "subject", "sent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class AddressKind(StrEnum):
    EMAIL = "email"
    MOBILE = "mobile"


class Address(Base):
    """An address that a customer entered and that was not held: good once somebody there has confirmed it (M17)."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("invitation_id", "kind", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"))
    kind: Mapped[AddressKind] = mapped_column(one_of(AddressKind))
    address: Mapped[str] = mapped_column(String(254))
    entered_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    invitation: Mapped[Invitation] = relationship()

    @property
    def subject(self) -> str:
        """The name of this address in audit facts, codes and the outbox."""
        return f"address:{self.id}"


class CompletionTime(Base):
    """How long one form took, in seconds, whole and by module; whose it was is not kept (M9).

    `is_repeat` tells whether the form showed what its customer had confirmed before.
    """

    __tablename__ = "completion_times"
    __table_args__ = (Index(None, "version_id", "is_repeat", "seconds"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    is_repeat: Mapped[bool]
    seconds: Mapped[int]
    sections: Mapped[dict[str, Any]]
