"""Bring a checked row into the master record. What a customer confirmed is not undone by an old worksheet (M43)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import record
from formsvc.customers.creating import Creation
from formsvc.customers.models import Customer
from formsvc.customers.record import Source
from formsvc.customers.worksheet.checking import CheckedRow
from formsvc.customers.worksheet.columns import NEXT_ON, NEXT_STEP, NUMBER, STEP, TALK, TALKED_BY, TALKED_ON
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
    EARLIER = "earlier"  # the record has a later talk
    CONFIRMED = "confirmed"  # the customer confirmed what the record says


@dataclass(frozen=True)
class New:
    """What a row says of a field, and the record does not."""

    before: Any
    after: Value
    conflict: Conflict | None


class Importing:
    """Brings rows of one batch in. Who does so ends with `make`: only then there are the customers who are new.

    Without `owner` a new customer is the colleague's whom its row names. With `dry_run` it only says what would happen.
    """

    def __init__(
        self, session: Session, rows: Sequence[CheckedRow], owner: Staff | None, source: Source, now: datetime,
        *, dry_run: bool = False,
    ) -> None:  # fmt: skip
        self._session, self._owner, self._source, self._now, self._dry_run = session, owner, source, now, dry_run
        self._known = Known(session, rows)
        self._creation = Creation(session, source, now)
        self._new: list[tuple[CheckedRow, Customer]] = []
        self._managers: Sequence[Staff] | None = None

    def bring_in(self, row: CheckedRow) -> Outcome:
        """Plan the row's customer, or change what the row says anew.

        A cell that says what the record said before, and no longer says, is old news and is passed over; an empty cell
        empties nothing. A number that is another customer's already is not the row's: it gets one of its own. News of
        an archived customer is refused: a person brings the record back, no worksheet does.
        """
        if row.problems:
            return Outcome.REFUSED
        customer = self._known.find(row)
        if customer is None:
            if not self._dry_run:
                self._plan(row)
            return Outcome.CREATED
        if any(customer is new for _, new in self._new):
            self.make()
        row.number = customer.number
        return self._change(row, customer)

    def make(self) -> None:
        """Make all customers who are planned. `number` of each row is then its customer's."""
        self._creation.make()
        for row, customer in self._new:
            row.number = customer.number
            self._known.add(customer)
        self._new = []

    def _plan(self, row: CheckedRow) -> None:
        owner = self._owner or self._follower(row)
        customer = self._creation.plan(
            row.values, audience=row.audience, situation=row.situation, owner_id=owner.id if owner else None,
            number=row.number,
        )  # fmt: skip
        self._known.add(customer)
        self._new.append((row, customer))

    def _change(self, row: CheckedRow, customer: Customer) -> Outcome:
        new = news(row.values, self._known.held(customer))
        values = {field: each.after for field, each in new.items() if not is_old(each)}
        adopted = self._owner if customer.owner_id is None else None
        if not values and not adopted:
            return Outcome.UNCHANGED
        if customer.archived_at:
            row.refuse(NUMBER, "archived")
            return Outcome.REFUSED
        if not self._dry_run:
            change(self._session, customer, values, adopted.id if adopted else None, self._source, self._now)
            self._known.add(customer)
        return Outcome.CHANGED

    def _follower(self, row: CheckedRow) -> Staff | None:
        """The colleague whom the row's 跟进人 names, where exactly one who may have customers has that name."""
        name = str(row.values.get(TALKED_BY) or "")
        if self._managers is None:
            self._managers = self._session.scalars(select(Staff).where(may(Permission.MANAGE))).all()
        found = [account for account in self._managers if name.endswith(account.name)]  # 销售李强 is 李强
        return found[0] if name and len(found) == 1 else None


def news(values: Mapping[str, Value], held: Held) -> dict[str, New]:
    """What `values` say by field and the record does not. A day belongs to its next step, and changes with it alone."""
    found = {
        field: New(held.values.get(field), value, _conflict(field, values, held))
        for field, value in values.items()
        if field != NEXT_ON and held.values.get(field) != value
    }
    before, after = held.values.get(NEXT_ON), values.get(NEXT_ON)
    if (step := found.get(NEXT_STEP)) and before != after:
        found[NEXT_ON] = New(before, after, step.conflict)
    return found


def is_old(new: New) -> bool:
    """Whether a worksheet that nobody asks about does not change it."""
    return new.conflict in (Conflict.OLD, Conflict.EARLIER)


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


def _conflict(field: str, values: Mapping[str, Value], held: Held) -> Conflict | None:
    """What belongs to a talk is as new as that is, whatever was said before."""
    on, latest = (str(said.get(TALKED_ON) or "") for said in (values, held.values))
    if field in TALK + STEP and on and on != latest:
        return Conflict.EARLIER if on < latest else None
    if values[field] in held.before.get(field, ()):
        return Conflict.OLD
    return Conflict.CONFIRMED if field in held.verified else None
