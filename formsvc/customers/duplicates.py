"""Customers that may be one: the same code, mobile or mail, or one name but for its legal form (M26).

They are shown to a person; nothing is merged by itself.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from formsvc.customers.models import Audience, Customer
from formsvc.customers.names import core

LIMIT = 1000
MOST = 5  # customers of one kind of evidence that are shown beside one
EVIDENCE: dict[str, InstrumentedAttribute[Any]] = {
    "code": Customer.code,
    "mobile": Customer.mobile,
    "email": Customer.email,
    "name": Customer.name_core,
}
FIELDS = {  # what is evidence
    "code": "basic.uscc",
    "mobile": "contacts.mobile",
    "email": "contacts.email",
    "name": "basic.full_name",
}


@dataclass(frozen=True)
class Pair:
    """Two customers, the older first, and what they have in common: "code", "mobile", "email", "name"."""

    older: Customer
    newer: Customer
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """A customer that looks like another one, and why, as in a Pair.

    `number` and `name` are None where the customer is not the reader's to see.
    """

    number: str | None
    name: str | None
    evidence: tuple[str, ...]


def pairs(session: Session, visible: Select[Customer], among: Collection[str] | None = None) -> list[Pair]:
    """The pairs within `visible`, oldest first, up to LIMIT; with `among`, those with a number that is in it."""
    found: dict[tuple[int, int], tuple[Customer, Customer, list[str]]] = {}
    for evidence, column in EVIDENCE.items():
        for older, newer in _alike(session, visible, evidence, column):
            found.setdefault((older.id, newer.id), (older, newer, []))[2].append(evidence)
    result = [Pair(older, newer, tuple(why)) for _, (older, newer, why) in sorted(found.items())]
    return [pair for pair in result if among is None or {pair.older.number, pair.newer.number} & set(among)]


def alike(
    session: Session, values: Mapping[str, Any], besides: Customer | None = None,
    visible: Select[Customer] | None = None, audience: Audience = Audience.ENTERPRISE,
) -> list[Alike]:  # fmt: skip
    """The customers `besides` that one with what is in `values`, by field; oldest first, up to MOST by each evidence.

    They are named where they are among `visible`, which is all unless said. Of a customer who is new, `audience` says
    whether the name is a company's.
    """
    wanted = list(_wanted(values, besides, besides.audience if besides else audience))
    if not wanted:
        return []
    found: dict[int, tuple[str, str, set[str]]] = {}
    for id_, number, name, evidence in session.execute(union_all(*wanted)):
        found.setdefault(id_, (number, name, set()))[2].add(evidence)
    named = set(found)
    if found and visible is not None:
        named = set(session.scalars(visible.with_only_columns(Customer.id).where(Customer.id.in_(found))))
    return [
        Alike(number if id_ in named else None, name if id_ in named else None, tuple(e for e in EVIDENCE if e in why))
        for id_, (number, name, why) in sorted(found.items())
    ]


def _wanted(values: Mapping[str, Any], besides: Customer | None, audience: Audience) -> Iterator[Select[Any]]:
    """For each evidence in `values` the other customers that have it: each is found by an index."""
    for evidence, column in EVIDENCE.items():
        value = values.get(FIELDS[evidence])
        if not isinstance(value, str) or not value:
            continue
        shown = select(Customer.id, Customer.number, Customer.name, literal(evidence))
        others = (
            shown.where(Customer.id != (besides.id if besides else 0), Customer.merged_into_id.is_(None))
            .order_by(Customer.id)
            .limit(MOST)
        )
        if evidence != "name":
            yield select(others.where(column == value).subquery())
        elif audience is Audience.ENTERPRISE:
            same = column == core(value)[:200], Customer.audience == Audience.ENTERPRISE
            yield select(others.where(*same).subquery())


def _alike(
    session: Session, visible: Select[Customer], evidence: str, column: InstrumentedAttribute[Any]
) -> Iterator[tuple[Customer, Customer]]:
    """A person's name alone is no evidence: many people are called 罗静."""
    repeated = select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1)
    if evidence == "name":
        repeated = repeated.where(Customer.audience == Audience.ENTERPRISE, column != "")
        visible = visible.where(Customer.audience == Audience.ENTERPRISE)
    groups: dict[str, list[Customer]] = {}
    for customer in session.scalars(visible.where(column.in_(repeated)).order_by(Customer.id).limit(LIMIT)):
        groups.setdefault(getattr(customer, column.key), []).append(customer)
    for group in groups.values():
        yield from combinations(group, 2)
