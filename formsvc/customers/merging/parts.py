"""A record that is a part of another one from now on, or a customer again: what the rooms below do about it (M26)."""

from collections.abc import Callable

from flask import current_app
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer

# What is called within the transaction: the application's extension "customer-parts"
Heed = Callable[[Session, Customer, Customer], None]


def belongs(session: Session, part: Customer, whole: Customer) -> None:
    """What is about `part` belongs to `whole` from now on: the record that it was merged into, or itself."""
    session.flush()
    heeding: list[Heed] = current_app.extensions["customer-parts"]
    for heed in heeding:
        heed(session, part, whole)
