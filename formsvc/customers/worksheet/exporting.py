"""The master record as a worksheet: the columns of M41, in the words that an import reads."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.held import is_held, of_whom
from formsvc.customers.models import Customer, CustomerValue
from formsvc.customers.worksheet.columns import Column
from formsvc.fields import TYPES

PAGE = 500


def rows(session: Session, columns: Sequence[Column]) -> Iterator[list[str]]:
    """One row for each customer, oldest first."""
    last = 0
    customers = select(Customer).where(Customer.merged_into_id.is_(None)).order_by(Customer.id).limit(PAGE)
    while page := session.scalars(customers.where(Customer.id > last)).all():
        values = _values(session, [customer.id for customer in page])
        for customer in page:
            yield [_cell(column, customer, values) for column in columns]
        last = page[-1].id


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
