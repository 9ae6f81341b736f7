"""The marks of every record: kept by each change of what leaves marks, in two statements, and nothing else."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    and_,
    bindparam,
    delete,
    insert,
    literal,
    not_,
    select,
)  # fmt: skip
from sqlalchemy.orm import Mapped, Session, mapped_column

from formsvc.crypto import blind_index
from formsvc.customers.finding.marks import CONTACT_NAME, FIELDS, ID_NUMBER, Kind, Mark, marks
from formsvc.customers.models import Contact, Customer, CustomerValue
from formsvc.db import Base, one_of
from formsvc.lists import is_among, items_of
from formsvc.statements import Statement

BYTEWISE = String(200).with_variant(String(200, collation="C"), "postgresql")  # what begins alike stands together


class CustomerMark(Base):
    """One mark of a customer: `(kind, text)` finds all who have it, and a range of texts all whose text begins so."""

    __tablename__ = "customer_marks"
    __table_args__ = (Index(None, "customer_id", "kind", "text"), {"sqlite_with_rowid": False})

    kind: Mapped[Kind] = mapped_column(one_of(Kind), primary_key=True)
    text: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)


_marks, _values, _contacts = (
    model.metadata.tables[model.__tablename__] for model in (CustomerMark, CustomerValue, Contact)
)
_given = items_of("marks")
_kind, _text = _given.c.value[0].as_string(), _given.c.value[1].as_string()
_mine = _marks.c.customer_id == bindparam("customer")
_same = and_(_marks.c.kind == _kind, _marks.c.text == _text)
_COLUMNS = "kind", "text", "customer_id"
_BEGIN = Statement(insert(_marks).from_select(_COLUMNS, select(_kind, _text, _given.c.value[2].as_integer())))
_ADD = Statement(
    insert(_marks).from_select(
        _COLUMNS,
        select(_kind, _text, bindparam("customer", type_=Integer())).where(
            not_(select(literal(1)).select_from(_marks).where(_mine, _same).correlate(_given).exists())
        ),
    )
)
_DROP = Statement(
    delete(_marks).where(
        _mine, not_(is_among(_marks.c.kind, "kept")),
        not_(select(literal(1)).select_from(_given).where(_same).correlate(_marks).exists()),
    )
)  # fmt: skip
_whose = and_(_contacts.c.customer_id == _values.c.customer_id, _contacts.c.number == _values.c.contact)
_held = _values.c.customer_id == bindparam("customer"), _values.c.until.is_(None)
_SAID = Statement(
    select(_values.c.field, _values.c.value, _contacts.c.left_at)
    .join(_contacts, _whose, isouter=True)
    .where(*_held, _contacts.c.removed_at.is_(None), is_among(_values.c.field, "fields"))
)
_ID = Statement(select(_values.c.value, _values.c.secret).where(*_held, _values.c.field == ID_NUMBER))


def begin(session: Session, new: Iterable[tuple[Customer, Mapping[str, Any]]]) -> None:
    """The marks of customers who are new, each with the values that are held of it."""
    found = [
        (*mark, customer.id)
        for customer, values in new
        for mark in _with_due(customer, marks(customer.number, customer.audience, values.items(), blind_index))
    ]
    _BEGIN.run(session.connection(), {"marks": sorted(found)})


def refresh(session: Session, customer: Customer, changed: Collection[str] = FIELDS) -> None:
    """The marks of what is held now, where the fields `changed` leave some; of a record that was merged none.

    What is held encrypted leaves none, but for the ID number; that is read only where it changed: it needs a key.
    """
    if FIELDS.isdisjoint(changed):
        return
    session.flush()
    connection, is_merged = session.connection(), customer.merged_into_id is not None
    said = _said(connection, customer, ID_NUMBER in changed)
    found = () if is_merged else marks(customer.number, customer.audience, said, blind_index)
    kept = [Kind.DUE] if is_merged or ID_NUMBER in changed else [Kind.DUE, Kind.ID]
    given = {"customer": customer.id, "marks": _with_due(customer, found)}
    _DROP.run(connection, {**given, "kept": kept})
    _ADD.run(connection, given)


def _said(connection: Connection, customer: Customer, with_id: bool) -> Iterator[tuple[str, Any]]:
    """What is held of the customer and all its contacts; of one who left only the name."""
    whose = {"customer": customer.id}
    for row in _SAID.all(connection, {**whose, "fields": list(FIELDS - {ID_NUMBER})}):
        if row.left_at is None or row.field == CONTACT_NAME:
            yield row.field, row.value
    if with_id:
        yield from ((ID_NUMBER, row.value if row.secret is None else row.secret) for row in _ID.all(connection, whose))


def _with_due(customer: Customer, found: Iterable[Mark]) -> list[Mark]:
    """With the one that says that the record is to be compared with others (`comparing`)."""
    return sorted({*found, Mark(Kind.DUE, str(customer.version))})
