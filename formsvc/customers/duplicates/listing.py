"""The pairs that a reader is shown: the strongest evidence first, paged by key (M26)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select, true, tuple_, union
from sqlalchemy.orm import Session, aliased, joinedload

from formsvc.customers import reach
from formsvc.customers.duplicates.pairs import DuplicatePair, PairState
from formsvc.customers.models import Customer
from formsvc.lists import is_among
from formsvc.staff.models import GRANTS, Permission, Staff


class Key(NamedTuple):
    """The place of a pair in the list."""

    weight: int
    id: int


@dataclass(frozen=True)
class Shown:
    """A pair, and its two customers, the older first; None where one is not the reader's to see."""

    pair: DuplicatePair
    older: Customer | None
    newer: Customer | None

    @property
    def key(self) -> Key:
        return Key(self.pair.weight, self.pair.id)

    @property
    def is_whole(self) -> bool:
        return self.older is not None and self.newer is not None


def page(session: Session, reader: Staff, state: PairState, after: Key | None, count: int) -> list[Shown]:
    """Up to `count` pairs in `state` after `after` of which `reader` sees one customer at least."""
    pairs = _live(select(DuplicatePair)).where(DuplicatePair.state == state, _is_seen_by(reader))
    if after:
        pairs = pairs.where(tuple_(DuplicatePair.weight, DuplicatePair.id) < tuple_(*after))
    ordered = pairs.order_by(DuplicatePair.weight.desc(), DuplicatePair.id.desc()).limit(count)
    return list(_shown(session, reader, session.scalars(ordered.options(joinedload(DuplicatePair.settler))).all()))


def find(session: Session, reader: Staff, id_: int) -> DuplicatePair | None:
    """The pair with that id, where `reader` may see both customers."""
    pair = session.scalar(_live(select(DuplicatePair)).where(DuplicatePair.id == id_))
    return pair if pair and all(shown.is_whole for shown in _shown(session, reader, [pair])) else None


def among(session: Session, numbers: Collection[str]) -> Iterable[DuplicatePair]:
    """The open pairs with a customer whose number is one of `numbers`, the strongest evidence first."""
    theirs = select(Customer.id).where(is_among(Customer.number, "numbers"))
    is_one = or_(DuplicatePair.older_id.in_(theirs), DuplicatePair.newer_id.in_(theirs))
    found = _live(select(DuplicatePair)).where(DuplicatePair.state == PairState.OPEN, is_one)
    both = joinedload(DuplicatePair.older), joinedload(DuplicatePair.newer)
    ordered = found.order_by(DuplicatePair.weight.desc(), DuplicatePair.id.desc()).options(*both)
    return session.scalars(ordered, {"numbers": list(numbers)})


def _live(pairs: Select[DuplicatePair]) -> Select[DuplicatePair]:
    """Without those of which one was merged into another customer."""
    older, newer = aliased(Customer), aliased(Customer)
    found = pairs.join(older, older.id == DuplicatePair.older_id).join(newer, newer.id == DuplicatePair.newer_id)
    return found.where(older.merged_into_id.is_(None), newer.merged_into_id.is_(None))


def _is_seen_by(reader: Staff) -> ColumnElement[bool]:
    """One who sees some customers only finds pairs by those, and not customers by all pairs."""
    if Permission.ALL_CUSTOMERS in GRANTS[reader.role]:
        return true()
    mine = select(DuplicatePair.id).where(reach.is_visible(reader.role, reader.id))
    by_each = (mine.join(Customer, Customer.id == side) for side in (DuplicatePair.older_id, DuplicatePair.newer_id))
    return DuplicatePair.id.in_(union(*by_each))


def _shown(session: Session, reader: Staff, pairs: Collection[DuplicatePair]) -> Iterator[Shown]:
    ids = {id_ for pair in pairs for id_ in (pair.older_id, pair.newer_id)}
    visible = reach.visible(reader).where(Customer.id.in_(ids)).options(joinedload(Customer.owner))
    seen = {customer.id: customer for customer in session.scalars(visible)} if ids else {}
    for pair in pairs:
        yield Shown(pair, seen.get(pair.older_id), seen.get(pair.newer_id))
