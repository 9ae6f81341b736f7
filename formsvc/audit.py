"""Append-only facts: who did what to what, when. A fact never holds a person's data, only keys and counts (M52)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, String, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from formsvc.db import Base
from formsvc.statements import Statement, begun

SYSTEM = "system"


class AuditFact(Base):
    """One fact. The database refuses to change or delete it."""

    __tablename__ = "audit_facts"
    __table_args__ = (Index(None, "subject", "action", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]]


_RECORD = Statement(insert(AuditFact), "at", "actor", "action", "subject", "detail")


def record(session: Session | Connection, actor: str, action: str, subject: str, now: datetime, **detail: Any) -> None:
    """Add the fact that `actor` ("staff:3", "customer:8" or "system") did `action` to `subject` ("customer:8")."""
    _RECORD.run(begun(session), {"at": now, "actor": actor, "action": action, "subject": subject, "detail": detail})


def record_all(
    session: Session | Connection, actor: str, action: str, told: Mapping[str, dict[str, Any]], now: datetime
) -> None:
    """Add the same fact of several subjects, each with its detail."""
    shared = {"at": now, "actor": actor, "action": action}
    _RECORD.run_for(begun(session), ({**shared, "subject": subject, "detail": told[subject]} for subject in told))


def has_happened(session: Session, action: str, subject: str, after: datetime, until: datetime) -> bool:
    """Whether there is such a fact later than `after`, and not later than `until`."""
    facts = select(AuditFact.id).where(AuditFact.subject == subject, AuditFact.action == action)
    return session.scalar(facts.where(AuditFact.at > after, AuditFact.at <= until).limit(1)) is not None
