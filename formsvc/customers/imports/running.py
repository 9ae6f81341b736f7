"""Bring the rows of a batch into the master record, as they were shown and decided (M43)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from formsvc.customers import reach
from formsvc.customers.creating import Creation
from formsvc.customers.duplicates.apart import tell_apart
from formsvc.customers.imports.judging import OWNER, is_undecided, judged_as, row_in, taken
from formsvc.customers.imports.models import NEW, SKIP, Import, ImportRow, LeftReason, RowOutcome, RowResult
from formsvc.customers.imports.persons import change_beside, further, judged_as_double
from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source, StaleRecord
from formsvc.customers.worksheet.checking import CheckedRow
from formsvc.customers.worksheet.files import IMPORTS
from formsvc.customers.worksheet.importing import change
from formsvc.customers.worksheet.known import Known
from formsvc.db import take_turns
from formsvc.staff.models import Staff


class Left(Exception):
    """Why a row is not brought in; nothing was changed by it."""

    def __init__(self, reason: LeftReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Batch:
    """What the rows of a batch are brought in with. `new` are customers who are planned, each with its row: they are
    made together, before a row that is about one of them or at the end.
    """

    session: Session
    brought: Import
    known: Known
    mine: dict[int, Customer]
    source: Source
    actor: str
    now: datetime
    creation: Creation
    new: list[tuple[ImportRow, Customer]] = field(default_factory=list)


def bring_in(session: Session, brought: Import, rows: Sequence[ImportRow], now: datetime) -> Counter[str]:
    """Bring in `rows`, each of which says what became of it; how many of each result."""
    take_turns(session, IMPORTS)  # two imports at once would both find that a customer is new
    checked = {row.number: row_in(row, brought.language) for row in rows}
    known = Known(session, [checked[row.number] for row in rows if row.customer_id is None])
    source = Source(Origin.WORKSHEET, brought.confirmed_by_id)
    actor = f"staff:{brought.confirmed_by_id}"
    creation = Creation(session, source, now, actor)
    batch = Batch(session, brought, known, _mine(session, brought, rows), source, actor, now, creation)
    for row in rows:
        try:
            row.result = _bring_in(batch, row, checked[row.number])
        except Left as left:
            row.result, row.reason = RowResult.LEFT, left.reason
    _make(batch)
    return Counter(str(row.result) for row in rows)


def _bring_in(batch: Batch, row: ImportRow, checked: CheckedRow) -> RowResult:
    """Raises Left."""
    if row.outcome is RowOutcome.REFUSED:
        return RowResult.REFUSED
    if row.is_undecided:
        raise Left(LeftReason.UNDECIDED)
    if row.choice == SKIP:
        raise Left(LeftReason.LEFT_OUT)
    if row.choice and row.choice.startswith("row:"):
        return _join(batch, row, checked)
    if row.customer_id is None:
        return _create(batch, row, checked)
    customer = batch.mine.get(row.customer_id)
    if customer is None:
        raise Left(_why_not(batch, row.customer_id))
    if customer.version == row.version:
        return _change(batch, row, customer)
    if customer.version != (row.version or 0) + _changes_of_ours(batch, row):
        raise Left(LeftReason.CHANGED_SINCE)
    return _add_to(batch, row, checked, customer)


def _why_not(batch: Batch, id_: int) -> LeftReason:
    """Why a row's customer is none of who brought the row: it was merged into another one, or is a colleague's."""
    reader = batch.session.get_one(Staff, batch.brought.staff_id)
    found = reach.find_merged(batch.session, reader, id_)
    return LeftReason.CHANGED_SINCE if found and found.merged_into_id else LeftReason.NOT_YOURS


def _join(batch: Batch, row: ImportRow, checked: CheckedRow) -> RowResult:
    """The row is the customer of an earlier one, as that left it."""
    _make(batch)
    number = int((row.choice or "").removeprefix("row:"))
    id_ = batch.session.scalar(
        select(ImportRow.customer_id).where(
            ImportRow.import_id == batch.brought.id, ImportRow.number == number, ImportRow.result != RowResult.LEFT
        )
    )
    row.customer_id = id_
    if id_ is None:
        raise Left(LeftReason.OTHER_ROW_LEFT)
    customer = batch.session.scalar(_visible(batch.session, batch.brought).where(Customer.id == id_))
    if customer is None:
        raise Left(LeftReason.NOT_YOURS)
    return _add_to(batch, row, checked, customer)


def _add_to(batch: Batch, row: ImportRow, checked: CheckedRow, customer: Customer) -> RowResult:
    """Earlier rows changed the record: what this one would change is seen anew. What was decided about it holds."""
    decided = {key: change["take"] for key, change in row.changes.items() if key != OWNER}
    held = batch.known.held(customer)
    is_double = row.choice not in (None, NEW)
    changes = judged_as_double(batch.session, checked, held, customer) if is_double else judged_as(checked, held)
    row.changes = {key: {**change, "take": decided.get(key)} for key, change in changes.items()}
    if is_undecided(row.changes):
        raise Left(LeftReason.UNDECIDED)
    return _change(batch, row, customer)


def _changes_of_ours(batch: Batch, row: ImportRow) -> int:
    """How often rows of the same worksheet changed the row's customer."""
    same = ImportRow.import_id == row.import_id, ImportRow.customer_id == row.customer_id
    changed = select(func.count()).where(*same, ImportRow.result == RowResult.CHANGED)
    return batch.session.scalar(changed) or 0


def _create(batch: Batch, row: ImportRow, checked: CheckedRow) -> RowResult:
    if row.choice != NEW and batch.known.find(checked):
        raise Left(LeftReason.EXISTS_NOW)
    if batch.known.numbered(checked):
        checked.number = None  # it was given meanwhile
    customer = batch.creation.plan(
        checked.values, audience=checked.audience, situation=checked.situation, owner_id=batch.brought.owner_id,
        number=checked.number,
    )  # fmt: skip
    batch.known.add(customer)
    batch.new.append((row, customer))
    return RowResult.CREATED


def _make(batch: Batch) -> None:
    batch.creation.make()
    for row, customer in batch.new:
        row.customer_id = customer.id
        batch.known.add(customer)
    for row, customer in batch.new:
        if row.choice == NEW:
            _tell_apart(batch, row, customer)
    batch.new.clear()


def _tell_apart(batch: Batch, row: ImportRow, customer: Customer) -> None:
    """Whom the row was shown to be like is another customer, as a person decided."""
    numbers = [each["number"] for each in row.alike if each.get("number")]
    before = [each["row"] for each in row.alike if each.get("row")]
    made = ImportRow.import_id == row.import_id, ImportRow.number.in_(before), ImportRow.customer_id.is_not(None)
    others = set(batch.session.scalars(select(Customer.id).where(Customer.number.in_(numbers))))
    others |= set(batch.session.scalars(select(ImportRow.customer_id).where(*made)))
    who = batch.session.get_one(Staff, batch.brought.confirmed_by_id)
    with force_locale(batch.brought.language):
        tell_apart(batch.session, customer, others, who, _("Decided when the record was made"), batch.now)


def _change(batch: Batch, row: ImportRow, customer: Customer) -> RowResult:
    values, beside = taken(row.changes), further(row.changes)
    owner_id = batch.brought.owner_id if OWNER in row.changes and customer.owner_id is None else None
    if not values and not beside and owner_id is None:
        return RowResult.UNCHANGED
    try:
        if beside:
            change_beside(batch.session, customer, values | beside, batch.source, batch.now, batch.actor)
            values = {}
        change(batch.session, customer, values, owner_id, batch.source, batch.now, batch.actor)
    except StaleRecord as stale:
        raise Left(LeftReason.CHANGED_SINCE) from stale
    batch.known.add(customer)
    return RowResult.CHANGED


def _mine(session: Session, brought: Import, rows: Sequence[ImportRow]) -> dict[int, Customer]:
    """The customers that `rows` would change, as far as who brought them may see them."""
    ids = {row.customer_id for row in rows if row.customer_id}
    if not ids:
        return {}
    mine = _visible(session, brought).where(Customer.id.in_(ids))
    return {customer.id: customer for customer in session.scalars(mine)}


def _visible(session: Session, brought: Import) -> Select[Customer]:
    return reach.visible(session.get_one(Staff, brought.staff_id))
