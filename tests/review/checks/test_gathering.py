"""What the checks look at is read from the database, in a few statements (M21)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from formsvc.customers import reach
from formsvc.customers.duplicates.alike import Alike
from formsvc.customers.held import held_values
from formsvc.customers.models import Audience
from formsvc.mail import outbox
from formsvc.mail.models import OutboxMessage
from formsvc.review.checks import Seen, look
from formsvc.submissions import addresses
from formsvc.submissions.models import Address, Submission
from tests.factories import ENTERPRISE, customer, invitation, staff_account, submission
from tests.installation import NOW
from tests.review.checks.looking import names

NEW_MAIL = "zhang.min@example.cn"
OTHER: Mapping[str, Any] = {"basic.full_name": "苏州安达物流有限公司", "contacts.email": "anda@example.com"}
REFUSED = "SMTPRecipientsRefused"


def looked(session: Session, made: Submission, **more: Any) -> Seen:
    held = held_values(session, made.invitation.customer)
    return look(session, made, held, held, NOW.date(), **more)


def mail_fails(session: Session, recipient: str, error: str, final: bool = True) -> None:
    """One mail of ours to `recipient`, and what became of it."""
    message = outbox.Message("receipt", f"test:{recipient}:{error}", recipient, "zh_CN", {})
    outbox.put(session, message, NOW)
    rows = select(OutboxMessage).where(OutboxMessage.recipient == recipient, OutboxMessage.subject == message.subject)
    outbox.mark_failed(session, session.scalars(rows).one(), error, final, NOW)


def test_a_submission_is_looked_at_as_its_customer_is_asked(session: Session) -> None:
    answered = {**ENTERPRISE, "needs.term": "long"}
    seen = looked(session, submission(session, values=answered))
    assert (seen.answers, seen.held, seen.audience, seen.is_proved) == (answered, ENTERPRISE, "enterprise", True)
    assert "basic.uscc" in seen.fields
    assert seen.fields.keys().isdisjoint({"basic.id_number", "basic.bank_account", "history.since", "maintenance.tags"})
    assert (seen.alike, seen.unconfirmed, seen.undeliverable) == ((), frozenset(), frozenset())


def test_sensitive_answers_are_seen(session: Session) -> None:
    invited = invitation(session, customer(session, staff_account(session), Audience.INDIVIDUAL))
    made = submission(session, invited, secrets={"basic.id_number": "123"})
    seen = looked(session, made)
    assert seen.value("basic.id_number") == "123"
    assert "malformed" in names(seen)


def test_a_new_address_is_unconfirmed_until_somebody_there_confirms_it(session: Session) -> None:
    made = submission(session, values={**ENTERPRISE, "contacts.email": NEW_MAIL})
    assert looked(session, made).unconfirmed == {"contacts.email"}
    addresses.confirm(session, session.scalars(select(Address)).one(), NOW)
    session.expire_all()
    assert looked(session, made).unconfirmed == frozenset()


@pytest.mark.parametrize(
    ("error", "final", "found"),
    [
        (REFUSED, True, {"contacts.email"}),
        (REFUSED, False, set()),  # it is tried again
        ("Expired", True, set()),  # a code that nobody waits for says nothing of the address
        ("ConnectionRefusedError", True, set()),  # neither does our server
    ],
)
def test_an_address_that_refused_our_mail_is_undeliverable(
    session: Session, error: str, final: bool, found: set[str]
) -> None:
    made = submission(session, values={**ENTERPRISE, "contacts.email": NEW_MAIL})
    mail_fails(session, NEW_MAIL, error, final)
    mail_fails(session, "somebody.else@example.com", REFUSED)
    assert looked(session, made).undeliverable == found


def test_who_confirms_an_address_reads_there(session: Session) -> None:
    made = submission(session, values={**ENTERPRISE, "contacts.email": NEW_MAIL})
    mail_fails(session, NEW_MAIL, REFUSED)
    addresses.confirm(session, session.scalars(select(Address)).one(), NOW + timedelta(hours=1))
    session.expire_all()
    assert looked(session, made).undeliverable == frozenset()


def test_what_is_answered_is_compared_with_other_customers(session: Session) -> None:
    shared = {"basic.uscc": "914403001922038216", "contacts.mobile": "+8613912345678"}
    other = customer(session, values={**OTHER, **shared})
    seen = looked(session, submission(session, values={**ENTERPRISE, **shared, "contacts.email": None}))
    assert seen.alike == (Alike(other.number, other.name, ("code", "mobile")),)


def test_foreign_id_a_colleagues_customer_is_not_named(session: Session) -> None:
    mine = staff_account(session)
    customer(session, staff_account(session), values=OTHER)
    made = submission(session, invitation(session, customer(session, mine)))
    assert looked(session, made, visible=reach.visible(mine)).alike == (Alike(None, None, ("mobile",)),)


def test_to_look_costs_a_few_statements_however_many_are_alike(session: Session) -> None:
    mine = staff_account(session)
    made = submission(session, invitation(session, customer(session, mine)), {**ENTERPRISE, "contacts.email": NEW_MAIL})
    for _ in range(8):
        customer(session)
    assert made.invitation.version.number == 1  # read here
    held = held_values(session, made.invitation.customer)
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    seen = look(session, made, held, held, NOW.date(), reach.visible(mine))
    # New addresses, refused mail, who has the same, who has a similar name, who they are, and which may be named
    assert len(statements) == 6
    assert len(seen.alike) == 5
