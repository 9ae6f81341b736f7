"""The master record as a worksheet: the columns of M41, in the words that an import reads."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from formsvc.customers.held import is_held, of_whom
from formsvc.customers.models import Customer, CustomerValue
from formsvc.customers.worksheet.columns import Column
from formsvc.fields import TYPES

PAGE = 500


def rows(session: Session, customers: Select[Customer], columns: Sequence[Column]) -> Iterator[list[str]]:
    """One row for each of `customers`, oldest first.

    Between pages the session reads anew: a long export holds up nobody.
    """
    last = 0
    while page := session.scalars(customers.where(Customer.id > last).order_by(Customer.id).limit(PAGE)).all():
        values = _values(session, [customer.id for customer in page])
        cells = [[_cell(column, customer, values) for column in columns] for customer in page]
        last = page[-1].id
        session.rollback()
        yield from cells


def _values(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], CustomerValue]:
    """What is held of these customers and their primary contacts."""
    held = select(CustomerValue).join(Customer).where(Customer.id.in_(ids), is_held(Customer.id))
    rows = session.scalars(held.where(of_whom(Customer.primary_contact)))
    return {(row.customer_id, row.field): row for row in rows}


def _cell(column: Column, customer: Customer, values: dict[tuple[int, str], CustomerValue]) -> str:
    if column.field is None:
        return customer.number
    row = values.get((customer.id, column.field.key))
    return TYPES[column.field.type].write(row.value, column.field) if row and row.value is not None else ""
