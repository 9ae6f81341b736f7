"""The outbox: a row that is the record of a message and the work of sending it at once."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from formsvc.crypto import EncryptedJSON
from formsvc.db import Base, one_of


class MailState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


_QUEUED, _FAILED = text("state = 'queued'"), text("state = 'failed'")


class OutboxMessage(Base):
    """One message, once: `kind`, `subject` (what it is about) and `step` are unique together.

    `due_at` is when it is to be sent, or sent again: a worker that takes it moves `due_at` on, so that a message
    whose worker died falls due again, with the same Message-ID.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "step"),
        Index("ix_outbox_due", "due_at", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        Index("ix_outbox_failed", "recipient", sqlite_where=_FAILED, postgresql_where=_FAILED),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(60))
    step: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(254))
    sender_name: Mapped[str | None] = mapped_column(String(120))
    reply_to: Mapped[str | None] = mapped_column(String(254))
    content: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    message_id: Mapped[str] = mapped_column(String(120))
    state: Mapped[MailState] = mapped_column(one_of(MailState), default=MailState.QUEUED)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
