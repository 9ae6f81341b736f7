"""The customers that a form of the list is about: those that are ticked, or all that match its filter."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from formsvc.customers import reach
from formsvc.customers.listing import reading as listing
from formsvc.customers.listing.filters import Asking
from formsvc.customers.models import Customer
from formsvc.fields import clean
from formsvc.staff.models import Staff

MOST = 500


def chosen(session: Session, reader: Staff, form: MultiDict[str, str], asking: Asking) -> list[Customer]:
    """At most MOST, in their order. What `reader` may not see is as if it did not exist."""
    if form.get("every"):
        return list(listing.every(session, reader, asking, MOST))
    return of_numbers(session, reader, form.getlist("numbers"))


def of_numbers(session: Session, reader: Staff, numbers: list[str]) -> list[Customer]:
    """The customers with those numbers that `reader` may see, in that order, at most MOST."""
    asked = list(dict.fromkeys(map(clean, numbers)))[:MOST]
    rows = session.scalars(reach.visible(reader).where(Customer.number.in_(asked)))
    found: Mapping[str, Customer] = {customer.number: customer for customer in rows}
    return [found[number] for number in asked if number in found]
