"""Whether a thank-you will arrive: what is known of the address that it goes to (M17, M27)."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer
from formsvc.invitations.models import Invitation
from formsvc.mail.outbox import refused
from formsvc.submissions.models import Address, AddressKind


class Known(StrEnum):
    """CONFIRMED by who reads there; REFUSED, as a mail of ours was; UNCONFIRMED, where it is new; else HELD."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    HELD = "held"


def known(session: Session, customer: Customer, address: str) -> Known:
    """What is known of a mail address of `customer`, be it held already or only accepted so far."""
    entered = Address.kind == AddressKind.EMAIL, Address.address == address, Invitation.customer_id == customer.id
    confirmed = session.scalars(select(Address.confirmed_at).join(Invitation).where(*entered)).all()
    if any(confirmed):
        return Known.CONFIRMED
    if refused(session, [address]):
        return Known.REFUSED
    return Known.UNCONFIRMED if confirmed or address != customer.email else Known.HELD
