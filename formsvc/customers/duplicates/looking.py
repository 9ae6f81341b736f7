"""Records by their marks, in statements that cost what they find, however many records there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from formsvc.customers.duplicates.evidence import KINDS, Known, company
from formsvc.customers.finding.marking import CustomerMark
from formsvc.customers.finding.marks import Kind, Mark
from formsvc.customers.models import Customer
from formsvc.lists import items_of
from formsvc.statements import Statement
from formsvc.web.urls import MAX_ID

_marks, _customers = (model.metadata.tables[model.__tablename__] for model in (CustomerMark, Customer))
_wanted = items_of("wanted")
_kind, _text = _wanted.c.value[0].as_string(), _wanted.c.value[1].as_string()
_has = _marks.c.kind == _kind, _marks.c.text == _text


_first = select(_marks.c.customer_id).where(*_has).correlate(_wanted).limit(bindparam("most")).subquery()
_counted = select(func.count()).select_from(_first).scalar_subquery()
_COUNTS = Statement(select(_kind.label("kind"), _text.label("text"), _counted.label("count")))
_others = _marks.alias()
_too_many = (
    select(_others.c.customer_id)
    .where(_others.c.kind == _kind, _others.c.text == _text)
    .correlate(_wanted)
    .order_by(_others.c.customer_id)
    .limit(1)
    .offset(bindparam("most"))
    .scalar_subquery()
)
_HOLDERS = Statement(
    select(_kind.label("kind"), _text.label("text"), _marks.c.customer_id)
    .select_from(_wanted)
    .join(_marks, and_(*_has, _marks.c.customer_id < func.coalesce(_too_many, MAX_ID)))
)
_own = _marks.alias()
_own_name = select(_own.c.text).where(_own.c.customer_id == _marks.c.customer_id, _own.c.kind == Kind.OWN)
_NAMESAKES = Statement(  # not by a join: SQLite would begin with all own names
    select(
        _kind.label("kind"), _text.label("text"), _marks.c.customer_id, _customers.c.name,
        _own_name.scalar_subquery().label("own"),
    )
    .select_from(_wanted)
    .join(_marks, and_(*_has, _marks.c.customer_id < func.coalesce(_too_many, MAX_ID)))
    .join(_customers, _customers.c.id == _marks.c.customer_id)
)  # fmt: skip
_ids, _is_evidence = items_of("ids"), or_(*(_marks.c.kind == kind for kind in KINDS.values()))
_KNOWN = Statement(
    select(_customers.c.id, _customers.c.number, _customers.c.name, _customers.c.audience, _marks.c.kind, _marks.c.text)
    .select_from(_ids)
    .join(_customers, _customers.c.id == _ids.c.value[0].as_integer())
    .join(_marks, and_(_marks.c.customer_id == _customers.c.id, _is_evidence), isouter=True)
    .where(_customers.c.merged_into_id.is_(None))
)


@dataclass(frozen=True)
class Other:
    """A customer as a person would name it, and what is known of it."""

    number: str
    name: str
    known: Known


class Namesake(NamedTuple):
    """A company by its name, and its own name in that."""

    id: int
    name: str
    own: str


def counts(session: Session, wanted: Collection[Mark], most: int) -> dict[Mark, int]:
    """How many customers have each of the marks; counted up to `most`."""
    rows = _COUNTS.all(session.connection(), {"wanted": sorted(wanted), "most": most}) if wanted else ()
    return {Mark(Kind(row.kind), row.text): row.count for row in rows}


def holders(session: Session, wanted: Collection[Mark], most: int) -> dict[Mark, list[int]]:
    """The ids of the oldest customers who have each of the marks, up to `most`."""
    found: dict[Mark, list[int]] = defaultdict(list)
    if wanted:
        session.flush()
        for row in _HOLDERS.all(session.connection(), {"wanted": sorted(wanted), "most": most}):
            found[Mark(Kind(row.kind), row.text)].append(row.customer_id)
    return found


def namesakes(session: Session, wanted: Collection[Mark], most: int) -> dict[Mark, list[Namesake]]:
    """The oldest companies that have each of the marks, up to `most`."""
    found: dict[Mark, list[Namesake]] = defaultdict(list)
    if wanted:
        for row in _NAMESAKES.all(session.connection(), {"wanted": sorted(wanted), "most": most}):
            if row.own:
                found[Mark(Kind(row.kind), row.text)].append(Namesake(row.customer_id, row.name, row.own))
    return found


def known(session: Session, ids: Iterable[int]) -> dict[int, Other]:
    """The customers with these ids, but those that were merged into others."""
    told, held = {}, defaultdict[int, set[Mark]](set)
    if not (wanted := sorted(ids)):
        return {}
    session.flush()
    for row in _KNOWN.all(session.connection(), {"ids": [[id_] for id_ in wanted]}):
        told[row.id] = row.number, row.name, company(row.name, row.audience)
        if row.kind:
            held[row.id].add(Mark(row.kind, row.text))
    return {id_: Other(number, name, Known(own, frozenset(held[id_]))) for id_, (number, name, own) in told.items()}


def among(session: Session, visible: Select[Customer], ids: Collection[int]) -> set[int]:
    """Those of `ids` whose customers are among `visible`."""
    mine = visible.with_only_columns(Customer.id).where(Customer.id.in_(ids))
    return set(session.scalars(mine)) if ids else set()
