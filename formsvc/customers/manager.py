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
    return account_manager(customer) or organisation()


def account_manager(customer: Customer) -> Contact | None:
    """The customer's account manager, while the account is active."""
    owner = customer.owner
    return Contact(owner.name, owner.email, owner.phone) if owner and owner.active else None
