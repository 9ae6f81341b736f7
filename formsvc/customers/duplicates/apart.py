"""Customers whom somebody told apart before a worker could find that they are a pair (M26)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from formsvc.customers.duplicates import looking, pairs
from formsvc.customers.duplicates.evidence import Found, compared
from formsvc.customers.duplicates.pairs import DuplicatePair, PairState
from formsvc.customers.models import Customer
from formsvc.staff.models import Staff


def tell_apart(
    session: Session, customer: Customer, others: Collection[int], who: Staff, reason: str, now: datetime
) -> None:
    """The customers with the ids `others` are not `customer`, for that `reason`: pairs with them are settled.

    Where nothing speaks for a pair there is none. One that was settled before stays as it is. Raises ReasonMissing.
    """
    known = looking.known(session, {customer.id, *others})
    held = _held(session, customer, others)
    for id_ in sorted(set(others) & set(known)):
        why = compared(known[customer.id].known, known[id_].known)
        pair = held.get(id_)
        if why.evidence and pair is None:
            pair = _found(session, customer.id, id_, why, now)
        if pair and pair.state is PairState.OPEN:
            pairs.settle(session, pair, who, reason, now)


def _held(session: Session, customer: Customer, others: Collection[int]) -> dict[int, DuplicatePair]:
    """The pairs that are there, by the id of the other one."""
    pair = DuplicatePair
    with_one = or_(
        (pair.older_id == customer.id) & pair.newer_id.in_(others),
        (pair.newer_id == customer.id) & pair.older_id.in_(others),
    )
    found = session.scalars(select(pair).where(with_one).with_for_update())
    return {each.newer_id if each.older_id == customer.id else each.older_id: each for each in found}


def _found(session: Session, one: int, other: int, why: Found, now: datetime) -> DuplicatePair:
    pair = DuplicatePair(
        older_id=min(one, other), newer_id=max(one, other), found_at=now, state=PairState.OPEN, **why.columns
    )  # fmt: skip
    session.add(pair)
    session.flush()
    return pair
