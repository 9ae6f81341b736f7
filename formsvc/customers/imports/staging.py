"""Read a worksheet that was brought in: its rows into the database, each with what it would do (M43)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers.imports.claims import LEASE, OPENING, hold
from formsvc.customers.imports.judging import Judge
from formsvc.customers.imports.models import Import, ImportChunk, ImportRow, ImportState
from formsvc.customers.worksheet.checking import check_row
from formsvc.customers.worksheet.columns import columns
from formsvc.customers.worksheet.lines import NotAWorksheet
from formsvc.customers.worksheet.reading import Sheet, SheetRow, opened
from formsvc.db import db, transaction
from formsvc.questionnaires.verbs import known_fields
from formsvc.web.show import now, today

BATCH = 200


def stage(id_: int, claim: int) -> Iterator[None]:
    """Read the rows, a batch at each step. Raises Lost.

    The file is in a temporary one without a name, as long as it is being read. Who begins anew skips what was read.
    """
    name = db.session.scalars(select(Import.file_name).where(Import.id == id_)).one()
    db.session.rollback()
    with TemporaryFile() as file:
        _fetch(id_, file)
        yield
        with transaction() as session:
            hold(session, id_, claim, now(), OPENING)
        try:
            with opened(file, name) as sheet:
                yield from _stage(id_, claim, sheet)
        except NotAWorksheet as error:
            with transaction() as session:
                refuse(session, hold(session, id_, claim, now()), error)
            return
    with transaction() as session:
        brought = hold(session, id_, claim, now())
        brought.state, brought.read_at, brought.position, brought.lease_until = ImportState.READY, now(), 0, None
        session.execute(delete(ImportChunk).where(ImportChunk.import_id == id_))


def _fetch(id_: int, file: IO[bytes]) -> None:
    chunks = select(ImportChunk.number, ImportChunk.content).where(ImportChunk.import_id == id_)
    last = -1
    while chunk := db.session.execute(chunks.where(ImportChunk.number > last).order_by("number").limit(1)).first():
        last, content = chunk
        db.session.rollback()
        file.write(content)
    db.session.rollback()


def _stage(id_: int, claim: int, sheet: Sheet) -> Iterator[None]:
    with transaction() as session:
        brought = hold(session, id_, claim, now())
        position, brought.about, brought.unknown = brought.position, sheet.about, list(sheet.unknown)[:50]
    held, rows = monotonic(), iter(sheet.rows)
    while batch := list(islice(rows, BATCH)):
        if new := [row for row in batch if row.number > position]:
            _stage_batch(id_, claim, new)
        elif monotonic() - held > LEASE.total_seconds() / 4:
            held = monotonic()
            with transaction() as session:
                hold(session, id_, claim, now())
        yield


def _stage_batch(id_: int, claim: int, rows: Sequence[SheetRow]) -> None:
    """What rows would do is found out before the transaction, so that no other writer waits for it."""
    made = _judged(id_, rows, today())
    with transaction() as session:
        brought = hold(session, id_, claim, now())
        session.execute(insert(ImportRow), made)
        brought.counts = Counter(brought.counts) + Counter(str(row["outcome"]) for row in made)
        brought.position = rows[-1].number


def _judged(id_: int, rows: Sequence[SheetRow], day: date) -> list[dict[str, Any]]:
    brought = db.session.get_one(Import, id_)
    known = columns(known_fields(db.session))
    checked = [check_row(row, known, day, brought.language) for row in rows]
    made = Judge(db.session, brought).judge(checked)
    db.session.rollback()
    return made


def refuse(session: Session, brought: Import, error: NotAWorksheet) -> None:
    """The file is no worksheet: what was read of it is not kept."""
    brought.state, brought.ended_at = ImportState.REFUSED, now()
    brought.refusal, brought.refusal_detail = error.code, error.detail[:200] or None
    brought.counts = {}
    for model in (ImportChunk, ImportRow):
        session.execute(delete(model).where(model.import_id == brought.id))
    audit.record(session, audit.SYSTEM, "import.refused", brought.subject, now(), reason=error.code)
