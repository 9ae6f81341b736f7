"""Bring a checked row into the master record. What a customer confirmed is not undone by an old worksheet (M43)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import record
from formsvc.customers.models import Customer
from formsvc.customers.record import Source
from formsvc.customers.worksheet.checking import CheckedRow
from formsvc.customers.worksheet.columns import NUMBER
from formsvc.customers.worksheet.known import Held, Known
from formsvc.fields import Value
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import may


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Conflict(StrEnum):
    """Why the record may be right, and the worksheet wrong."""

    OLD = "old"  # the record said before what the worksheet says, and no longer says it
    CONFIRMED = "confirmed"  # the customer confirmed what the record says


@dataclass(frozen=True)
class New:
    """What a row says of a field, and the record does not."""

    before: Any
    after: Value
    conflict: Conflict | None


def import_row(
    session: Session, row: CheckedRow, known: Known, owner: Staff | None, source: Source, now: datetime,
    *, dry_run: bool = False,
) -> Outcome:  # fmt: skip
    """Create the row's customer, or change what the row says anew. With `dry_run` only say what would happen.

    A cell that says what the record said before, and no longer says, is old news and is passed over; an empty cell
    empties nothing. A number that is another customer's already is not the row's: it gets one of its own. News of an
    archived customer is refused: a person brings the record back, no worksheet does.
    `row.number` is the customer's number afterwards.
    """
    if row.problems:
        return Outcome.REFUSED
    customer = known.find(row)
    if customer is None:
        if not dry_run:
            row.number = _create(session, row, known, owner or _follower(session, row), source, now)
        return Outcome.CREATED
    row.number = customer.number
    values = {field: new.after for field, new in news(row.values, known.held(customer)).items() if not is_old(new)}
    adopted = owner if customer.owner_id is None else None
    if not values and not adopted:
        return Outcome.UNCHANGED
    if customer.archived_at:
        row.refuse(NUMBER, "archived")
        return Outcome.REFUSED
    if not dry_run:
        change(session, customer, values, adopted.id if adopted else None, source, now)
        known.add(customer)
    return Outcome.CHANGED


def news(values: Mapping[str, Value], held: Held) -> dict[str, New]:
    """What `values` say by field and the record does not."""
    return {
        field: New(held.values.get(field), value, _conflict(field, value, held))
        for field, value in values.items()
        if held.values.get(field) != value
    }


def is_old(new: New) -> bool:
    return new.conflict is Conflict.OLD


def change(
    session: Session, customer: Customer, values: Mapping[str, Value], owner_id: int | None, source: Source,
    now: datetime, actor: str = audit.SYSTEM,
) -> None:  # fmt: skip
    """Put `values` into the record, and give it to `owner_id` where one is named. Raises StaleRecord."""
    if values:
        record.change(session, customer, values, source, now, seen=customer.version)
        audit.record(session, actor, "customer.imported", customer.subject, now, fields=sorted(values))
    if owner_id is not None:
        customer.owner_id = owner_id
        audit.record(session, actor, "customer.assigned", customer.subject, now, owner=owner_id)


def _conflict(field: str, value: Value, held: Held) -> Conflict | None:
    if value in held.before.get(field, ()):
        return Conflict.OLD
    return Conflict.CONFIRMED if field in held.verified else None


def _create(session: Session, row: CheckedRow, known: Known, owner: Staff | None, source: Source, now: datetime) -> str:
    customer = record.create(
        session, row.values, source, now,
        audience=row.audience, situation=row.situation, owner_id=owner.id if owner else None, number=row.number,
    )  # fmt: skip
    known.add(customer)
    return customer.number


def _follower(session: Session, row: CheckedRow) -> Staff | None:
    """The colleague whom the row's 跟进人 names, where exactly one who may have customers has that name."""
    name = row.values.get("record.followed_up_by")
    known = session.scalars(select(Staff).where(may(Permission.MANAGE))).all() if name else []
    found = [account for account in known if str(name).endswith(account.name)]  # 销售李强 is 李强
    return found[0] if len(found) == 1 else None
