"""Customers, and the values that are held of them with the source of each."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, text
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

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Situation":
        """What is said of a customer whose category, if any, is among `values`, by field (M42)."""
        return cls.EXISTING if values.get("record.category") in ("won", "dormant", "lost") else cls.NEW


class Origin(StrEnum):
    WORKSHEET = "worksheet"
    SUBMISSION = "submission"
    EDIT = "edit"  # a colleague's own words, with a reason
    ENTRY = "entry"  # what a colleague typed in when the record was made, or after a contact


class Channel(StrEnum):
    """How a colleague came to know what they entered."""

    CALL = "call"
    VISIT = "visit"
    MESSAGE = "message"  # a mail, a chat
    CARD = "card"
    DOCUMENT = "document"  # a contract, an invoice, a public register
    CORRECTION = "correction"  # of what was mistyped here


class Cause(StrEnum):
    """What made a version of a record."""

    WORKSHEET = "worksheet"
    SUBMISSION = "submission"
    EDIT = "edit"
    ENTRY = "entry"
    UNDO = "undo"  # of the merge of a submission
    MERGE = "merge"  # of another record into this one
    SPLIT = "split"  # of the two again


class Customer(Base):
    """One customer. `name` to `next_on` repeat values of the record, for lists; `version` counts its changes.

    `primary_contact` is the number of the contact that is asked and written to: there is always exactly one.
    `next_owner_id` is who takes the next step. A record that was `merged_into_id` another one is a customer no
    more; its number leads there (M26).
    """

    __tablename__ = "customers"
    __table_args__ = (
        Index(None, "owner_id", "id"),
        Index(None, "name_core"),
        Index(None, "mobile"),
        Index(None, "email"),
        Index(None, "merged_into_id", sqlite_where=text("merged_into_id IS NOT NULL"),
              postgresql_where=text("merged_into_id IS NOT NULL")),  # nearly all are in none: no way to find those
        Index(None, "next_owner_id", "next_on"),
        Index(None, "category", "id"),
        Index(None, "source", "id"),
        Index(None, "urgency", "id"),
        Index(None, "created_at"),
        Index("ix_customers_archived", "id", sqlite_where=text("archived_at IS NOT NULL"),
              postgresql_where=text("archived_at IS NOT NULL")),
        Index("ix_customers_next", "next_on", "id", sqlite_where=text("next_on IS NOT NULL"),
              postgresql_where=text("next_on IS NOT NULL")),
        Index("ix_customers_next_of_owner", "owner_id", "next_on", "id", sqlite_where=text("next_on IS NOT NULL"),
              postgresql_where=text("next_on IS NOT NULL")),
        ForeignKeyConstraint(
            ["id", "primary_contact"], ["contacts.customer_id", "contacts.number"], use_alter=True,
            deferrable=True, initially="DEFERRED",  # each of the two rows needs the other one
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    audience: Mapped[Audience] = mapped_column(one_of(Audience))
    situation: Mapped[Situation] = mapped_column(one_of(Situation))
    language: Mapped[str] = mapped_column(String(10), default="zh_CN")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    version: Mapped[int] = mapped_column(default=1)
    primary_contact: Mapped[int] = mapped_column(default=1, server_default="1")
    name: Mapped[str] = mapped_column(String(200))
    name_core: Mapped[str] = mapped_column(String(200))
    code: Mapped[str | None] = mapped_column(String(200))
    contact: Mapped[str | None] = mapped_column(String(200))
    mobile: Mapped[str | None] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(254))
    category: Mapped[str | None] = mapped_column(String(60))
    source: Mapped[str | None] = mapped_column(String(60))
    urgency: Mapped[str | None] = mapped_column(String(20))
    next_on: Mapped[str | None] = mapped_column(String(10))
    next_owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    owner: Mapped[Staff | None] = relationship(foreign_keys=owner_id)
    next_owner: Mapped[Staff | None] = relationship(foreign_keys=next_owner_id)

    @property
    def subject(self) -> str:
        """The name of this customer in audit facts."""
        return f"customer:{self.number}"

    @property
    def is_asked(self) -> bool:
        """Whether it may be invited: it is neither archived nor was it merged into another one."""
        return self.archived_at is None and self.merged_into_id is None


class Contact(Base):
    """A person whom the customer named, counted within the customer. The values say who it is.

    Who left was `followed_by` another contact (M25). Of one that was added by a merge that was undone, only the trace
    is left, with `removed_at`.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id", "followed_by"], ["contacts.customer_id", "contacts.number"]),
        CheckConstraint("(left_at IS NULL) = (followed_by IS NULL)", name="who_left_was_followed"),
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    added_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    followed_by: Mapped[int | None]
    removed_at: Mapped[datetime | None]


class CustomerVersion(Base):
    """One change of a record: when, by whom, and why. The values that it set say `since` its number (M24).

    `submission_id` is what was merged, or whose merge was undone, which has a `reason`. `other_id` is the record that
    was merged into this one, or split off again. `channel` is how a colleague came to know what they entered.
    """

    __tablename__ = "customer_versions"
    __table_args__ = (
        Index(None, "submission_id"),
        Index("ix_customer_versions_entered", "at", sqlite_where=text("cause = 'entry'"),
              postgresql_where=text("cause = 'entry'")),
        CheckConstraint("cause NOT IN ('submission', 'undo') OR (submission_id IS NOT NULL AND staff_id IS NOT NULL)",
                        name="submission_is_named"),
        CheckConstraint("cause <> 'undo' OR reason IS NOT NULL", name="undo_has_reason"),
        CheckConstraint("(cause IN ('merge', 'split')) = (other_id IS NOT NULL)", name="merge_has_other"),
        CheckConstraint("cause NOT IN ('entry', 'merge', 'split') OR staff_id IS NOT NULL", name="colleague_is_named"),
    )  # fmt: skip

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    cause: Mapped[Cause] = mapped_column(one_of(Cause))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    channel: Mapped[Channel | None] = mapped_column(one_of(Channel))
    primary_contact: Mapped[int] = mapped_column(default=1, server_default="1")
    reason: Mapped[str | None] = mapped_column(Text)

    staff: Mapped[Staff | None] = relationship()
    other: Mapped[Customer | None] = relationship(foreign_keys=other_id)


class CustomerValue(Base):
    """One value of one field, held from the version `since` on and no more from `until` on. Exactly one is held.

    Where both are the same version, that one tells of it: something newer was held already.

    `contact` is the number of the contact whom it is about, 0 for the customer itself. `secret` holds the value of a
    sensitive field, encrypted; `value` all others. An emptied field holds neither. `verified_at` is when the customer
    last entered or confirmed it in a submission that was approved; `reason` is why a colleague worded it.
    """

    __tablename__ = "customer_values"
    __table_args__ = (
        Index("uq_customer_values_held", "customer_id", "contact", "field", unique=True,
              sqlite_where=text("until IS NULL"), postgresql_where=text("until IS NULL")),
        Index(None, "customer_id", "since"),
        ForeignKeyConstraint(["customer_id", "since"], ["customer_versions.customer_id", "customer_versions.number"]),
        Index(None, "submission_id"),
        CheckConstraint("value IS NULL OR secret IS NULL", name="value_or_secret"),
        CheckConstraint("origin <> 'submission' OR (submission_id IS NOT NULL AND staff_id IS NOT NULL AND "
                        "consent_id IS NOT NULL)", name="submission_is_named"),
        CheckConstraint("origin <> 'worksheet' OR submission_id IS NULL", name="worksheet_is_no_submission"),
        CheckConstraint("(origin = 'edit') = (reason IS NOT NULL)", name="edit_has_reason"),
        CheckConstraint("origin <> 'entry' OR staff_id IS NOT NULL", name="entry_has_colleague"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    contact: Mapped[int] = mapped_column(default=0, server_default="0")
    field: Mapped[str] = mapped_column(String(80))
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    secret: Mapped[Any] = mapped_column(EncryptedJSON, nullable=True)
    origin: Mapped[Origin] = mapped_column(one_of(Origin))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"))
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consents.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    set_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    since: Mapped[int]
    until: Mapped[int | None]

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
