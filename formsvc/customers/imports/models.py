"""Worksheets that were brought in by the browser, and what becomes of each of their rows (M43)."""

from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formsvc.customers.models import Audience, Customer
from formsvc.db import Base, one_of
from formsvc.staff.models import Staff


class ImportState(StrEnum):
    UPLOADED = "uploaded"
    READING = "reading"  # a worker reads its rows, and says of each what it would do
    READY = "ready"  # its rows wait for who brought it to look at them, and to confirm
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"  # what is done stays done
    REFUSED = "refused"  # the file is no worksheet


NEW, SKIP = "new", "skip"  # choices of a row: a new customer after all, or left out


class RowOutcome(StrEnum):
    """What a row would do."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    UNSURE = "unsure"  # a person decides


class RowResult(StrEnum):
    """What a row did."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    LEFT = "left"  # it was not brought in: `reason` says why


class LeftReason(StrEnum):
    UNDECIDED = "undecided"
    LEFT_OUT = "left-out"  # as somebody decided
    CHANGED_SINCE = "changed-since"  # the record, after the row was read
    EXISTS_NOW = "exists-now"  # a customer that was new then
    NOT_YOURS = "not-yours"  # no more, or nobody's
    OTHER_ROW_LEFT = "other-row-left"  # the row that it belongs to


WORKING = (ImportState.UPLOADED, ImportState.READING, ImportState.RUNNING)
_WORKING = text("state IN ('uploaded', 'reading', 'running')")


class Import(Base):
    """One worksheet, brought by `staff`; customers that are new will be `owner`'s.

    A worker that takes it counts `claim` up and has it until `lease_until`, which each batch of rows moves on. All rows
    up to the `position`, a number in the file, are read, or once it is confirmed are brought in. `counts` has the rows
    by outcome, `results` by result. When it `expires_at`, what its rows say is forgotten.
    """

    __tablename__ = "imports"
    __table_args__ = (
        Index(None, "staff_id", "id"),
        Index("ix_imports_working", "id", sqlite_where=_WORKING, postgresql_where=_WORKING),
        Index(None, "expires_at"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_has_reason"),
        CheckConstraint("state NOT IN ('running', 'done') OR "
                        "(confirmed_at IS NOT NULL AND confirmed_by_id IS NOT NULL)", name="run_is_confirmed"),
        CheckConstraint("(state IN ('done', 'cancelled', 'refused')) = (ended_at IS NOT NULL)", name="ended_has_time"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    language: Mapped[str] = mapped_column(String(10))
    state: Mapped[ImportState] = mapped_column(one_of(ImportState), default=ImportState.UPLOADED)
    refusal: Mapped[str | None] = mapped_column(String(30))
    refusal_detail: Mapped[str | None] = mapped_column(String(200))
    unknown: Mapped[list[str] | None]
    about: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    results: Mapped[dict[str, Any]] = mapped_column(default=dict)
    claim: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship(foreign_keys=staff_id)
    owner: Mapped[Staff] = relationship(foreign_keys=owner_id)

    @property
    def subject(self) -> str:
        """The name of this import in audit facts."""
        return f"import:{self.id}"

    @property
    def told(self) -> dict[str, int]:
        """The rows by what they would do, or once it is confirmed by what they did: refused ones are left as well."""
        if self.confirmed_at is None:
            return self.counts
        told = Counter(self.results)
        told["left"] += told.pop("refused", 0)
        return {kind: count for kind, count in told.items() if count}

    @property
    def rows_read(self) -> int:
        return sum(self.counts.values())

    @property
    def rows_done(self) -> int:
        return sum(self.results.values())


class ImportChunk(Base):
    """A piece of the file, until its rows are read."""

    __tablename__ = "import_chunks"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRow(Base):
    """A row of the worksheet, what it would do, and what it did.

    `cells` is its text by column, `values` what that says by field. `changes` has for each field that would change
    "before", "after", "conflict" (None or a Conflict) and "take", which is None until somebody decides. It would change
    `customer`, as that was at `version`, or has made it. `alike` are the customers, and rows of the worksheet, that are
    probably the same: "number" and "name", or "row", and "evidence". `choice` is a NEW or SKIP, the number of one of
    them, or "row:" and one of these rows. While it `is_undecided` it is not brought in. `name_core`, `mobile` and
    `email` find the rows that are alike.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        Index(None, "import_id", "outcome", "number"),
        Index(None, "import_id", "result", "number"),
        Index(None, "import_id", "name_core"),
        Index(None, "import_id", "mobile"),
        Index(None, "import_id", "email"),
        Index(None, "import_id", "customer_id"),
        CheckConstraint("(result IS NOT NULL AND result = 'left') = (reason IS NOT NULL)", name="left_has_reason"),
    )  # fmt: skip

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[dict[str, Any]]
    values: Mapped[dict[str, Any]]
    audience: Mapped[Audience] = mapped_column(one_of(Audience))
    outcome: Mapped[RowOutcome] = mapped_column(one_of(RowOutcome))
    problems: Mapped[list[Any]] = mapped_column(JSON)
    changes: Mapped[dict[str, Any]]
    alike: Mapped[list[Any]] = mapped_column(JSON)
    choice: Mapped[str | None] = mapped_column(String(30))
    is_undecided: Mapped[bool]
    own_number: Mapped[str | None] = mapped_column(String(20))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    version: Mapped[int | None]
    name_core: Mapped[str | None] = mapped_column(String(200))
    mobile: Mapped[str | None] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(254))
    result: Mapped[RowResult | None] = mapped_column(one_of(RowResult))
    reason: Mapped[LeftReason | None] = mapped_column(one_of(LeftReason))

    customer: Mapped[Customer | None] = relationship()

    @property
    def name(self) -> str:
        return str(self.cells.get("客户名称/个人姓名") or "")

    @property
    def is_new(self) -> bool:
        """Whether it makes a customer, or did; while nobody has decided, whether it may."""
        if self.result:
            return self.result is RowResult.CREATED
        return bool(self.values) and self.customer_id is None and self.choice in (None, NEW)

    @property
    def person(self) -> str:
        """Who is the contact, and how they are reached."""
        cells = (self.cells.get(title) for title in ("联系人", "手机号码", "电子邮箱"))
        return " · ".join(str(cell) for cell in cells if cell)
