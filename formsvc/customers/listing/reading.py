"""The list of customers by a filter, a page by its key (M45).

A page costs the same however many customers there are. The narrowest index that is known gives keys in the list's
order: of each account manager in question, of what is searched for, of a part of the filter, else all. At most a WINDOW
of them is looked through for what else is asked; the page says where it stopped, and the next one goes on there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session, joinedload

from formsvc.customers import reach
from formsvc.customers.finding import search
from formsvc.customers.listing.filters import Asking, Due, Filter, Keys, Order, parts
from formsvc.customers.listing.parts import ME, NOBODY, is_due
from formsvc.customers.models import Customer
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import team_of
from formsvc.web.show import MOST_COUNTED
from formsvc.web.urls import row_id

PAGE = 50
FIRST, FIRST_COUNTED, WINDOW = 200, 1_500, 5_000  # looked through in vain, FIRST is followed by WINDOW
_DUE_KEY = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{1,10})", re.ASCII)


class Key(NamedTuple):
    """Where a customer stands in the list; `next_on` counts in the order of what is due alone."""

    id: int
    next_on: str = ""

    @classmethod
    def read(cls, text: str, order: Order) -> "Key | None":
        """The key that stands in an address; None for what is none in that order."""
        try:
            if order is Order.NEWEST:
                return cls(row_id(text)) if row_id(text) else None
            found = _DUE_KEY.fullmatch(text)
            return cls(row_id(found[2]), date.fromisoformat(found[1]).isoformat()) if found else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.next_on}.{self.id}" if self.next_on else str(self.id)


@dataclass(frozen=True)
class Page:
    """Customers, the key behind which the next page begins (None: there is none), and whether that is because only so
    many were looked through.
    """

    rows: Sequence[Customer]
    behind: Key | None
    is_cut: bool


class Count(NamedTuple):
    """How many customers match, up to MOST_COUNTED + 1; where it `is_cut`, among the first WINDOW only."""

    total: int
    is_cut: bool


def page(session: Session, reader: Staff, asking: Asking, after: Key | None = None, size: int = PAGE) -> Page:
    """The `size` customers behind a key, or the first ones: never more than `reach.visible`."""
    owners = _owners(session, reader, asking.chosen)
    for limit in (FIRST, WINDOW):
        window = _window(session, owners, asking, after, limit)
        found = _matching(reader, asking, window).order_by(*_order(asking, window.c))
        ids = session.scalars(found.limit(literal_column(str(size + 1)))).all()
        if len(ids) > size:
            rows = _rows(session, ids[:size])
            return Page(rows, _key(rows[-1], asking), False)
        end = _end(session, window, asking, limit)
        if end is None:
            return Page(_rows(session, ids), None, False)
    return Page(_rows(session, ids), end, True)


def count(session: Session, reader: Staff, asking: Asking) -> Count:
    """How many there are from the first one on."""
    owners = _owners(session, reader, asking.chosen)
    for limit in (FIRST_COUNTED, WINDOW):
        window = _window(session, owners, asking, None, limit)
        some = _matching(reader, asking, window).limit(literal_column(str(MOST_COUNTED + 1))).subquery()
        total = session.scalar(select(func.count()).select_from(some)) or 0
        if total > MOST_COUNTED:
            return Count(total, False)
        if _end(session, window, asking, limit) is None:
            return Count(total, False)
    return Count(total, True)


def whole(session: Session, reader: Staff, asking: Asking) -> Select[Customer]:
    """All that match, however many, in no order."""
    found, owners = reach.visible(reader).where(*_conditions(asking)), _owners(session, reader, asking.chosen)
    if owners is not None:
        found = found.where(_is_of(owners))
    return search.matching(session, found, asking.chosen.text) if asking.chosen.text else found


def every(session: Session, reader: Staff, asking: Asking, most: int) -> Iterator[Customer]:
    """The first `most` customers of the list, however many are looked through."""
    after: Key | None = None
    while most > 0:
        found = page(session, reader, asking, after, min(most, 100))
        yield from found.rows
        most, after = most - len(found.rows), found.behind
        if after is None:
            return


def _owners(session: Session, reader: Staff, chosen: Filter) -> tuple[int | None, ...] | None:
    """Whose customers are in question: None is everyone's and nobody's, and (None,) nobody's."""
    owner = chosen.get("owner")
    sees_all, leads = reader.may(Permission.ALL_CUSTOMERS), reader.may(Permission.TEAM)
    if owner == ME:
        return (reader.id,)
    if sees_all:
        return None if not owner else (None,) if owner == NOBODY else (int(owner),)
    own = (reader.id, *session.scalars(team_of(reader.id).where(Staff.id != reader.id))) if leads else (reader.id,)
    return own if not owner else tuple(id_ for id_ in own if str(id_) == owner)


def _window(
    session: Session, owners: tuple[int | None, ...] | None, asking: Asking, after: Key | None, limit: int
) -> Any:
    """The first `limit` keys behind `after`, in the list's order."""
    each = [_behind(keys, asking, after) for keys in _sources(session, owners, asking)]
    if len(each) == 1:
        found: Select[Any] | CompoundSelect[Any] = _sorted(each[0], asking)
    else:
        id_, next_on = literal_column("id", Integer), literal_column("next_on", String)
        order = (id_.desc(),) if asking.chosen.order is Order.NEWEST else (next_on, id_)
        found = union_all(*(keys.query for keys in each)).order_by(*order)
    return found.limit(literal_column(str(limit))).subquery()  # as a value it would be unknown to the planner


def _sources(session: Session, owners: tuple[int | None, ...] | None, asking: Asking) -> list[Keys]:
    """The indexes to read: one for each account manager, else the best that the filter has."""
    chosen = asking.chosen
    every_one = Keys(select(Customer.id), Customer.id)
    if chosen.text:
        found = search.matching(session, select(Customer), chosen.text).with_only_columns(Customer.id)
        return [Keys(found if owners is None else found.where(_is_of(owners)), Customer.id)]
    if owners is not None:
        return [Keys(select(Customer.id).where(_is_of((owner,))), Customer.id) for owner in owners or (0,)]
    if chosen.order is Order.DUE:
        return [every_one]
    offered = (part.keys(value, asking) for part in parts() if (value := chosen.get(part.name)))
    return [next((keys for keys in offered if keys), every_one)]


def _behind(keys: Keys, asking: Asking, after: Key | None) -> Keys:
    """Those of `keys` behind a key; in the order of what is due, with what that order is by."""
    if asking.chosen.order is Order.NEWEST:
        return keys if after is None else Keys(keys.query.where(keys.column < after.id), keys.column)
    query = keys.query.add_columns(Customer.next_on).where(Customer.next_on.is_not(None))
    if asking.chosen.get("due") in (Due.OVERDUE, Due.WEEK):
        query = query.where(is_due(asking.chosen.get("due"), asking))
    if after:
        query = query.where(tuple_(Customer.next_on, Customer.id) > tuple_(after.next_on, after.id))
    return Keys(query, keys.column)


def _sorted(keys: Keys, asking: Asking) -> Select[Any]:
    if asking.chosen.order is Order.NEWEST:
        return keys.query.order_by(keys.column.desc())
    return keys.query.order_by(Customer.next_on, Customer.id)


def _matching(reader: Staff, asking: Asking, window: Any) -> Select[int]:
    """The ids in the window of those whom the reader may see, and of whom all is true that is asked.

    Each is looked up by its key: of a join with the window, PostgreSQL reads all customers.
    """
    found = reach.visible(reader).where(Customer.id == window.c.id).with_only_columns(Customer.id)
    found = found.where(*_conditions(asking))
    return select(window.c.id).where(found.correlate(window).scalar_subquery().is_not(None))


def _conditions(asking: Asking) -> Iterator[ColumnElement[bool]]:
    """What is asked of each customer, but for the text of a search."""
    if not asking.chosen.get("archived"):
        yield Customer.archived_at.is_(None)
    for part in parts():
        value = asking.chosen.get(part.name)
        if value and (condition := part.asks(value, asking)) is not None:
            yield condition


def _rows(session: Session, ids: Sequence[int]) -> list[Customer]:
    """The customers with these ids, in that order."""
    rows = select(Customer).where(Customer.id.in_(ids)) if ids else select(Customer).where(false())
    known = joinedload(Customer.owner), joinedload(Customer.next_owner)
    found = {customer.id: customer for customer in session.scalars(rows.options(*known))}
    return [found[id_] for id_ in ids]


def _order(asking: Asking, columns: Any) -> tuple[Any, ...]:
    """The list's order, by the columns of a window: so the engines read the window first."""
    return (columns.id.desc(),) if asking.chosen.order is Order.NEWEST else (columns.next_on, columns.id)


def _end(session: Session, window: Any, asking: Asking, limit: int) -> Key | None:
    """The last key of a window that is full; None where all there are were looked through."""
    if asking.chosen.order is Order.NEWEST:
        looked, last = session.execute(select(func.count(), func.min(window.c.id)).select_from(window)).one()
        return Key(last) if looked >= limit else None
    rows = select(window.c.id, window.c.next_on, func.count().over().label("looked"))
    row = session.execute(rows.order_by(window.c.next_on.desc(), window.c.id.desc()).limit(1)).first()
    return Key(row.id, row.next_on) if row and row.looked >= limit else None


def _key(customer: Customer, asking: Asking) -> Key:
    return Key(customer.id, (customer.next_on or "") if asking.chosen.order is Order.DUE else "")


def _is_of(owners: tuple[int | None, ...]) -> ColumnElement[bool]:
    """Whether a customer is one of theirs."""
    if not owners:
        return Customer.owner_id == 0
    return or_(*(Customer.owner_id.is_(None) if id_ is None else Customer.owner_id == id_ for id_ in owners))
