"""Where each value is from: who answered and accepted, when, under which consent, whether it was put back (M24)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from formsvc.customers.models import Cause, Channel, Customer, CustomerValue, CustomerVersion


@dataclass(frozen=True)
class Given:
    """A consent: to which wording, and when."""

    wording: str
    at: datetime
    is_sensitive: bool


@dataclass(frozen=True)
class Answered:
    """A submission, as far as it is the source of values.

    `contact` is the number of the contact whom the link was sent to, when the record of the customer with that id was
    at `base_version`: it may have been merged into another one since. `way` is how it came ("link", "file", "call",
    "visit" or "message"), `recorder` who recorded it, where a colleague did.
    """

    at: datetime
    customer_id: int
    contact: int
    base_version: int
    consents: Mapping[int, Given]
    way: str = "link"
    recorder: str | None = None
    is_confirmed: bool = False


COPYING = Cause.UNDO, Cause.MERGE  # what puts values into a record that had their source before

# What the rooms below tell of submissions, by their ids: the application's extension "submissions-as-sources"
Tell = Callable[[Session, Collection[int]], Mapping[int, Answered]]


@dataclass(frozen=True)
class Source:
    """All that is known of where `row` is from. `by` is the name of whom the link was sent to, `put_back` an undo,
    `merged` the merge of two records that it came with, and `channel` how a colleague knew.
    """

    row: CustomerValue
    answered: Answered | None
    by: str | None
    put_back: CustomerVersion | None
    merged: CustomerVersion | None
    channel: Channel | None

    @property
    def consent(self) -> Given | None:
        given = self.answered.consents if self.answered else {}
        return given.get(self.row.consent_id or 0)


def sources(session: Session, customer: Customer, rows: Sequence[CustomerValue]) -> dict[int, Source]:
    """The source of each of these values of `customer`, by the value's id."""
    tell: Tell = current_app.extensions["submissions-as-sources"]
    told = tell(session, {row.submission_id for row in rows if row.submission_id})
    made = _made_by(session, customer, {row.since for row in rows})
    undone, merged = ({key: each for key, each in made.items() if each.cause is cause} for cause in COPYING)
    names = _names(session, {each.customer_id for each in told.values()}) if told else []
    found = {}
    for row in rows:
        answered = told.get(row.submission_id or 0)
        by = _name(names, answered) if answered else None
        channel = made[row.since].channel if row.since in made else None
        found[row.id] = Source(row, answered, by, undone.get(row.since), merged.get(row.since), channel)
    return found


def _made_by(session: Session, customer: Customer, numbers: Collection[int]) -> dict[int, CustomerVersion]:
    """Those of the versions with these numbers that say more of their values than these do themselves."""
    of_it = CustomerVersion.customer_id == customer.id, CustomerVersion.number.in_(numbers)
    says_more = or_(CustomerVersion.cause.in_(COPYING), CustomerVersion.channel.is_not(None))
    rows = select(CustomerVersion).where(*of_it, says_more)
    whole = joinedload(CustomerVersion.staff), joinedload(CustomerVersion.other)
    return {row.number: row for row in session.scalars(rows.options(*whole))}


def _names(session: Session, customers: Collection[int]) -> Sequence[CustomerValue]:
    of_them = CustomerValue.customer_id.in_(customers), CustomerValue.field == "contacts.name"
    return session.scalars(select(CustomerValue).where(*of_them).order_by(CustomerValue.since)).all()


def _name(names: Sequence[CustomerValue], answered: Answered) -> str | None:
    """What the contact was called when the link was sent."""
    then = answered.base_version
    whom = answered.customer_id, answered.contact
    theirs = [row for row in names if (row.customer_id, row.contact) == whom]
    held = [row for row in theirs if row.since <= then < (row.until or then + 1)]
    return str(held[-1].content) if held and held[-1].content is not None else None
