"""What the page of an import shows: how many rows there are of each kind, and those of one kind, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from formsvc.customers import pages
from formsvc.customers.duplicates.words import words
from formsvc.customers.imports.models import SKIP, Import, ImportRow, ImportState, RowOutcome, RowResult
from formsvc.customers.worksheet.importing import Conflict

PAGE = 50
SHOWN_FIRST = ("unsure", "left", "created", "changed", "refused", "unchanged")


@dataclass(frozen=True)
class Preview:
    """Rows of the kind `shown`; `counts` has all kinds that there are. `after` is the last row, where more follow.

    Of the rows that a person decides about, so many are `undecided`, and so many were chosen to be `left_out`.
    `others` are the rows, by number, that those which are shown may be.
    """

    counts: Mapping[str, int]
    shown: str | None
    rows: Sequence[ImportRow]
    after: int | None
    undecided: int
    left_out: int
    others: Mapping[int, ImportRow] = field(default_factory=dict)

    @property
    def importable(self) -> int:
        """How many rows would be brought in as things are."""
        written = sum(self.counts.get(kind, 0) for kind in ("created", "changed", "unsure"))
        return written - self.undecided - self.left_out

    @property
    def conflicts(self) -> int:
        """How many of the rows have a value that is kept or taken."""
        return sum(any(change["conflict"] in list(Conflict) for change in row.changes.values()) for row in self.rows)

    @property
    def choices(self) -> int:
        """How many of the rows have something to choose."""
        return self.conflicts + sum(bool(row.alike) for row in self.rows)


def preview(session: Session, brought: Import, wanted: str | None, after: int) -> Preview:
    """Rows by what they would do, or once they are confirmed by what they did; from the row `after` on."""
    is_run = brought.confirmed_at is not None
    counts = brought.told
    there = [kind for kind in SHOWN_FIRST if counts.get(kind)]
    shown = wanted if wanted in there else next(iter(there), None)
    if shown is None or brought.forgotten_at:
        return Preview(counts, None, (), None, 0, 0)
    kind = _did(shown) if is_run else ImportRow.outcome == RowOutcome(shown)
    page = _of(brought).where(kind, ImportRow.number > after).order_by(ImportRow.number).limit(PAGE + 1)
    rows = session.scalars(page.options(joinedload(ImportRow.customer))).all()
    more = rows[PAGE - 1].number if len(rows) > PAGE else None
    kinds, others = {kind: counts[kind] for kind in there}, _others(session, brought, rows)
    return Preview(kinds, shown, rows[:PAGE], more, *_left(session, brought), others)


def _others(session: Session, brought: Import, rows: Sequence[ImportRow]) -> dict[int, ImportRow]:
    numbers = {other["row"] for row in rows for other in row.alike if "row" in other}
    found = session.scalars(_of(brought).where(ImportRow.number.in_(numbers))) if numbers else ()
    return {row.number: row for row in found}


def _did(shown: str) -> ColumnElement[bool]:
    """What was refused was not imported either."""
    results = (RowResult.LEFT, RowResult.REFUSED) if shown == RowResult.LEFT else (RowResult(shown),)
    return ImportRow.result.in_(results)


def _left(session: Session, brought: Import) -> tuple[int, int]:
    """How many rows would be left, as nobody has decided, and as somebody has."""
    if brought.state is not ImportState.READY or not brought.counts.get("unsure"):
        return 0, 0
    unsure = _of(brought).where(ImportRow.outcome == RowOutcome.UNSURE)
    counted = unsure.with_only_columns(func.count(), maintain_column_froms=True)
    undecided = session.scalar(counted.where(ImportRow.is_undecided)) or 0
    return undecided, session.scalar(counted.where(~ImportRow.is_undecided, ImportRow.choice == SKIP)) or 0


def wording() -> dict[str, Any]:
    """How a page names fields of a row and orders them, shows what it says, and what it may share with others."""
    common = {"number": _("Number"), **words(), "customer": _("Same customer")}
    said = pages.wording()
    return {"label": said["label"], "in_order": said["in_order"], "shown": pages.shower(), "words": common}


def _of(brought: Import) -> Select[ImportRow]:
    return select(ImportRow).where(ImportRow.import_id == brought.id)
