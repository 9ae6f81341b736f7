"""What people do with a worksheet: bring it, decide about its rows, confirm, cancel, go on (M43)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any, NamedTuple

from sqlalchemy import Select, case, delete, insert, select, update
from sqlalchemy.orm import Session

from formsvc import audit, queue
from formsvc.customers import colleagues, reach
from formsvc.customers.imports.judging import is_undecided, row_in, taken
from formsvc.customers.imports.models import NEW, SKIP, WORKING, Import, ImportChunk, ImportRow, ImportState, RowOutcome
from formsvc.customers.imports.persons import judged_as_double
from formsvc.customers.worksheet.importing import Conflict
from formsvc.customers.worksheet.known import Held, Known
from formsvc.db import afterwards, rows_changed
from formsvc.staff.models import Staff
from formsvc.staff.verbs import is_in_reach

PIECE = 256 * 1024  # bytes
KEPT = timedelta(days=30)  # what rows say, after the last thing that somebody did
MOVES = {  # from which states somebody can bring an import into another one; the others are its worker's
    ImportState.RUNNING: (ImportState.READY,),
    ImportState.CANCELLED: (*WORKING, ImportState.READY),
}


class OwnerGone(Exception):
    """Who should get the new customers can have none any more; their name is the argument."""


class TooLate(Exception):
    """The import is no longer in a state in which that can be done."""


@dataclass(frozen=True)
class Decision:
    """What is to become of a row, where there is a choice, and which fields it `takes` from the worksheet."""

    choice: str | None = None
    takes: Mapping[str, bool] = field(default_factory=dict)


class Kept(NamedTuple):
    """Of how many rows a decision was kept, and how many of them would now change something that nobody has seen."""

    rows: int
    unseen: int


def visible(reader: Staff) -> Select[Import]:
    """The imports that `reader` may see: their own, and those of whom they lead."""
    return select(Import).where(is_in_reach(reader, Import.staff_id))


def upload(
    session: Session, by: Staff, name: str, file: IO[bytes], owner: Staff, language: str, now: datetime
) -> Import:
    """Keep the worksheet in `file`; a worker reads it soon. Of the file, one piece at a time is in memory."""
    brought = Import(
        staff_id=by.id, owner_id=owner.id, file_name=name[-200:], size=0, language=language, created_at=now,
        expires_at=now + KEPT,
    )  # fmt: skip
    session.add(brought)
    session.flush()
    number = 0
    while piece := file.read(PIECE):
        session.execute(insert(ImportChunk).values(import_id=brought.id, number=number, content=piece))
        number, brought.size = number + 1, brought.size + len(piece)
    audit.record(session, by.actor, "import.uploaded", brought.subject, now, size=brought.size)
    afterwards(queue.wake)
    return brought


def confirm(session: Session, brought: Import, by: Staff, now: datetime) -> None:
    """Have the rows brought in, in the name of `by`. Raises OwnerGone, TooLate."""
    if colleagues.find(session, by, brought.owner_id) is None:
        raise OwnerGone(brought.owner.name)
    _move(session, brought, ImportState.RUNNING, now, confirmed_at=now, confirmed_by_id=by.id)
    audit.record(session, by.actor, "import.confirmed", brought.subject, now, rows=brought.rows_read)
    afterwards(queue.wake)


def cancel(session: Session, brought: Import, by: Staff, now: datetime) -> None:
    """No further row is read or brought in. Raises TooLate."""
    _move(session, brought, ImportState.CANCELLED, now, ended_at=now, lease_until=None)
    audit.record(session, by.actor, "import.cancelled", brought.subject, now, done=brought.rows_done)


def go_on(session: Session, brought: Import, by: Staff, now: datetime) -> None:
    """Go on where it was cancelled. Raises TooLate."""
    before = case(
        (Import.read_at.is_(None), ImportState.UPLOADED.value),
        (Import.confirmed_at.is_(None), ImportState.READY.value),
        else_=ImportState.RUNNING.value,
    )
    is_cancelled = Import.id == brought.id, Import.state == ImportState.CANCELLED, Import.forgotten_at.is_(None)
    change = update(Import).where(*is_cancelled).values(state=before, ended_at=None, expires_at=now + KEPT)
    if rows_changed(session, change) != 1:
        raise TooLate
    session.refresh(brought)
    audit.record(session, by.actor, "import.continued", brought.subject, now, done=brought.rows_done)
    afterwards(queue.wake)


def choose(session: Session, brought: Import, by: Staff, decisions: Mapping[int, Decision], now: datetime) -> Kept:
    """Keep `decisions`, by the rows' numbers; what is no choice of a row is passed over. Raises TooLate."""
    _hold_ready(session, brought, now)
    rows = session.scalars(
        select(ImportRow).where(ImportRow.import_id == brought.id, ImportRow.number.in_(decisions))
    ).all()
    kept = unseen = 0
    for row in rows:
        decision = decisions[row.number]
        is_choice = decision.choice in choices_of(row)
        if is_choice and decision.choice != row.choice:
            unseen += _point(session, brought, row, str(decision.choice))
        kept += _take(row, decision.takes) or is_choice
    audit.record(session, by.actor, "import.decided", brought.subject, now, rows=kept)
    return Kept(kept, unseen)


def keep_all(session: Session, brought: Import, by: Staff, now: datetime) -> int:
    """Keep what the record says wherever nobody has decided yet; in how many rows. Raises TooLate."""
    _hold_ready(session, brought, now)
    kept, last = 0, 0
    unsure = select(ImportRow).where(ImportRow.import_id == brought.id, ImportRow.outcome == RowOutcome.UNSURE)
    while rows := session.scalars(unsure.where(ImportRow.number > last).order_by(ImportRow.number).limit(500)).all():
        for row in rows:
            fields = [key for key, change in row.changes.items() if change["conflict"] and change["take"] is None]
            _take(row, dict.fromkeys(fields, False))
            kept += bool(fields)
        last = rows[-1].number
        session.flush()
    audit.record(session, by.actor, "import.decided", brought.subject, now, rows=kept)
    return kept


def forget(session: Session, brought: Import, limit: int, now: datetime) -> bool:
    """Delete up to `limit` of the rows of an import whose time is over, and the file; whether none is left."""
    session.execute(delete(ImportChunk).where(ImportChunk.import_id == brought.id))
    rows = select(ImportRow.number).where(ImportRow.import_id == brought.id).order_by(ImportRow.number).limit(limit)
    numbers = session.scalars(rows).all()
    if numbers:
        old = ImportRow.import_id == brought.id, ImportRow.number <= numbers[-1]
        session.execute(delete(ImportRow).where(*old).execution_options(synchronize_session=False))
    if len(numbers) == limit:
        return False
    if brought.state not in (ImportState.DONE, ImportState.REFUSED, ImportState.CANCELLED):
        brought.state, brought.ended_at = ImportState.CANCELLED, now
    brought.expires_at, brought.forgotten_at = None, now
    audit.record(session, audit.SYSTEM, "import.forgotten", brought.subject, now)
    return True


def choices_of(row: ImportRow) -> list[str]:
    """What can be decided about the row as a whole: it is new, it is one of those that are alike, or it stays out."""
    if not row.alike:
        return []
    is_found = any("customer" in other["evidence"] for other in row.alike)
    named = [f"row:{other['row']}" if "row" in other else other["number"] for other in row.alike]
    return [*([] if is_found else [NEW]), *(name for name in named if name), SKIP]


def _move(session: Session, brought: Import, state: ImportState, now: datetime, **values: Any) -> None:
    may = Import.id == brought.id, Import.state.in_(MOVES[state]), Import.forgotten_at.is_(None)
    change = update(Import).where(*may).values(state=state, expires_at=now + KEPT, **values)
    if rows_changed(session, change) != 1:
        raise TooLate
    session.refresh(brought)


def _hold_ready(session: Session, brought: Import, now: datetime) -> None:
    """Nobody confirms before this transaction ends. Raises TooLate where somebody did."""
    ready = Import.id == brought.id, Import.state == ImportState.READY
    if rows_changed(session, update(Import).where(*ready).values(expires_at=now + KEPT)) != 1:
        raise TooLate


def _point(session: Session, brought: Import, row: ImportRow, choice: str) -> bool:
    """Have the row change the customer that was chosen, or none; whether it has changes that were not shown yet."""
    row.choice = choice
    if any("customer" in other["evidence"] for other in row.alike):
        return False  # it has its customer, whatever is chosen
    row.customer_id = row.version = None
    row.changes = {}
    if choice in (NEW, SKIP):
        return False
    if choice.startswith("row:"):
        row.changes = _beside_row(session, brought, row, int(choice.removeprefix("row:")))
        return bool(row.changes)
    customer = reach.find(session, brought.staff, choice)
    if customer is None:
        row.choice = None
        return False
    checked = row_in(row, brought.language)
    row.customer_id, row.version = customer.id, customer.version
    row.changes = judged_as_double(session, checked, Known(session, [checked]).held(customer), customer)
    return bool(row.changes)


def _beside_row(session: Session, brought: Import, row: ImportRow, number: int) -> dict[str, Any]:
    """What the row would change of what an earlier one will have said."""
    first = session.get_one(ImportRow, (brought.id, number))
    said = Held() if first.customer is None else Known(session, []).held(first.customer)
    held = Held(
        {**said.values, **(taken(first.changes) if first.customer else first.values)}, said.verified, said.before
    )
    return judged_as_double(session, row_in(row, brought.language), held, first.customer)


def _take(row: ImportRow, takes: Mapping[str, bool]) -> bool:
    """Whether one of `takes` is about a conflict of the row."""
    conflicts = {key for key, change in row.changes.items() if change["conflict"] in list(Conflict)}
    decided = {key: {**row.changes[key], "take": take} for key, take in takes.items() if key in conflicts}
    if decided:
        row.changes = {**row.changes, **decided}
    is_open = bool(row.alike) and row.choice is None
    row.is_undecided = is_open or (row.choice != SKIP and is_undecided(row.changes))
    return bool(decided)
