"""Mail to the one who is asked: what every kind of it says of the invitation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.manager import Contact, account_manager, organisation
from formsvc.invitations import forms, links
from formsvc.invitations.models import Invitation
from formsvc.mail.models import OutboxMessage
from formsvc.mail.outbox import Message, put
from formsvc.questionnaires.definition import Definition
from formsvc.questionnaires.verbs import DEFAULT_KEY, definition_of

CARRYING = "invitation"  # the kind of mail that carries the form; reminders only speak of it


@dataclass(frozen=True)
class About:
    """An invitation, as its mail names it. `manager` is None where the organisation answers for the customer.

    `form` names the XLSX form that was asked for with it.
    """

    id: int
    link_number: int
    customer: str
    contact: str | None
    email: str | None
    language: str
    manager: Contact | None
    definition: Definition
    deadline_on: date
    form: Mapping[str, Any] | None = None


def about(invitation: Invitation) -> About:
    customer = invitation.customer
    return About(
        invitation.id, invitation.link_number, customer.name, customer.contact, customer.email, customer.language,
        account_manager(customer), definition_of(invitation.version), invitation.deadline_on,
        forms.named(invitation.version_id, customer) if invitation.with_form else None,
    )  # fmt: skip


def post(
    session: Session,
    about: About,
    kind: str,
    step: str,
    now: datetime,
    language: str | None = None,
    recipient: str | None = None,
    subject: str | None = None,
    **context: Any,
) -> bool:
    """Queue a mail from the manager; False where it was queued before, or no address is held: see `letter`."""
    message = letter(about, kind, step, language, recipient, subject, **context)
    return message is not None and put(session, message, now)


def letter(
    about: About,
    kind: str,
    step: str,
    language: str | None = None,
    recipient: str | None = None,
    subject: str | None = None,
    **context: Any,
) -> Message | None:
    """A mail from the manager; None where no address is held.

    It goes to the customer, or to `recipient` (the number, for an SMS), in `language` or in the one that is held of the
    customer. Only an address that is held reads who the customer is: another may be a slip of the finger. `subject` is
    what the mail is about where that is not the invitation. `context` is JSON: what the templates of `kind` are given
    besides.
    """
    address, language = recipient or about.email, language or about.language
    if not address:
        return None
    manager, definition = about.manager or _organisation(language), about.definition
    names = {"name": about.customer, "contact": about.contact} if address == about.email else {}
    shared = {
        "customer": {**names, "has_manager": about.manager is not None},
        "manager": {"name": manager.name, "email": manager.email, "phone": manager.phone},
        "title": definition.title.in_(language),
        "is_other": is_other(definition),
        "why": definition.why.in_(language) if definition.why else "",
        "purpose": definition.privacy.purpose.in_(language),
        "reward": definition.reward.in_(language) if definition.reward else "",
        "deadline": about.deadline_on.isoformat(),
        "has_form": about.form is not None,
        "url": links.url(about.id, about.link_number),
    }
    return Message(
        kind=kind, subject=subject or f"invitation:{about.id}", step=step, recipient=address, language=language,
        context=shared | context, is_urgent=kind != "receipt", sender_name=manager.name, reply_to=manager.email,
        attachment=about.form if kind == CARRYING else None,
    )  # fmt: skip


def sent_to(session: Session, invitations: Collection[Invitation]) -> dict[int, str]:
    """The address that each invitation's present link was mailed to, by the invitation's id."""
    links_of = {(f"invitation:{each.id}", f"link-{each.link_number}"): each.id for each in invitations}
    sent = OutboxMessage.kind == CARRYING, OutboxMessage.subject.in_([subject for subject, _ in links_of])
    rows = select(OutboxMessage.subject, OutboxMessage.step, OutboxMessage.recipient).where(*sent)
    found = session.execute(rows).all() if invitations else []
    return {links_of[subject, step]: address for subject, step, address in found if (subject, step) in links_of}


def is_other(definition: Definition) -> bool:
    """Whether mail must not speak of checking details: it asks otherwise than the first questionnaire."""
    return definition.key != DEFAULT_KEY


def _organisation(language: str) -> Contact:
    with force_locale(language):
        return organisation()
