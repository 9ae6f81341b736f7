"""A record that nobody is asked about any more: what the rooms below do about it, and why it may have to wait."""

from collections.abc import Callable
from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer
from formsvc.staff.models import Staff

# What is called within the transaction, in this order: the application's extension "customer-ends"
End = Callable[[Session, Customer, Staff, datetime], None]
# What knows of answers that somebody waits for: the application's extension "customer-waits"
Wait = Callable[[Session, Customer], "StillWaiting | None"]


class StillWaiting(Exception):
    """Answers of the customer wait for a review, or were returned to the customer and did not come back yet."""

    def __init__(self, submission_id: int, is_returned: bool) -> None:
        super().__init__(submission_id)
        self.submission_id, self.is_returned = submission_id, is_returned


def waits(session: Session, customer: Customer) -> StillWaiting | None:
    """Why the record cannot go yet."""
    asked: list[Wait] = current_app.extensions["customer-waits"]
    return next(filter(None, (ask(session, customer) for ask in asked)), None)


def end(session: Session, customer: Customer, who: Staff, now: datetime) -> None:
    """Have the open links of `customer` die. The record is locked by then. Raises StillWaiting."""
    if waiting := waits(session, customer):
        raise waiting
    heeding: list[End] = current_app.extensions["customer-ends"]
    for heed in heeding:
        heed(session, customer, who, now)
