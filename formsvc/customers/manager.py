"""Who answers for a customer, as mail and pages name them to the customer."""

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _

from formsvc.customers.models import Customer


@dataclass(frozen=True)
class Contact:
    name: str
    email: str
    phone: str | None = None


def organisation() -> Contact:
    """Whom to ask where no account manager is known, in the language of the page or mail."""
    config = current_app.extensions["config"]
    return Contact(config.organisation or _("Customer service"), config.mail.sender)


def manager_of(customer: Customer) -> Contact:
    """The customer's account manager, else the organisation."""
    owner = customer.owner if customer.owner and customer.owner.active else None
    return manager_named(owner and owner.name, owner and owner.email, owner and owner.phone)


def manager_named(name: str | None, email: str | None, phone: str | None) -> Contact:
    """An active manager by name, address and phone, else the organisation."""
    return Contact(name, email, phone) if name and email else organisation()
