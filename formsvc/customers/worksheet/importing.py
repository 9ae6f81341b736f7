"""Bring a checked row into the master record. What a customer confirmed is not undone by an old worksheet (M43)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import reach, record
from formsvc.customers.held import held_values
from formsvc.customers.models import Customer, CustomerValue, Origin
from formsvc.customers.names import core
from formsvc.customers.record import Source
from formsvc.customers.worksheet.checking import CheckedRow
from formsvc.customers.worksheet.columns import NUMBER
from formsvc.fields import Value
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import may


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


def import_row(
    session: Session, row: CheckedRow, owner: Staff | None, now: datetime, *, dry_run: bool = False
) -> Outcome:
    """Create the row's customer, or change what the row says anew. With `dry_run` only say what would happen.

    A cell that says what the record said before, and no longer says, is old news and is passed over; an empty cell
    empties nothing. A number that is another customer's already is not the row's: it gets one of its own. News of an
    archived customer is refused: a person brings the record back, no worksheet does.
    `row.number` is the customer's number afterwards.
    """
    if row.problems:
        return Outcome.REFUSED
    customer = _find(session, row)
    source = Source(Origin.WORKSHEET)  # who runs the command is not known: the owner is not who brought it
    if customer is None:
        if not dry_run:
            row.number = _create(session, row, owner or _follower(session, row), source, now)
        return Outcome.CREATED
    row.number = customer.number
    news = _news(session, customer, row.values)
    adopted = owner if customer.owner_id is None else None
    if not news and not adopted:
        return Outcome.UNCHANGED
    if customer.archived_at:
        row.refuse(NUMBER, "archived")
        return Outcome.REFUSED
    if adopted and not dry_run:
        customer.owner_id = adopted.id
        audit.record(session, audit.SYSTEM, "customer.assigned", customer.subject, now, owner=adopted.id)
    if news and not dry_run:
        record.change(session, customer, news, source, now, seen=customer.version)
        audit.record(session, audit.SYSTEM, "customer.imported", customer.subject, now, fields=sorted(news))
    return Outcome.CHANGED


def _find(session: Session, row: CheckedRow) -> Customer | None:
    """The row's customer: by its number, which may be that of a record that was merged into the customer's, else by the
    same name with the same mobile or mail.

    Two worksheets may give one number to two customers: then the number says nothing, and is taken off the row.
    """
    if row.number:
        numbered = session.scalar(select(Customer).where(Customer.number == row.number))
        leads_to = reach.find_any(session, row.number)
        if numbered is None or leads_to is None or _is_same(numbered, row) or _is_same(leads_to, row):
            return leads_to
        row.number = None
    mobile, email = _text(row, "contacts.mobile"), _text(row, "contacts.email")
    given = [column == text for column, text in ((Customer.mobile, mobile), (Customer.email, email)) if text]
    known = or_(*given) if given else and_(Customer.mobile.is_(None), Customer.email.is_(None))
    named = select(Customer).where(
        Customer.name == _text(row, "basic.full_name"), known, Customer.merged_into_id.is_(None)
    )
    return session.scalars(named.order_by(Customer.id).limit(1)).first()


def _is_same(customer: Customer, row: CheckedRow) -> bool:
    """A customer may have changed its name, or its phone and mail, but not all at once."""
    return (
        core(str(_text(row, "basic.full_name"))) == customer.name_core
        or (customer.mobile is not None and customer.mobile == _text(row, "contacts.mobile"))
        or (customer.email is not None and customer.email == _text(row, "contacts.email"))
    )


def _text(row: CheckedRow, field: str) -> str | None:
    value = row.values.get(field)
    return value if isinstance(value, str) else None


def _create(session: Session, row: CheckedRow, owner: Staff | None, source: Source, now: datetime) -> str:
    customer = record.create(
        session, row.values, source, now,
        audience=row.audience, situation=row.situation, owner_id=owner.id if owner else None, number=row.number,
    )  # fmt: skip
    return customer.number


def _follower(session: Session, row: CheckedRow) -> Staff | None:
    """The colleague whom the row's 跟进人 names, where exactly one who may have customers has that name."""
    name = row.values.get("record.followed_up_by")
    known = session.scalars(select(Staff).where(may(Permission.MANAGE))).all() if name else []
    found = [account for account in known if str(name).endswith(account.name)]  # 销售李强 is 李强
    return found[0] if len(found) == 1 else None


def _news(session: Session, customer: Customer, values: Mapping[str, Value]) -> dict[str, Value]:
    held = held_values(session, customer)
    differs = {field: value for field, value in values.items() if held.get(field) != value}
    return {field: value for field, value in differs.items() if value not in _before(session, customer, field)}


def _before(session: Session, customer: Customer, field: str) -> list[Any]:
    """What the record said before, or one that was merged into it: a person chose what is held now."""
    of_it = CustomerValue.customer_id.in_(reach.those_of(customer)), CustomerValue.field == field
    rows = select(CustomerValue).where(*of_it)
    return [row.content for row in session.scalars(rows)]
