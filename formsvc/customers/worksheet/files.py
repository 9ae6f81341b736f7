"""A whole worksheet in or out: BATCH rows a transaction, refused rows in a file that can be mended and imported."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.duplicates.alike import Alike, Asked, alike_to_each
from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source
from formsvc.customers.worksheet import exporting, writing
from formsvc.customers.worksheet.checking import CheckedRow, Problem, check_row
from formsvc.customers.worksheet.columns import REPORT, columns, titles
from formsvc.customers.worksheet.importing import Importing, Outcome
from formsvc.customers.worksheet.reading import SheetRow
from formsvc.db import db, take_turns, transaction
from formsvc.questionnaires.verbs import known_fields
from formsvc.staff.models import Staff

BATCH = 100
REFUSED = (*titles(), *REPORT)
IMPORTS = 7302027


@dataclass
class Report:
    """What became of a worksheet's rows: how many of each outcome, the refused and renumbered ones, all numbers.

    `alike` are the new ones of a dry run that may be customers who are there.
    """

    counts: Counter[Outcome] = field(default_factory=Counter)
    refused: list[CheckedRow] = field(default_factory=list)
    renumbered: list[CheckedRow] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    alike: list[tuple[CheckedRow, Sequence[Alike]]] = field(default_factory=list)


def import_sheet(
    rows: Iterable[SheetRow], owner: Staff | None, now: datetime, *, dry_run: bool, language: str
) -> Report:
    """Import `rows`; reasons are told in `language`. A run that is cut short can be repeated."""
    report = Report()
    known = columns(known_fields(db.session))
    db.session.rollback()
    today = now.astimezone(current_app.extensions["config"].time_zone).date()
    checked = (check_row(row, known, today, language) for row in rows)
    while batch := list(islice(checked, BATCH)):
        with transaction() as session:
            import_batch(session, batch, owner, now, report, dry_run=dry_run)
    return report


def import_batch(
    session: Session, batch: Sequence[CheckedRow], owner: Staff | None, now: datetime, report: Report,
    *, dry_run: bool = False,
) -> None:  # fmt: skip
    """Import `batch`, and add to `report` what became of it."""
    take_turns(session, IMPORTS)  # two imports at once would both find that a customer is new
    source = Source(Origin.WORKSHEET)  # who runs the command is not known: the owner is not who brought it
    importing = Importing(session, batch, owner, source, now, dry_run=dry_run)
    outcomes = [importing.bring_in(row) for row in batch]
    importing.make()
    if dry_run:
        new = [row for row, outcome in zip(batch, outcomes, strict=True) if outcome is Outcome.CREATED]
        found = alike_to_each(session, [Asked(row.values, row.audience) for row in new])
        report.alike += [(row, others) for row, others in zip(new, found, strict=True) if others]
    for row, outcome in zip(batch, outcomes, strict=True):
        report.counts[outcome] += 1
        if outcome is Outcome.REFUSED:
            report.refused.append(row)
            continue
        if row.given_number and row.number != row.given_number:
            report.renumbered.append(row)
        if row.number:
            report.numbers.add(row.number)


def write_refused(path: Path, refused: Iterable[CheckedRow]) -> int:
    """Write the refused rows as they were, each with row, column, value and reason; how many."""
    return writing.write(path, REFUSED, (refused_row(row.row.number, row.row.cells, row.problems) for row in refused))


def export(path: Path) -> int:
    """Write all customers to `path`, XLSX or CSV by its ending; how many."""
    known, customers = columns(known_fields(db.session)), select(Customer).where(Customer.merged_into_id.is_(None))
    return writing.write(path, titles(), exporting.rows(db.session, customers, known))


def refused_row(number: int, cells: Mapping[str, str], problems: Sequence[Problem]) -> list[str]:
    """A row as it was, under the titles REFUSED: mended there, it can be imported."""
    parts: Iterator[str] = (
        "；".join(getattr(problem, name) for problem in problems) for name in ("column", "value", "reason")
    )
    return [*(cells.get(title, "") for title in titles()), str(number), *parts]
