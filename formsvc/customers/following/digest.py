"""Tell colleagues by mail what changed in what they follow: all of it in one mail, and not twice within GAP (M46)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import reach
from formsvc.customers.following.changes import Changed, changed
from formsvc.customers.following.models import CustomerNotice
from formsvc.customers.models import Customer
from formsvc.customers.worksheet.columns import record_fields
from formsvc.db import rows_changed
from formsvc.mail.outbox import Message, put
from formsvc.questionnaires.verbs import known_fields
from formsvc.staff.models import Staff
from formsvc.web.urls import absolute

TOLD = "staff.told-of-changes"
GAP = timedelta(hours=1)
LISTED, CHANGES, FIELDS = 30, 3, 8  # customers in a mail, changes of each, and fields of a change: others are counted
LANGUAGE = "zh_CN"
_UNTOLD = CustomerNotice.told_at.is_(None)


def to_tell(session: Session) -> list[int]:
    """The ids of those at work who have not heard of all yet."""
    untold = select(CustomerNotice.id).where(CustomerNotice.staff_id == Staff.id, _UNTOLD).correlate(Staff)
    return list(session.scalars(select(Staff.id).where(Staff.active, untold.exists()).order_by(Staff.id)))


def tell(session: Session, reader_id: int, now: datetime) -> int:
    """Queue the mail to one person; of how many customers it is, 0 where the last was less than GAP ago.

    The person's row is locked: of two clocks one finds that the other has told. Of a customer whom the person may not
    see any more nothing is told.
    """
    reader = session.get_one(Staff, reader_id, with_for_update={"key_share": True})
    if audit.has_happened(session, TOLD, reader.actor, now - GAP, now):
        return 0
    _leave_out(session, reader)
    own = CustomerNotice.staff_id == reader.id
    if not rows_changed(session, update(CustomerNotice).where(own, _UNTOLD).values(told_at=now)):
        return 0
    told = own, CustomerNotice.told_at == now, CustomerNotice.seen_at.is_(None)
    count = session.scalar(select(func.count(CustomerNotice.customer_id.distinct())).where(*told)) or 0
    put(session, _mail(reader, _newest(session, told), count, _namer(session), now), now)
    audit.record(session, audit.SYSTEM, TOLD, reader.actor, now, customers=count)
    return count


def _leave_out(session: Session, reader: Staff) -> None:
    """What `reader` has not heard of, and may not see any more, is nothing to hear of."""
    seen = reach.visible(reader).where(Customer.id == CustomerNotice.customer_id).correlate(CustomerNotice)
    hidden = ~seen.with_only_columns(Customer.id).exists()
    session.execute(
        delete(CustomerNotice).where(CustomerNotice.staff_id == reader.id, _UNTOLD, hidden),
        execution_options={"synchronize_session": False},
    )


def _newest(session: Session, told: tuple[Any, ...]) -> list[list[Changed]]:
    """The changes of each customer, the newest first, of those that changed last."""
    last = func.max(CustomerNotice.id)
    ids = select(CustomerNotice.customer_id).where(*told).group_by(CustomerNotice.customer_id)
    listed = session.scalars(ids.order_by(last.desc()).limit(LISTED)).all()
    found = select(CustomerNotice, Customer).join(Customer, Customer.id == CustomerNotice.customer_id).where(*told)
    rows = session.execute(found.where(Customer.id.in_(listed)).order_by(CustomerNotice.id.desc())).all()
    each = changed(session, rows)
    return [[one for one in each if one.customer.id == id_] for id_ in listed]


def _mail(
    reader: Staff, customers: Sequence[Sequence[Changed]], count: int, names: Callable[[Changed], list[str]],
    now: datetime,
) -> Message:  # fmt: skip
    context = {
        "reader": {"name": reader.name},
        "customers": [_customer(changes, names) for changes in customers],
        "count": count,
        "url": absolute("/customers/changes"),
    }
    return Message("record-changed", reader.actor, reader.email, LANGUAGE, context, now.isoformat(), is_urgent=False)


def _customer(changes: Sequence[Changed], names: Callable[[Changed], list[str]]) -> dict[str, Any]:
    customer = changes[0].customer
    return {
        "name": customer.name,
        "number": customer.number,
        "url": absolute(f"/customers/{customer.number}"),
        "changes": [_change(one, names(one)) for one in changes[:CHANGES]],
        "more": max(len(changes) - CHANGES, 0),
    }


def _change(one: Changed, labels: list[str]) -> dict[str, Any]:
    return {
        "cause": one.version.cause,
        "by": one.version.staff.name if one.version.staff else None,
        "other": one.version.other.number if one.version.other else None,
        "reason": one.version.reason,
        "fields": labels[:FIELDS],
        "more": max(len(labels) - FIELDS, 0),
    }


def _namer(session: Session) -> Callable[[Changed], list[str]]:
    """What the fields of a change are called, in the order of the record."""
    fields = record_fields(known_fields(session))

    def names(one: Changed) -> list[str]:
        return [field.label.in_(LANGUAGE) for key, field in fields.items() if key in one.fields]

    return names
