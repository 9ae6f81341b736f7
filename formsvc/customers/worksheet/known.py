"""What the record knows of the customers that a batch of rows may be: read by a few statements for all of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer, CustomerValue
from formsvc.customers.names import core
from formsvc.customers.worksheet.checking import CheckedRow


@dataclass
class Held:
    """What is held of a customer by field, when the customer confirmed it, and all that was ever held."""

    values: dict[str, Any] = field(default_factory=dict)
    verified: dict[str, datetime] = field(default_factory=dict)
    before: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))


class Known:
    """The customers that `rows` may be. Who makes or changes one says so by `add`."""

    def __init__(self, session: Session, rows: Sequence[CheckedRow]) -> None:
        self._session = session
        self._numbered: dict[str, Customer] = {}
        self._named: dict[str, list[Customer]] = defaultdict(list)
        self._held: dict[int, Held] = {}
        numbers = {row.number for row in rows if row.number}
        cores = {_core(row) for row in rows}
        wanted = or_(Customer.number.in_(numbers), Customer.name_core.in_(cores))
        for customer in session.scalars(select(Customer).where(wanted).order_by(Customer.id)):
            self.add(customer)

    def add(self, customer: Customer) -> None:
        """The customer is planned, was made or was changed: the next rows find it as it is now."""
        if customer.number:
            self._numbered[customer.number] = customer
        named = self._named[customer.name_core]
        if customer.merged_into_id is None and customer not in named:
            named.append(customer)
        self._held.pop(customer.id, None)

    def numbered(self, row: CheckedRow) -> Customer | None:
        """The customer whose number the row gives, or the one that it was merged into (M26)."""
        customer = self._numbered.get(row.number or "")
        while customer and customer.merged_into_id:
            customer = self._session.get_one(Customer, customer.merged_into_id)
        return customer

    def find(self, row: CheckedRow) -> Customer | None:
        """The row's customer: by its number, else by the same name with the same mobile or mail.

        Two worksheets may give one number to two customers: then the number says nothing, and is taken off the row.
        """
        customer = self.numbered(row)
        if customer and (is_same(customer, row) or is_same(self._numbered[row.number or ""], row)):
            return customer
        if customer:
            row.number = None
        if row.number:
            return None
        name = row.text("basic.full_name")
        found = (customer for customer in self._named[_core(row)] if customer.name == name)
        return next((customer for customer in found if _is_reached_alike(customer, row)), None)

    def read(self, customers: Iterable[Customer]) -> None:
        """Read what is held of all `customers` at once."""
        contacts = {customer.id: customer.primary_contact for customer in customers if customer.id not in self._held}
        if not contacts:
            return
        self._held.update((id_, Held()) for id_ in contacts)
        columns = (
            CustomerValue.customer_id, CustomerValue.contact, CustomerValue.field, CustomerValue.value,
            CustomerValue.until, CustomerValue.verified_at,
        )  # fmt: skip
        worded = CustomerValue.secret.is_(None)  # a worksheet has no column for what is encrypted
        whose = self._merged_into(contacts)
        rows = select(*columns).where(CustomerValue.customer_id.in_(whose), worded)
        for row in self._session.execute(rows):
            held = self._held[whose[row.customer_id]]
            held.before[row.field].append(row.value)
            is_own = row.customer_id in contacts
            if is_own and row.until is None and row.contact in (0, contacts[row.customer_id]):
                held.values[row.field] = row.value
                if row.verified_at:
                    held.verified[row.field] = row.verified_at

    def held(self, customer: Customer) -> Held:
        self.read([customer])
        return self._held[customer.id]

    def _merged_into(self, ids: Iterable[int]) -> dict[int, int]:
        """Into which of the customers with these ids each of them, and each record that became a part, was merged."""
        found = {id_: id_ for id_ in ids}
        parts = list(found)
        while parts:
            merged = select(Customer.id, Customer.merged_into_id).where(Customer.merged_into_id.in_(parts))
            new = {row.id: found[row.merged_into_id] for row in self._session.execute(merged)}
            found.update(new)
            parts = list(new)
        return found


def is_same(customer: Customer, row: CheckedRow) -> bool:
    """A customer may have changed its name, or its phone and mail, but not all at once."""
    return (
        _core(row) == customer.name_core
        or (customer.mobile is not None and customer.mobile == row.text("contacts.mobile"))
        or (customer.email is not None and customer.email == row.text("contacts.email"))
    )


def _is_reached_alike(customer: Customer, row: CheckedRow) -> bool:
    """By a mobile or a mail that both have, or by none at all."""
    mobile, email = row.text("contacts.mobile"), row.text("contacts.email")
    if not mobile and not email:
        return customer.mobile is None and customer.email is None
    return bool((mobile and customer.mobile == mobile) or (email and customer.email == email))


def _core(row: CheckedRow) -> str:
    return core(row.text("basic.full_name") or "")[:200]
