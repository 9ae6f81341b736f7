"""Make a record by hand: from a business card, or after a call (M26)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import colleagues, creating, reach
from formsvc.customers.duplicates import alike as duplicates
from formsvc.customers.duplicates.alike import Alike
from formsvc.customers.duplicates.apart import tell_apart
from formsvc.customers.editing import verbs as editing
from formsvc.customers.entering.fields import OF_CONTACT
from formsvc.customers.models import Audience, Channel, Customer, Origin, Situation
from formsvc.customers.record import Source
from formsvc.db import take_turns
from formsvc.fields import Value
from formsvc.staff.models import Staff

TURNS = 0x456E7465  # of all who make a record by hand: of two at once, the second sees what the first made
ENTERED = "customer.entered"


class ProbablyKnown(Exception):
    """The customer may be there already: as one of `candidates`, of whom not all were looked at."""

    def __init__(self, candidates: list[Alike]) -> None:
        super().__init__(len(candidates))
        self.candidates = candidates


class NotTheirColleague(ValueError):
    """A customer is given to the own team only."""


@dataclass(frozen=True)
class Card:
    """A customer to be made, for the colleague with the id `owner`. `form` marks the form that it was typed into, and
    `confirmed` names the candidates that are other customers, as `name_of` does, for the reason `other`.
    """

    audience: Audience
    values: Mapping[str, Value]
    channel: Channel
    owner: int
    form: str = ""
    confirmed: frozenset[str] = frozenset()
    other: str = "another customer"


def enter(session: Session, card: Card, who: Staff, now: datetime) -> str:
    """The number of the new customer; a form that comes twice makes one customer.

    The candidates that were looked at are no pairs with it. Those whom `who` may not see are left to who may.
    Raises ProbablyKnown, NotTheirColleague.
    """
    if colleagues.find(session, who, card.owner) is None:
        raise NotTheirColleague(card.owner)
    take_turns(session, TURNS)
    subject = f"entry:{who.id}:{card.form}"
    if card.form and (number := _entered(session, subject)):
        return number
    found = candidates(session, card, who)
    if {name_of(each) for each in found} - card.confirmed:
        raise ProbablyKnown(found)
    customer = creating.create(
        session, card.values, Source(Origin.ENTRY, who.id, channel=card.channel), now,
        audience=card.audience, situation=Situation.of(card.values), owner_id=card.owner, actor=who.actor,
    )  # fmt: skip
    looked_at = select(Customer.id).where(Customer.number.in_([each.number for each in found if each.number]))
    tell_apart(session, customer, session.scalars(looked_at).all(), who, card.other, now)
    audit.record(session, who.actor, ENTERED, subject, now, customer=customer.number)
    return customer.number


def add_contact(session: Session, card: Card, customer: Customer, who: Staff, reason: str, now: datetime) -> None:
    """The person on the card is one more contact of `customer`; a form that comes twice makes one contact.

    Raises as `editing.verbs.add_contact` does.
    """
    take_turns(session, TURNS)
    subject = f"entry:{who.id}:{card.form}"
    if card.form and _entered(session, subject):
        return
    said = {key: value for key, value in card.values.items() if key in OF_CONTACT}
    editing.add_contact(session, customer, said, who, reason, card.channel, customer.version, now)
    audit.record(session, who.actor, ENTERED, subject, now, customer=customer.number)


def candidates(session: Session, card: Card, who: Staff) -> list[Alike]:
    """The customers that this one may be; those whom `who` may not see have no name."""
    return duplicates.alike(session, card.values, visible=reach.visible(who), audience=card.audience)


def name_of(candidate: Alike) -> str:
    """What a form says of a candidate that was looked at; of one who may not be seen, why it is one."""
    return candidate.number or "-".join(("", *candidate.evidence))


def _entered(session: Session, subject: str) -> str | None:
    """The number of the customer that a form became, or became a contact of."""
    fact = audit.AuditFact
    detail = session.scalar(select(fact.detail).where(fact.subject == subject, fact.action == ENTERED))
    return detail["customer"] if detail else None
