"""Pairs of customers that may be one, as they were found, and what a person said of them (M26)."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, select, union, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from formsvc import audit
from formsvc.customers.models import Customer
from formsvc.db import Base, one_of, rows_changed
from formsvc.staff.models import Staff


class PairState(StrEnum):
    OPEN = "open"
    DISTINCT = "distinct"  # two customers, as a person knows; they are a pair again where more evidence comes


class TooLate(Exception):
    """Somebody settled the pair, or took that back, meanwhile."""


class ReasonMissing(Exception):
    """Two customers that look like one are told apart with a reason only."""


class DuplicatePair(Base):
    """Two customers that may be one: `evidence` says why (`evidence.FIELDS`), `likeness` how alike their names are.

    `weight` puts them in order. Of those that are `distinct` it is known who said so, when and why.
    """

    __tablename__ = "duplicate_pairs"
    __table_args__ = (
        UniqueConstraint("older_id", "newer_id"),
        Index(None, "newer_id"),
        Index(None, "state", "weight", "id"),
        CheckConstraint("older_id < newer_id", name="in_order"),
        CheckConstraint("(state = 'distinct') = (settled_by IS NOT NULL AND settled_at IS NOT NULL AND "
                        "reason IS NOT NULL)", name="settled_has_reason"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    older_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    newer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    evidence: Mapped[list[str]]
    likeness: Mapped[int]
    weight: Mapped[int]
    found_at: Mapped[datetime]
    state: Mapped[PairState] = mapped_column(one_of(PairState), default=PairState.OPEN)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)

    older: Mapped[Customer] = relationship(foreign_keys=older_id)
    newer: Mapped[Customer] = relationship(foreign_keys=newer_id)
    settler: Mapped[Staff | None] = relationship(foreign_keys=settled_by)


def in_doubt(session: Session, ids: Collection[int]) -> int:
    """How many of the customers with these ids may be one with another, and nobody has decided."""
    members = union(
        *(
            select(member).where(DuplicatePair.state == PairState.OPEN, member.in_(ids))
            for member in (DuplicatePair.older_id, DuplicatePair.newer_id)
        )
    )
    return session.scalar(select(func.count()).select_from(members.subquery())) or 0


def settle(session: Session, pair: DuplicatePair, who: Staff, reason: str, now: datetime) -> None:
    """They are two customers, for that `reason`. Raises ReasonMissing, TooLate."""
    if not reason:
        raise ReasonMissing
    said = {"settled_by": who.id, "settled_at": now, "reason": reason}
    _move(session, pair, PairState.OPEN, PairState.DISTINCT, said)
    _record(session, pair, who, "duplicate.settled", now, reason)


def reopen(session: Session, pair: DuplicatePair, who: Staff, now: datetime) -> None:
    """They may be one customer after all. Raises TooLate."""
    said = pair.reason
    _move(session, pair, PairState.DISTINCT, PairState.OPEN, dict.fromkeys(("settled_by", "settled_at", "reason")))
    _record(session, pair, who, "duplicate.reopened", now, said)


def _move(session: Session, pair: DuplicatePair, before: PairState, after: PairState, said: dict[str, object]) -> None:
    as_read = DuplicatePair.id == pair.id, DuplicatePair.state == before
    if rows_changed(session, update(DuplicatePair).where(*as_read).values(state=after, **said)) != 1:
        raise TooLate(pair.id)
    session.expire(pair)


def _record(
    session: Session, pair: DuplicatePair, who: Staff, action: str, now: datetime, reason: str | None
) -> None:  # fmt: skip
    """One fact of the newer customer, which names the older one."""
    audit.record(session, who.actor, action, pair.newer.subject, now, other=pair.older.number, reason=reason)
