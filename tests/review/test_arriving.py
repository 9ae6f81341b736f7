"""What is known of the address that a thank-you goes to (M17, M27)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.mail import outbox
from formsvc.mail.models import MailState, OutboxMessage
from formsvc.review.arriving import Known, known
from formsvc.submissions import addresses
from formsvc.submissions.models import Address, Submission
from tests.factories import ENTERPRISE, customer, invitation, submission
from tests.installation import NOW

HELD, NEW = str(ENTERPRISE["contacts.email"]), "wei@example.com"


def answered(session: Session) -> Submission:
    return submission(session, values={**ENTERPRISE, "contacts.email": NEW})


def refuse(session: Session, address: str) -> None:
    for row in session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == address)):
        row.state, row.last_error = MailState.FAILED, outbox.REFUSED[0]


@pytest.mark.parametrize(
    ("address", "is_confirmed", "is_refused", "said"),
    [
        (HELD, False, False, Known.HELD),
        (HELD, False, True, Known.REFUSED),
        (NEW, False, False, Known.UNCONFIRMED),
        (NEW, True, False, Known.CONFIRMED),
        (NEW, False, True, Known.REFUSED),
        (NEW, True, True, Known.CONFIRMED),  # who reads there has said so
        ("third@example.com", True, False, Known.UNCONFIRMED),  # the reviewer worded it
    ],
)
def test_what_is_known(session: Session, address: str, is_confirmed: bool, is_refused: bool, said: Known) -> None:
    made = answered(session)
    if is_confirmed:
        addresses.confirm(session, session.scalars(select(Address)).one(), NOW)
    if is_refused:
        refuse(session, address)
    assert known(session, made.invitation.customer, address) is said


def test_an_address_stays_unconfirmed_when_it_is_held(session: Session) -> None:
    asked = answered(session).invitation.customer
    asked.email = NEW
    assert known(session, asked, NEW) is Known.UNCONFIRMED


def test_what_others_confirmed_says_nothing_of_this_customer(session: Session) -> None:
    answered(session)
    addresses.confirm(session, session.scalars(select(Address)).one(), NOW)
    other = invitation(session, customer(session, values={"contacts.name": "王伟"})).customer
    assert known(session, other, NEW) is Known.UNCONFIRMED
