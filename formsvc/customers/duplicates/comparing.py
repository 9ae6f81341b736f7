"""Compare records whose marks changed with all others, some at a time: a change waits for nobody's comparison.

An import of 100,000 rows leaves as many marks of the kind `due`; workers take them off, and the pairs grow meanwhile.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import delete, or_, select, tuple_
from sqlalchemy.orm import Session

from formsvc import queue
from formsvc.customers.duplicates import looking
from formsvc.customers.duplicates.alike import candidates
from formsvc.customers.duplicates.evidence import Found, compared, is_news
from formsvc.customers.duplicates.looking import Other
from formsvc.customers.duplicates.pairs import DuplicatePair, PairState
from formsvc.customers.finding.marking import CustomerMark
from formsvc.customers.finding.marks import Kind
from formsvc.db import insert_into, transaction
from formsvc.web.show import now as clock

BATCH = 100  # customers of one transaction
AT_ONCE = 20  # batches, until other work has its turn
Ids: TypeAlias = tuple[int, int]  # of an older and a newer customer
MOST = 20  # customers with one mark that another one is paired with: the oldest


def compare_due(now: datetime | None = None) -> int:
    """Compare what is due, and wake a worker for the rest where there is more than a little; how many were compared."""
    done = 0
    for _ in range(AT_ONCE):
        with transaction() as session:
            count = compare(session, now or clock())
        done += count
        if count < BATCH:
            return done
    queue.wake()
    return done


def compare(session: Session, now: datetime) -> int:
    """Compare up to BATCH customers that are due with all others, and keep their pairs; how many.

    Pairs of two who have nothing in common any more are gone, unless a person settled them: that is remembered.
    """
    due = _take(session)
    if not due:
        return 0
    old = _pairs(session, due)
    others, candidates = _near(session, due, [id_ for pair in old.values() for id_ in (pair.older_id, pair.newer_id)])
    found = {}
    for id_, ids in candidates.items():
        for other in ids:
            why = compared(others[id_].known, others[other].known)
            if why.evidence:
                found[min(id_, other), max(id_, other)] = why
    _keep(session, old, _still(old, others) | found, now)
    return len(due)


def _take(session: Session) -> set[int]:
    """Customers that are due, and are no more: a record that changes meanwhile is due by another mark."""
    due = select(CustomerMark.kind, CustomerMark.text, CustomerMark.customer_id).where(CustomerMark.kind == Kind.DUE)
    ordered = due.order_by(CustomerMark.text, CustomerMark.customer_id).limit(BATCH).with_for_update(skip_locked=True)
    rows = [(kind, text, id_) for kind, text, id_ in session.execute(ordered)]
    if rows:
        key = tuple_(CustomerMark.kind, CustomerMark.text, CustomerMark.customer_id)
        session.execute(delete(CustomerMark).where(key.in_(rows)), execution_options={"synchronize_session": False})
    return {id_ for _, _, id_ in rows}


def _near(
    session: Session, due: Collection[int], more: Iterable[int]
) -> tuple[Mapping[int, Other], Mapping[int, set[int]]]:
    """All that are looked at, `more` among them, and for each that is due the others with a mark in common."""
    mine = looking.known(session, due)
    found = candidates(session, {id_: other.known for id_, other in mine.items()}, MOST)
    others = mine | looking.known(session, {*more, *(id_ for ids in found.values() for id_ in ids)} - set(mine))
    return others, {id_: {other for other in ids if other != id_ and other in others} for id_, ids in found.items()}


def _pairs(session: Session, ids: Collection[int]) -> dict[Ids, DuplicatePair]:
    theirs = or_(DuplicatePair.older_id.in_(ids), DuplicatePair.newer_id.in_(ids))
    found = session.scalars(select(DuplicatePair).where(theirs).order_by(DuplicatePair.id).with_for_update())
    return {(pair.older_id, pair.newer_id): pair for pair in found}


def _still(old: Mapping[Ids, DuplicatePair], others: Mapping[int, Other]) -> dict[Ids, Found]:
    """What speaks for the pairs that are known: of a crowd that shares a mark only some are looked up."""
    both = {ids: (others[ids[0]], others[ids[1]]) for ids in old if ids[0] in others and ids[1] in others}
    found = {ids: compared(one.known, other.known) for ids, (one, other) in both.items()}
    return {ids: why for ids, why in found.items() if why.evidence}


def _keep(
    session: Session, old: Mapping[Ids, DuplicatePair], found: Mapping[Ids, Found], now: datetime
) -> None:  # fmt: skip
    for ids, pair in old.items():
        if ids in found:
            _renew(pair, found[ids], now)
        elif pair.state is PairState.OPEN:
            session.delete(pair)
    session.flush()
    rows = [
        {"older_id": older, "newer_id": newer, "found_at": now, "state": PairState.OPEN, **why.columns}
        for (older, newer), why in sorted(found.items())
        if (older, newer) not in old
    ]
    if rows:  # another worker may have found the same
        session.execute(insert_into(session, DuplicatePair).on_conflict_do_nothing(), rows)


def _renew(pair: DuplicatePair, why: Found, now: datetime) -> None:
    """A settled pair stays settled unless there is more evidence than was judged."""
    if pair.state is PairState.DISTINCT and not is_news(why.evidence, pair.evidence):
        return
    if is_news(why.evidence, pair.evidence):
        pair.found_at = now
    pair.state = PairState.OPEN
    pair.settled_by = pair.settled_at = pair.reason = None
    for column, value in why.columns.items():
        if getattr(pair, column) != value:
            setattr(pair, column, value)
