"""Follow a customer, and have whoever follows hear of a change that another made (M46)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, or_, select, union
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import reach
from formsvc.customers.following.models import CustomerFollower, CustomerNotice
from formsvc.customers.models import Cause, Customer, CustomerVersion
from formsvc.db import insert_into, rows_changed
from formsvc.staff.models import Staff
from formsvc.statements import Statement

_NOTED = "staff_id", "customer_id", "version"


def follow(session: Session, customer: Customer, who: Staff, now: datetime) -> bool:
    """Have `who` hear of changes of `customer` from now on; False where they do already."""
    row = insert_into(session, CustomerFollower).values(customer_id=customer.id, staff_id=who.id, since=now)
    if session.scalar(row.on_conflict_do_nothing().returning(CustomerFollower.staff_id)) is None:
        return False
    audit.record(session, who.actor, "customer.followed", customer.subject, now)
    return True


def unfollow(session: Session, customer: Customer, who: Staff, now: datetime) -> bool:
    """Have `who` hear of no more changes; False where they did not follow. A customer's manager hears all the same."""
    if not rows_changed(session, delete(CustomerFollower).where(*_row(customer, who))):
        return False
    audit.record(session, who.actor, "customer.unfollowed", customer.subject, now)
    return True


def follows(session: Session, customer: Customer, who: Staff) -> bool:
    """Whether `who` follows `customer` by a row."""
    return session.scalar(select(CustomerFollower.staff_id).where(*_row(customer, who))) is not None


def join(session: Session, staying: Customer, going: Customer, now: datetime) -> None:
    """Who follows `going`, which is merged into `staying`, follows that as well, where they may see it."""
    theirs = select(Staff).join(CustomerFollower).where(CustomerFollower.customer_id == going.id, Staff.active)
    for who in session.scalars(theirs.order_by(Staff.id)).all():
        if reach.find(session, who, staying.number):
            row = insert_into(session, CustomerFollower).values(customer_id=staying.id, staff_id=who.id, since=now)
            session.execute(row.on_conflict_do_nothing())


def part(session: Session, staying: Customer, going: Customer) -> None:
    """Whom `join` had follow `staying` follows `going` alone again, but for who follows another part."""
    merge = CustomerVersion.customer_id == staying.id, CustomerVersion.cause == Cause.MERGE
    joined_at = select(CustomerVersion.at).where(*merge)
    of_going = select(CustomerFollower.staff_id).where(CustomerFollower.customer_id == going.id)
    of_others = select(CustomerFollower.staff_id).where(
        CustomerFollower.customer_id.in_(reach.those_of(staying)), CustomerFollower.customer_id != staying.id
    )
    came = (
        CustomerFollower.customer_id == staying.id,
        CustomerFollower.since.in_(joined_at),
    )
    who = CustomerFollower.staff_id
    session.execute(delete(CustomerFollower).where(*came, who.in_(of_going), who.not_in(of_others)))


def note_change(session: Session, customer: Customer, _now: datetime) -> None:
    """Have whoever follows `customer` hear of its newest version, but for who made it: as approvals wait for it, by a
    look, and a statement where somebody is to hear. Who follows a record that is merged in or taken out hears as well.
    """
    connection, given = session.connection(), {"customer": customer.id, "version": customer.version}
    made = _MADE.first(connection, given)
    if made.other_id or made.is_followed or made.owner_id not in (None, made.staff_id):
        _NOTE.run(connection, {**given, "author": made.staff_id, "other": made.other_id or customer.id})


def _row(customer: Customer, who: Staff) -> tuple[Any, Any]:
    return CustomerFollower.customer_id == customer.id, CustomerFollower.staff_id == who.id


def _made() -> Any:
    """Who made the version, with which other record, and whether anybody else may be to hear of it."""
    is_followed = select(CustomerFollower.staff_id).where(CustomerFollower.customer_id == Customer.id).exists()
    columns = CustomerVersion.staff_id, CustomerVersion.other_id, Customer.owner_id, is_followed.label("is_followed")
    found = select(*columns).join(Customer, Customer.id == CustomerVersion.customer_id)
    return found.where(Customer.id == bindparam("customer"), CustomerVersion.number == bindparam("version"))


def _to_hear() -> Select[Any]:
    """Ids of whoever is to hear, beside the customer and the version."""
    customer, version, author, other = (
        bindparam(name, type_=Customer.id.type) for name in ("customer", "version", "author", "other")
    )
    owners = select(Customer.owner_id).where(or_(Customer.id == customer, Customer.id == other))
    followed = CustomerFollower.customer_id
    followers = select(CustomerFollower.staff_id).where(or_(followed == customer, followed == other))
    hears = Staff.active, Staff.id.is_distinct_from(author), Staff.id.in_(union(owners, followers))
    return select(Staff.id, customer, version).where(*hears)


_MADE = Statement(_made())
_NOTE = Statement(insert(CustomerNotice).from_select(_NOTED, _to_hear(), include_defaults=False), *_NOTED)
