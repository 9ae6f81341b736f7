"""Customers that may be one: the same mobile, the same mail, or one name but for its legal form (M26).

They are shown to a person; nothing is merged by itself.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from formsvc.customers.models import Audience, Customer

LIMIT = 1000
EVIDENCE: dict[str, InstrumentedAttribute[Any]] = {
    "mobile": Customer.mobile,
    "email": Customer.email,
    "name": Customer.name_core,
}


@dataclass(frozen=True)
class Pair:
    """Two customers, the older first, and what they have in common: "mobile", "email", "name"."""

    older: Customer
    newer: Customer
    evidence: tuple[str, ...]


def pairs(session: Session, visible: Select[Customer], among: Collection[str] | None = None) -> list[Pair]:
    """The pairs within `visible`, oldest first, up to LIMIT; with `among`, those with a number that is in it."""
    found: dict[tuple[int, int], tuple[Customer, Customer, list[str]]] = {}
    for evidence, column in EVIDENCE.items():
        for older, newer in _alike(session, visible, evidence, column):
            found.setdefault((older.id, newer.id), (older, newer, []))[2].append(evidence)
    result = [Pair(older, newer, tuple(why)) for _, (older, newer, why) in sorted(found.items())]
    return [pair for pair in result if among is None or {pair.older.number, pair.newer.number} & set(among)]


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
