"""What goes wrong at the mail server: nothing is lost, nothing is hammered, one bad message stops no other."""

import socket
from asyncio import Transport
from datetime import timedelta
from smtplib import SMTP as SMTPClient
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Conversation
from sqlalchemy import select

from config import MailConfig
from formsvc.db import transaction
from formsvc.mail import delivery
from formsvc.mail.connection import Connection
from formsvc.mail.delivery import Delivered, deliver_due
from formsvc.mail.models import MailState, OutboxMessage
from formsvc.mail.outbox import LEASE
from tests.installation import NOW
from tests.mail.conftest import Mailing
from tests.mail.test_delivery import queue, rows
from tests.services import Mailbox


def errors() -> list[tuple[MailState, str | None, int]]:
    return [(row.state, row.last_error, row.attempts) for row in rows()]


def refuse(monkeypatch: pytest.MonkeyPatch, command: str, answer: str) -> None:
    """Have the server answer `command` so."""

    async def hook(*_given: Any) -> str:
        return answer

    monkeypatch.setattr(Mailbox, f"handle_{command}", hook, raising=False)


@pytest.mark.usefixtures("mail_app")
@pytest.mark.parametrize(
    ("command", "answer", "state", "error"),
    [
        ("DATA", "550 5.7.1 not wanted", MailState.FAILED, "SMTPDataError"),
        ("DATA", "451 4.3.0 later", MailState.QUEUED, "SMTPDataError"),
        ("RCPT", "550 5.1.1 nobody here", MailState.FAILED, "SMTPRecipientsRefused"),
        ("RCPT", "450 4.2.1 mailbox full", MailState.QUEUED, "SMTPRecipientsRefused"),
        ("MAIL", "530 5.7.0 sign in first", MailState.QUEUED, "SMTPSenderRefused"),  # mended in the settings
        ("MAIL", "421 4.3.2 going down", MailState.QUEUED, "SMTPSenderRefused"),
    ],
)
def test_a_refusal(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch, command: str, answer: str, state: MailState, error: str
) -> None:
    refuse(monkeypatch, command, answer)
    queue()
    assert deliver_due(NOW) == Delivered(failed=1)
    assert errors() == [(state, error, 1)]
    assert box.messages == []
    monkeypatch.undo()
    again = deliver_due(rows()[0].due_at)
    assert again.sent == len(box.messages) == (state is MailState.QUEUED)


@pytest.mark.usefixtures("mail_app")
@pytest.mark.parametrize("recipient", ["张敏@example.com", "a@b\r\nBcc: c@d", "a@" + "长" * 70 + ".cn"])
def test_a_recipient_that_cannot_be_stops_no_other(box: Mailbox, recipient: str) -> None:
    queue(3)
    with transaction() as session:
        second = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id).offset(1).limit(1)).one()
        second.recipient = recipient
    assert deliver_due(NOW) == Delivered(sent=2, failed=1)
    assert [row.state for row in rows()] == [MailState.SENT, MailState.FAILED, MailState.SENT]
    assert [mail["To"] for mail in box.wait(2)] == ["min@example.com"] * 2


@pytest.mark.usefixtures("mail_app")
def test_a_lost_connection_is_opened_again_once(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    async def leave(self: Mailbox, server: SMTP, _talk: Conversation, envelope: Envelope, sender: str, _: Any) -> str:
        if self.messages and self.connections == 1 and isinstance(server.transport, Transport):
            server.transport.abort()
        envelope.mail_from = sender
        return "250 OK"

    monkeypatch.setattr(Mailbox, "handle_MAIL", leave, raising=False)
    queue(4)
    assert deliver_due(NOW) == Delivered(sent=4)
    assert len({mail["Message-ID"] for mail in box.wait(4)}) == 4
    assert box.connections == 2


def test_a_server_that_is_down_is_tried_once_for_a_batch(mailing: Mailing, monkeypatch: pytest.MonkeyPatch) -> None:
    tries, open_ = list[Connection](), Connection.configure_host

    def counted(self: Connection) -> SMTPClient:
        tries.append(self)
        return open_(self)

    monkeypatch.setattr(Connection, "configure_host", counted)
    monkeypatch.setattr(delivery, "BATCH", 3)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with mailing(MailConfig("127.0.0.1", port)):
        queue(5)
        assert deliver_due(NOW) == Delivered(failed=3)
        assert len(tries) == 1
        tried, untouched = (MailState.QUEUED, "ConnectionRefusedError", 1), (MailState.QUEUED, None, 0)
        assert errors() == [tried] * 3 + [untouched] * 2


@pytest.mark.usefixtures("mail_app")
def test_mail_of_a_later_time_is_tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """`tick --at` sends what is due then; what fails does not wait until then."""
    refuse(monkeypatch, "DATA", "451 4.3.0 later")
    queue()
    assert deliver_due(NOW - timedelta(days=300), due_by=NOW) == Delivered(failed=1)
    assert rows()[0].due_at < NOW - timedelta(days=299)


@pytest.mark.usefixtures("mail_app")
def test_a_slow_server_gets_no_more_of_a_batch_than_the_lease_allows(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter((0.0, 0.0, 301.0, 1000.0, 1000.0))
    monkeypatch.setattr(delivery, "monotonic", lambda: next(ticks))
    queue(2)
    assert deliver_due(NOW).sent == 1
    assert len(box.messages) == 1
    assert deliver_due(NOW + LEASE).sent == 1
