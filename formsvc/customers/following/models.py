"""Who follows a customer, and what they are to hear of (M46)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from formsvc.db import Base


class CustomerFollower(Base):
    """A colleague who follows a customer of another's. A customer's manager follows it without a row."""

    __tablename__ = "customer_followers"
    __table_args__ = (Index(None, "staff_id"),)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    since: Mapped[datetime]


class CustomerNotice(Base):
    """A colleague is to hear of a version of a record that another made. They have heard at `told_at`, by mail or on
    the page, where they said at `seen_at` that they had seen it.
    """

    __tablename__ = "customer_notices"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id", "version"], ["customer_versions.customer_id", "customer_versions.number"]),
        Index(None, "staff_id", "id"),
        Index(None, "staff_id", "told_at"),
        Index("ix_customer_notices_unseen", "staff_id", "id", sqlite_where=text("seen_at IS NULL"),
              postgresql_where=text("seen_at IS NULL")),
        CheckConstraint("seen_at IS NULL OR told_at IS NOT NULL", name="what_is_seen_is_told"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    customer_id: Mapped[int]
    version: Mapped[int]
    told_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
