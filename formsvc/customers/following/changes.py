"""What changed in the customers that a colleague follows, as far as they may see them still (M46)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from formsvc import audit
from formsvc.customers import reach
from formsvc.customers.following.models import CustomerNotice
from formsvc.customers.models import Customer, CustomerValue, CustomerVersion
from formsvc.db import reading, rows_changed
from formsvc.staff.models import Role, Staff
from formsvc.statements import Statement

MOST_COUNTED = 99


@dataclass(frozen=True)
class Changed:
    """One version of a record, and the keys of the fields that it changed."""

    notice: CustomerNotice
    customer: Customer
    version: CustomerVersion
    fields: Collection[str]


def newest(session: Session, reader: Staff, before: int | None, limit: int) -> list[Changed]:
    """What changed in what `reader` follows, before the notice with that id, the newest first."""
    found = _heard_by(reader.role, reader.id, CustomerNotice, Customer)
    if before is not None:
        found = found.where(CustomerNotice.id < before)
    return changed(session, session.execute(found.order_by(CustomerNotice.id.desc()).limit(limit)).all())


def changed(session: Session, rows: Sequence[Any]) -> list[Changed]:
    """What the notices beside their customers, `rows`, are about."""
    ids = [notice.id for notice, _ in rows]
    version, notice = CustomerVersion, CustomerNotice
    about = and_(version.customer_id == notice.customer_id, version.number == notice.version)
    found = select(notice.id, version).join(notice, about).where(notice.id.in_(ids))
    versions = {
        row[0]: row[1] for row in session.execute(found.options(joinedload(version.staff), joinedload(version.other)))
    }
    fields = _fields(session, ids)
    return [Changed(row, customer, versions[row.id], fields[row.id]) for row, customer in rows]


def unseen(reader: Staff) -> int:
    """How many changes `reader` has not seen, up to MOST_COUNTED + 1: one statement, as pages say it in their head."""
    with reading() as connection:
        count: int = _unseen(reader.role).first(connection, {"reader": reader.id}).count
    return count


def see(session: Session, reader: Staff, ids: Collection[int], now: datetime) -> int:
    """`reader` has seen the notices with these ids, and all that are older than them; how many are new to them."""
    if not ids:
        return 0
    own = CustomerNotice.staff_id == reader.id, CustomerNotice.seen_at.is_(None)
    shown = or_(CustomerNotice.id.in_(ids), CustomerNotice.id < min(ids))
    told_at = func.coalesce(CustomerNotice.told_at, now)
    count = rows_changed(session, update(CustomerNotice).where(*own, shown).values(seen_at=now, told_at=told_at))
    if count:
        audit.record(session, reader.actor, "changes.seen", reader.actor, now, count=count)
    return count


def _heard_by(role: Role, reader: Any, *what: Any) -> Select[Any]:
    """`what` of notices to the account with that role and id, beside their customers."""
    found = select(*what).select_from(CustomerNotice).join(Customer, Customer.id == CustomerNotice.customer_id)
    is_there = Customer.merged_into_id.is_(None), reach.is_visible(role, reader)
    return found.where(CustomerNotice.staff_id == reader, *is_there)


@cache
def _unseen(role: Role) -> Statement:
    found = _heard_by(role, bindparam("reader"), CustomerNotice.id).where(CustomerNotice.seen_at.is_(None))
    counted = found.limit(MOST_COUNTED + 1).subquery()
    return Statement(select(func.count().label("count")).select_from(counted))


def _fields(session: Session, ids: Collection[int]) -> dict[int, set[str]]:
    """The keys of the fields that were set or emptied with the versions that these notices are of."""
    value, notice = CustomerValue, CustomerNotice
    with_it = or_(value.since == notice.version, value.until == notice.version)
    found = select(notice.id, value.field).join(value, and_(value.customer_id == notice.customer_id, with_it))
    fields: dict[int, set[str]] = defaultdict(set)
    for id_, field in session.execute(found.where(notice.id.in_(ids)).distinct()):
        fields[id_].add(field)
    return fields
