"""Merge two records of one customer into one, field by field (M26).

The record that goes keeps its values, versions, links and submissions as they are, and is a customer no more: its
number leads to the one that stays.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import contacts, record, rows
from formsvc.customers.contacts import Known
from formsvc.customers.ends import end
from formsvc.customers.finding import marking
from formsvc.customers.following import verbs as following
from formsvc.customers.held import is_held
from formsvc.customers.merging.choices import Choices, Comparison, Row, compare
from formsvc.customers.merging.parts import belongs
from formsvc.customers.merging.sides import content
from formsvc.customers.models import Cause, Contact, Customer, CustomerValue, Situation
from formsvc.customers.numbers import split as number_parts
from formsvc.customers.record import Change, StaleRecord
from formsvc.customers.worksheet.columns import NEXT_OWNER
from formsvc.staff.models import Staff

MERGED = "customer.merged"


class CannotMerge(Exception):
    """The two are no records of one customer: a company and a person, one record, or the one that stays is archived."""


def merge(
    session: Session, staying: Customer, going: Customer, choices: Choices, who: Staff, seen: int, other_seen: int,
    now: datetime,
) -> int:  # fmt: skip
    """Take the values and contacts that were chosen of `going` into `staying`; the new version.

    `seen` and `other_seen` are the versions that were looked at. Raises StaleRecord, CannotMerge, StillWaiting.
    """
    lock(session, staying, going)
    _check(staying, going, seen, other_seen)
    end(session, going, who, now)
    found = compared(session, staying, going)
    taken, joining = found.taken(choices), found.joining(choices)
    version = record.begin_version(session, staying, Change(Cause.MERGE, who.id, other_id=going.id), now, seen=seen)
    for row in taken:
        _take(session, staying, row, version)
    numbers = _add(session, staying, joining, version, now)
    _follow(session, staying, joining, numbers | {row.other: row.contact for row in found.rows})
    before = {"situation": staying.situation, "next_owner": staying.next_owner_id}
    _move_along(staying, going, taken)
    record.repeat(session, staying)
    going.merged_into_id = staying.id
    belongs(session, going, staying)
    following.join(session, staying, going, now)
    marking.refresh(session, going)
    audit.record(
        session, who.actor, MERGED, staying.subject, now, version=version, other=going.number, before=before,
        fields=sorted({row.field for row in taken}), contacts=sorted(numbers.values()),
    )  # fmt: skip
    return version


def compared(session: Session, staying: Customer, going: Customer) -> Comparison:
    """Both records side by side, as they are held."""
    mine, theirs = (_of_itself(session, customer) for customer in (staying, going))
    return compare(mine, theirs, contacts.of(session, staying), contacts.of(session, going))


def older_first(one: Customer, other: Customer) -> tuple[Customer, Customer]:
    """The record with the older number is the one that people know."""
    return (one, other) if number_parts(one.number) <= number_parts(other.number) else (other, one)


def lock(session: Session, one: Customer, other: Customer) -> None:
    """Keep both records as they are. In one order: who merges them the other way round would wait for ever."""
    for customer in sorted((one, other), key=lambda customer: customer.id):
        rows.lock(session, customer)


def why_not(staying: Customer, going: Customer) -> str:
    """Why the two cannot be merged: "audience" or "archived"; empty where they can."""
    if staying.audience is not going.audience:
        return "audience"
    return "archived" if staying.archived_at else ""


def _check(staying: Customer, going: Customer, seen: int, other_seen: int) -> None:
    is_as_seen = (staying.version, going.version) == (seen, other_seen)
    if not is_as_seen or staying.merged_into_id or going.merged_into_id:
        raise StaleRecord(staying.number)
    if staying.id == going.id or why_not(staying, going):
        raise CannotMerge(staying.number)


def _of_itself(session: Session, customer: Customer) -> dict[str, CustomerValue]:
    held = select(CustomerValue).where(is_held(customer.id), CustomerValue.contact == 0)
    return {row.field: row for row in session.scalars(held.order_by(CustomerValue.id))}


def _take(session: Session, staying: Customer, row: Row, version: int) -> None:
    """Hold the other record's value with the source that it has there; nothing, where there is none."""
    rows.end(session, staying, row.contact, [row.field], version)
    if row.theirs and content(row.theirs) is not None:
        record.restore(session, [row.theirs], version, customer_id=staying.id, contact=row.contact)


def _add(session: Session, staying: Customer, joining: list[Known], version: int, now: datetime) -> dict[int, int]:
    """The numbers that the contacts have from now on, by those that they had."""
    numbers = {}
    for known in joining:
        number = numbers[known.contact.number] = contacts.next_number(session, staying)
        contacts.add(session, staying, number, now)
        record.restore(session, known.values.values(), version, customer_id=staying.id, contact=number)
    return numbers


def _follow(session: Session, staying: Customer, joining: list[Known], numbers: dict[int, int]) -> None:
    """Who had left has left here, too."""
    for known in joining:
        one: Contact = known.contact
        if one.left_at and one.followed_by:
            follower = numbers.get(one.followed_by, staying.primary_contact)
            contacts.leave(session, staying, numbers[one.number], follower, one.left_at)


def _move_along(staying: Customer, going: Customer, taken: list[Row]) -> None:
    """What is no value: an existing customer stays one, and who takes the next step goes with the name."""
    if going.situation is Situation.EXISTING:
        staying.situation = Situation.EXISTING
    if any(row.field == NEXT_OWNER for row in taken):
        staying.next_owner_id = going.next_owner_id
