"""A mail that carries a file: made when it leaves, read by a mail program, and the same at every try."""

from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.db import transaction
from formsvc.mail import attachments
from formsvc.mail.delivery import Delivered, deliver_due
from formsvc.mail.mime import Attachment
from formsvc.mail.models import MailState, OutboxMessage
from formsvc.mail.outbox import LEASE, put
from tests.installation import NOW
from tests.mail.letters import message
from tests.services import Mailbox

NAMES = ["form.xlsx", "客户信息确认表.xlsx", "a\r\nBcc: b@example.com.xlsx", 'x";.xlsx', "长" * 60 + ".xlsx"]


def maker(named: Mapping[str, Any], language: str) -> Attachment:
    """Raises LookupError where what is named is not there any more."""
    return Attachment(named["name"], "application/pdf", f"{named['said']} {language}".encode() * 500)


@pytest.fixture(autouse=True)
def _makes_files(mail_app: Flask) -> None:
    attachments.register(mail_app, "test", maker)


def queue(named: Mapping[str, Any]) -> None:
    with transaction() as session:
        put(session, replace(message("invitation"), attachment=named), NOW)


def file(name: str = "a.pdf") -> dict[str, str]:
    return {"kind": "test", "name": name, "said": "甲"}


def files(mail: EmailMessage) -> list[tuple[str | None, str, bytes]]:
    return [(part.get_filename(), part.get_content_type(), part.get_content()) for part in mail.iter_attachments()]


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_program_finds_the_file_by_its_name(box: Mailbox, name: str) -> None:
    queue(file(name))
    assert deliver_due(NOW) == Delivered(sent=1)
    [mail] = box.wait(1)
    assert files(mail) == [(" ".join(name.split()), "application/pdf", "甲 zh_CN".encode() * 500)]
    assert mail.get_content_type() == "multipart/mixed"
    assert [mail["To"], mail["Bcc"]] == ["min@example.com", None]
    assert {part.get_content_type() for part in mail.walk()} >= {"text/plain", "text/html"}
    assert max(map(len, (box.envelopes[0].original_content or b"").split(b"\r\n"))) <= 998


def test_a_second_try_sends_the_same(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(file())
    with monkeypatch.context() as broken:
        broken.setattr("formsvc.mail.outbox.mark_sent", lambda *_: None)  # the worker dies before it is marked
        deliver_due(NOW)
    assert deliver_due(NOW + LEASE) == Delivered(sent=1)
    first, second = box.wait(2)
    assert first["Message-ID"] == second["Message-ID"]
    assert files(first) == files(second)


@pytest.mark.parametrize("named", [{"kind": "nobody's"}, {"kind": "test"}])
def test_a_file_that_cannot_be_made_stops_no_other(box: Mailbox, named: dict[str, Any]) -> None:
    queue(named)
    with transaction() as session:
        put(session, message("reminder"), NOW)
    assert deliver_due(NOW) == Delivered(sent=1, failed=1)
    assert [mail["X-Formsvc-Kind"] for mail in box.wait(1)] == ["reminder"]
    with transaction() as session:
        states = dict(session.execute(select(OutboxMessage.kind, OutboxMessage.state)).all())
    assert states == {"invitation": MailState.FAILED, "reminder": MailState.SENT}


def test_without_a_file_a_mail_is_as_before(box: Mailbox) -> None:
    with transaction() as session:
        put(session, message("invitation"), NOW)
    deliver_due(NOW)
    [mail] = box.wait(1)
    assert mail.get_content_type() == "multipart/alternative"
