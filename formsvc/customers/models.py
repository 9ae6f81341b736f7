"""Customers, and the values that are held of them with the source of each."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formsvc.crypto import EncryptedJSON
from formsvc.db import Base, one_of
from formsvc.staff.models import Staff


class Audience(StrEnum):
    ENTERPRISE = "enterprise"
    INDIVIDUAL = "individual"


class Situation(StrEnum):
    NEW = "new"
    EXISTING = "existing"


class Origin(StrEnum):
    WORKSHEET = "worksheet"
    SUBMISSION = "submission"


class Customer(Base):
    """One customer. `name` to `category` repeat values of the record, for lists; `version` counts its changes."""

    __tablename__ = "customers"
    __table_args__ = (
        Index(None, "owner_id", "id"),
        Index(None, "name_core"),
        Index(None, "mobile"),
        Index(None, "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    audience: Mapped[Audience] = mapped_column(one_of(Audience))
    situation: Mapped[Situation] = mapped_column(one_of(Situation))
    language: Mapped[str] = mapped_column(String(10), default="zh_CN")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(200))
    name_core: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str | None] = mapped_column(String(200))
    mobile: Mapped[str | None] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(254))
    category: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    owner: Mapped[Staff | None] = relationship()

    @property
    def subject(self) -> str:
        """The name of this customer in audit facts."""
        return f"customer:{self.number}"


class CustomerValue(Base):
    """One value of one field, from `set_at` on; what was held before stays, with `superseded_at`. Exactly one is held.

    `secret` holds the value of a sensitive field, encrypted; `value` all others. An emptied field holds neither.
    `verified_at` is when the customer last entered or confirmed it in a submission that was approved.
    """

    __tablename__ = "customer_values"
    __table_args__ = (
        Index("uq_customer_values_held", "customer_id", "field", unique=True,
              sqlite_where=text("superseded_at IS NULL"), postgresql_where=text("superseded_at IS NULL")),
        Index(None, "customer_id", "set_at"),
        Index(None, "submission_id"),
        CheckConstraint("value IS NULL OR secret IS NULL", name="value_or_secret"),
        CheckConstraint(
            "(origin = 'submission') = (submission_id IS NOT NULL AND staff_id IS NOT NULL AND consent_id IS NOT NULL)",
            name="submission_is_named",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    field: Mapped[str] = mapped_column(String(80))
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    secret: Mapped[Any] = mapped_column(EncryptedJSON, nullable=True)
    origin: Mapped[Origin] = mapped_column(one_of(Origin))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"))
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consents.id"))
    set_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]

    staff: Mapped[Staff | None] = relationship()

    @property
    def content(self) -> Any:
        """The value, whichever column holds it."""
        return self.value if self.secret is None else self.secret


class NumberSeries(Base):
    """The last serial of each month: a number is never given twice (M40)."""

    __tablename__ = "number_series"

    month: Mapped[str] = mapped_column(String(6), primary_key=True)
    last: Mapped[int]
