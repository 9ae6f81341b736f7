"""Send a code to the invited address, take it, and remember who brought it (M11)."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask import session as cookie
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.submissions import proof
from formsvc.submissions.codes import SENT, TooMany
from formsvc.submissions.models import Code
from tests.factories import customer, invitation, staff_account
from tests.installation import NOW
from tests.proving import code_in, sent, wrong


def facts(session: Session, subject: str) -> list[tuple[str, str]]:
    session.flush()
    rows = select(audit.AuditFact.actor, audit.AuditFact.action).where(audit.AuditFact.subject == subject)
    return [(row.actor, row.action) for row in session.execute(rows.order_by(audit.AuditFact.id))]


def test_the_code_goes_to_the_invited_address_from_the_manager(session: Session) -> None:
    made = invitation(session)
    proof.send_code(session, made, "en", NOW)
    session.execute(delete(Code))  # as retention does: the next row may get the id of one that was removed
    proof.send_code(session, made, "en", NOW + timedelta(seconds=1))
    first, second = sent(session, "code")
    assert {first.recipient, second.recipient} == {"zhangmin@example.com"}
    assert (first.subject, first.sender_name) == (made.subject, "李强")
    assert first.reply_to
    assert not proof.prove(session, made, wrong(code_in(second)), NOW)
    assert proof.prove(session, made, code_in(second), NOW)
    said = [("system", "invitation.issued"), *[(made.customer.subject, "invitation.code_sent")] * 2]
    assert facts(session, made.subject) == [*said, (made.customer.subject, "invitation.proved")]


def test_guessing_oracle_where_no_address_is_held_all_is_counted_alike(session: Session) -> None:
    made = invitation(session, customer(session, staff_account(session), values={"contacts.email": None}))
    for _ in range(SENT):
        proof.send_code(session, made, "en", NOW)
    with pytest.raises(TooMany):
        proof.send_code(session, made, "en", NOW)
    assert sent(session, "code") == []
    assert len(session.scalars(select(Code)).all()) == SENT
    assert len(facts(session, made.subject)) == 1 + SENT


def test_a_proof_is_remembered_for_twelve_hours(sqlite_app: Flask, clock: time_machine.Traveller) -> None:
    with sqlite_app.test_request_context():
        assert not proof.is_proved(1, 1)
        proof.remember(1, 1)
        assert [proof.is_proved(*link) for link in ((1, 1), (1, 2), (2, 1))] == [True, False, False]
        clock.shift(proof.LASTS - timedelta(seconds=1))
        assert proof.is_proved(1, 1)
        clock.shift(1)
        assert not proof.is_proved(1, 1)


def test_a_browser_remembers_few_links(sqlite_app: Flask, clock: time_machine.Traveller) -> None:
    with sqlite_app.test_request_context():
        for number in range(100, 90, -1):
            proof.remember(number, 1)
            clock.shift(1)
        proof.remember(92, 2)
        assert len(cookie[proof.PROVED]) == proof.MOST
        assert [proof.is_proved(number, 1) for number in (100, 91)] == [False, True]
        assert proof.is_proved(92, 2)


def test_a_reader_is_named_by_a_post_only(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context(method="GET"):
        assert proof.reader_key() == proof.NOBODY
        assert not cookie
    with sqlite_app.test_request_context(method="POST"):
        key = proof.reader_key()
        assert key
        assert len(key) == 32
        assert proof.reader_key() == key
