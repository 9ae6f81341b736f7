"""Find customers by number, name, phone and mail, at a million of them (M45).

Each way to read what was typed is a range of marks. Where all ranges hold few customers those are looked up, and what
is long is verified; else whoever reads a page goes through the customers in its order, and soon has a page of them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from formsvc.customers import reach
from formsvc.customers.finding.marking import CustomerMark
from formsvc.customers.finding.marks import Kind, called, pieces
from formsvc.customers.models import Customer
from formsvc.fields import clean_line, half_width
from formsvc.fields.text import packed
from formsvc.lists import items_of
from formsvc.statements import Statement

FEW = 1000  # customers that are looked up one by one
HIGHEST = "\U0010ffff"  # stands behind whatever a text goes on with
FEWEST_DIGITS, FEWEST_OF_CODE = 3, 6
PARTS = 20  # of a long name
CHINA = "86"
PHONE = re.compile(r"\+?[0-9][0-9 ()./-]*")
CODE = re.compile(r"[0-9a-z]+")


class Way(NamedTuple):
    """One way to read what was typed: the marks of a kind whose text begins so."""

    kind: Kind
    start: str

    @property
    def end(self) -> str:
        return self.start + HIGHEST


_marks = CustomerMark.metadata.tables[CustomerMark.__tablename__]
_ways = items_of("ways")
_kind, _start, _end = (_ways.c.value[place].as_string() for place in range(3))


def matching(session: Session, customers: Select[Customer], text: str) -> Select[Customer]:
    """Those of `customers` with `text` as the beginning of a number, a phone or a mail, the end of a phone, or a part
    of a name, their own or a contact's. The number of one that was merged finds the one that stays.
    """
    parts = [Way(Kind.PART, piece) for piece in sorted(pieces(called(text)))[:PARTS]]
    ways = list(dict.fromkeys(_read(clean_line(half_width(text)))))
    counted = _counts(session, [*parts, *ways])
    rarest = min((counted[part], part) for part in parts)[1] if parts else None
    few = [way for way in (*ways, *([rarest] if rarest else [])) if counted[way]]
    stays = reach.led_to(text.upper())
    if all(counted[way] <= FEW for way in few):
        ids = _looked_up(session, few, called(text)) | set(session.scalars(stays))
        return customers.where(Customer.id.in_(ids))
    found = [_has(way) for way in ways if counted[way]] + [_is_called(Customer.id, called(text))]
    return customers.where(or_(*found, Customer.id.in_(stays)))


def _read(text: str) -> Iterator[Way]:
    """What `text` may mean besides a part of a name."""
    short = packed(text)
    if not short or not short.isascii():
        return
    yield Way(Kind.NUMBER, text.upper())
    yield Way(Kind.EMAIL, short)
    if len(short) >= FEWEST_OF_CODE and CODE.fullmatch(short):
        yield Way(Kind.CODE, short)
    if PHONE.fullmatch(text):
        yield from _phones(re.sub(r"[^0-9+]", "", text))


def _phones(typed: str) -> Iterator[Way]:
    """A phone from its beginning, with the country's digits or without, or from its end."""
    digits, is_whole = typed.lstrip("+"), typed.startswith("+")
    starts = {digits} if is_whole else {digits, CHINA + digits.removeprefix("0"), digits.removeprefix("00")}
    if len(digits) < FEWEST_DIGITS:
        return
    for start in sorted(each for each in starts if len(each) >= FEWEST_DIGITS):
        yield from (Way(Kind.MOBILE, start), Way(Kind.PHONE, start))
    if not is_whole:
        yield Way(Kind.TAIL, digits[::-1])


def _counts(session: Session, ways: Sequence[Way]) -> dict[Way, int]:
    """How many marks there are in each range, counted up to FEW and one more."""
    if not ways:
        return {}
    session.flush()
    given = [[way.kind, way.start, way.end] for way in ways]
    rows = _COUNTS.all(session.connection(), {"ways": given, "most": FEW + 1})
    return {Way(Kind(row.kind), row.start): row.count for row in rows}


def _looked_up(session: Session, ways: Sequence[Way], name: str) -> set[int]:
    """The ids of the customers in these ranges; a part stands for the name that it is of."""
    ranges = [
        and_(
            _within(CustomerMark, way), *([_is_called(CustomerMark.customer_id, name)] if way.kind is Kind.PART else [])
        )
        for way in ways
    ]
    return {id_ for each in ranges for id_ in session.scalars(select(CustomerMark.customer_id).where(each))}


def _has(way: Way) -> ColumnElement[bool]:
    mark = aliased(CustomerMark)
    return select(mark.kind).where(mark.customer_id == Customer.id, _within(mark, way)).exists()


def _is_called(customer_id: Any, name: str) -> ColumnElement[bool]:
    """Whether `name` is a part of a name of the customer or of a contact; % and _ mean themselves."""
    mark = aliased(CustomerMark)
    is_part = mark.text.contains(name, autoescape=True)
    return select(mark.kind).where(mark.customer_id == customer_id, mark.kind == Kind.CALLED, is_part).exists()


def _within(mark: Any, way: Way) -> ColumnElement[bool]:
    return and_(mark.kind == way.kind, mark.text >= way.start, mark.text < way.end)


_range = _marks.c.kind == _kind, _marks.c.text >= _start, _marks.c.text < _end
_first = select(_marks.c.customer_id).where(*_range).correlate(_ways).limit(bindparam("most")).subquery()
_counted = select(func.count()).select_from(_first).scalar_subquery()
_COUNTS = Statement(select(_kind.label("kind"), _start.label("start"), _counted.label("count")).select_from(_ways))
