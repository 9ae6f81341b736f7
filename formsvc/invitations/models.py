"""Invitations and the moves between their states."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formsvc.customers.models import Customer
from formsvc.db import Base, one_of
from formsvc.invitations.schedule import Step
from formsvc.questionnaires.models import QuestionnaireVersion


class InvitationState(StrEnum):
    OPEN = "open"  # the customer is asked
    ANSWERED = "answered"  # a submission waits for its review
    RETURNED = "returned"  # the customer is asked again, with a note
    CLOSED = "closed"  # a submission was approved or rejected
    REVOKED = "revoked"  # staff took it back, or a newer one took its place


LIVE = (InvitationState.OPEN, InvitationState.ANSWERED, InvitationState.RETURNED)
MOVES = {
    InvitationState.OPEN: {InvitationState.OPEN, InvitationState.ANSWERED, InvitationState.REVOKED},
    # Answers that wait are answers, even where the link that brought them is revoked: the state stays
    InvitationState.ANSWERED: {
        InvitationState.ANSWERED,
        InvitationState.RETURNED,
        InvitationState.CLOSED,
        InvitationState.OPEN,
    },
    InvitationState.RETURNED: {InvitationState.RETURNED, InvitationState.ANSWERED, InvitationState.REVOKED},
    InvitationState.REVOKED: {InvitationState.OPEN},
    InvitationState.CLOSED: {InvitationState.ANSWERED},  # a rejection was taken back, and by no customer
}
LIVE_SQL = text("state IN ('open', 'answered', 'returned')")


class Invitation(Base):
    """One customer asked for one questionnaire. Only one of them is live at a time.

    `link_number` is signed into the link: the one before is dead. `due_at` is when the clock next acts (`next_step`).
    `revision` is that of the newest submission, 0 before the first. `base_version` is the version that the record had
    when the link was sent, and `contact` the number of the contact whom it was sent to. `is_recorded` tells that it was
    made to record answers in: no mail brought its link. `with_form` tells whether its mail carries the questionnaire as
    an XLSX form.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        Index("uq_invitations_live", "customer_id", "questionnaire_id", unique=True,
              sqlite_where=LIVE_SQL, postgresql_where=LIVE_SQL),
        Index("ix_invitations_due", "due_at", sqlite_where=text("due_at IS NOT NULL"),
              postgresql_where=text("due_at IS NOT NULL")),
        Index(None, "customer_id", "id"),
        Index(None, "issued_at"),
        Index("ix_invitations_unanswered", "deadline_on", sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
        CheckConstraint("(next_step IS NULL) = (due_at IS NULL)", name="due_has_step"),
        CheckConstraint("due_at IS NULL OR state = 'open'", name="only_open_is_due"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaires.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    state: Mapped[InvitationState] = mapped_column(one_of(InvitationState))
    link_number: Mapped[int] = mapped_column(default=1)
    issued_at: Mapped[datetime]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    deadline_on: Mapped[date]
    closes_at: Mapped[datetime]
    next_step: Mapped[Step | None] = mapped_column(one_of(Step))
    due_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    base_version: Mapped[int] = mapped_column(default=1, server_default="1")
    contact: Mapped[int] = mapped_column(default=1, server_default="1")
    is_recorded: Mapped[bool] = mapped_column(default=False, server_default=false())
    with_form: Mapped[bool] = mapped_column(default=False, server_default=false())

    customer: Mapped[Customer] = relationship()
    version: Mapped[QuestionnaireVersion] = relationship()

    @property
    def subject(self) -> str:
        """The name of this invitation in audit facts and in the outbox."""
        return f"invitation:{self.id}"
