"""What goes out while a form is filled in: codes, and mail about new addresses, from the customer's manager."""

from dataclasses import asdict
from typing import Any

from flask_babel import force_locale

from formsvc.customers.manager import manager_of
from formsvc.invitations.models import Invitation
from formsvc.mail.outbox import Message
from formsvc.questionnaires.verbs import definition_of


def letter(
    invitation: Invitation, kind: str, subject: str, step: str, recipient: str, language: str,
    *, is_held: bool, **context: Any,
) -> Message:  # fmt: skip
    """A message about `invitation` with that `context`, as JSON; `kind`, `subject` and `step` make it one of a kind.

    Only a `recipient` that is held reads who the customer is: a new address may be a slip of the finger.
    """
    customer, owner = invitation.customer, invitation.customer.owner
    with force_locale(language):
        manager = manager_of(customer)
    names = {"name": customer.name, "contact": customer.contact} if is_held else {}
    shared = {
        "customer": {**names, "has_manager": bool(owner and owner.active)},
        "manager": asdict(manager),
        "title": definition_of(invitation.version).title.in_(language),
    }
    return Message(
        kind=kind, subject=subject, step=step, recipient=recipient, language=language,
        context=shared | context, sender_name=manager.name, reply_to=manager.email,
    )  # fmt: skip
