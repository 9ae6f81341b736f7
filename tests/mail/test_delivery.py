"""Delivery to a real mail server, read as a mail program does."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import defer

from formsvc.db import transaction
from formsvc.mail import outbox
from formsvc.mail.compose import compose
from formsvc.mail.delivery import Delivered, deliver_due
from formsvc.mail.models import MailState, OutboxMessage
from formsvc.mail.outbox import LEASE, put
from formsvc.web.show import now as clock
from tests.installation import NOW
from tests.mail.letters import ALL, LINK, SENDER, message
from tests.services import Mailbox

pytestmark = pytest.mark.usefixtures("mail_app")


def queue(count: int = 1) -> None:
    with transaction() as session:
        for number in range(count):
            put(session, message("invitation", subject=f"invitation:{number}"), NOW)


def rows() -> list[OutboxMessage]:
    with transaction() as session:
        found = select(OutboxMessage).options(defer(OutboxMessage.content))
        return list(session.scalars(found.order_by(OutboxMessage.id)))


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_mail_program_reads_it(box: Mailbox, kind: str, language: str) -> None:
    with transaction() as session:
        put(session, message(kind, language, "李强"), NOW)
    assert deliver_due(NOW) == Delivered(sent=1)
    [mail], [envelope], [row] = box.wait(1), box.envelopes, rows()
    written = compose(message(kind, language, "李强"))
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == written["text"]
    assert html.get_content().replace("\r\n", "\n").rstrip() == written["html"].rstrip()
    assert mail["Subject"] == written["subject"]
    assert [(found.display_name, found.addr_spec) for found in mail["From"].addresses] == [("李强", SENDER)]
    assert mail["Reply-To"] == "li.qiang@example.com"
    assert mail["To"] == "min@example.com"
    assert mail["X-Formsvc-Kind"] == kind
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == row.message_id
    assert abs(parsedate_to_datetime(str(mail["Date"])) - clock()) < timedelta(minutes=5)
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, ["min@example.com"])
    assert (row.state, row.sent_at, row.attempts, row.last_error) == (MailState.SENT, NOW, 1, None)


def test_long_lines_arrive_whole(box: Mailbox) -> None:
    note = "很长的一段话，没有换行。" * 150
    with transaction() as session:
        put(session, message("returned", note=note), NOW)
    deliver_due(NOW)
    for kind in ("plain", "html"):
        part = box.wait(1)[0].get_body((kind,))
        assert part is not None
        assert note in part.get_content()
    assert max(map(len, (box.envelopes[0].original_content or b"").split(b"\r\n"))) <= 78


def test_a_link_is_on_a_line_of_its_own(box: Mailbox) -> None:
    queue()
    deliver_due(NOW)
    part = box.wait(1)[0].get_body(("plain",))
    assert part is not None
    assert LINK in part.get_content().splitlines()


def test_a_batch_goes_over_one_connection(box: Mailbox) -> None:
    queue(5)
    assert deliver_due(NOW) == Delivered(sent=5)
    assert len(box.wait(5)) == 5
    assert box.connections == 1


def test_nothing_due_opens_no_connection(box: Mailbox) -> None:
    queue()
    assert deliver_due(NOW - timedelta(seconds=1)) == Delivered()
    assert box.connections == 0


def test_sent_once_however_often_the_worker_runs(box: Mailbox) -> None:
    queue()
    assert [deliver_due(NOW + day * timedelta(days=1)).sent for day in range(3)] == [1, 0, 0]
    assert len(box.messages) == 1


def test_a_worker_that_dies_after_the_lease_loses_nothing(box: Mailbox) -> None:
    queue()
    with transaction() as session:
        [leased] = outbox.lease(session, NOW, 10)
    assert deliver_due(NOW) == Delivered()
    assert deliver_due(NOW + LEASE) == Delivered(sent=1)
    assert [mail["Message-ID"] for mail in box.wait(1)] == [leased.message_id]


def test_a_worker_that_dies_before_the_mark_sends_the_same_message_again(
    mail_app: Flask, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_given: object) -> None:
        raise SystemExit

    queue()
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "mark_sent", die)
        with pytest.raises(SystemExit):
            deliver_due(NOW)
    assert deliver_due(NOW + LEASE) == Delivered(sent=1)
    assert [mail["Message-ID"] for mail in box.wait(2)] == [rows()[0].message_id] * 2
