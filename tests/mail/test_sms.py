"""SMS: rows of the outbox like mail, handed to the gateway by the same worker."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest
from flask import Flask

from formsvc.db import transaction
from formsvc.mail import sms
from formsvc.mail.compose import compose
from formsvc.mail.delivery import Delivered, deliver_due
from formsvc.mail.models import MailState
from formsvc.mail.outbox import CODE_LASTS, put
from formsvc.staff.models import Role
from tests.browser import Browser
from tests.factories import staff_account, writing
from tests.installation import NOW, Databases, config_for, running
from tests.mail.gateway import FakeGateway
from tests.mail.letters import CODE, MOBILE, message
from tests.mail.letters import sms as text_message
from tests.mail.test_delivery import rows

MINUTE = timedelta(minutes=1)


class Sending(Protocol):
    def __call__(self, url: str | None, token: str | None = None) -> AbstractContextManager[Flask]: ...


@pytest.fixture
def sending(sqlite: Databases, tmp_path: Path) -> Sending:
    """Makes an installation with that gateway, with an application context."""

    @contextmanager
    def made(url: str | None, token: str | None = None) -> Iterator[Flask]:
        with sqlite.copy(tmp_path) as database:
            config = config_for(database, tmp_path, sms_url=url, sms_token=token)
            with running(config) as app, app.app_context():
                yield app

    return made


def queue(*messages: str) -> None:
    with transaction() as session:
        for step in messages or ("1",):
            put(session, text_message(step=step), NOW)


def test_the_worker_hands_it_over_once_and_opens_no_connection_for_mail(sending: Sending, far: FakeGateway) -> None:
    with sending(far.url):
        assert sms.is_configured()
        queue()
        assert deliver_due(NOW) == Delivered(sent=1)
        assert deliver_due(NOW + MINUTE) == Delivered()
        assert [received.body for received in far.received] == [{"to": MOBILE, "text": compose(text_message())["text"]}]
        assert [(row.state, row.sent_at, row.attempts) for row in rows()] == [(MailState.SENT, NOW, 1)]


def test_what_the_gateway_refuses_is_tried_again_and_stops_nothing(sending: Sending, far: FakeGateway) -> None:
    far.status = 503
    with sending(far.url):
        queue()
        with transaction() as session:
            put(session, message("invitation"), NOW)
        assert deliver_due(NOW) == Delivered(sent=1, failed=1)
        [row, _] = rows()
        assert (row.state, row.last_error, row.due_at) == (MailState.QUEUED, "SmsError: HTTP 503", NOW + MINUTE)
        far.status = 202
        assert deliver_due(NOW + MINUTE) == Delivered(sent=1)
        assert [row.state for row in rows()] == [MailState.SENT] * 2


def test_a_code_that_is_of_no_use_any_more_is_not_sent(sending: Sending, far: FakeGateway) -> None:
    with sending(far.url):
        queue()
        with transaction() as session:
            put(session, message("code"), NOW)
        assert deliver_due(NOW + CODE_LASTS) == Delivered(failed=2)
        assert [(row.state, row.last_error) for row in rows()] == [(MailState.FAILED, "Expired")] * 2
        assert far.received == []


def test_without_a_gateway_nothing_is_configured_and_what_waits_is_tried_again(sending: Sending) -> None:
    with sending(None):
        assert not sms.is_configured()
        queue()
        assert deliver_due(NOW) == Delivered(failed=1)
        assert [(row.state, row.last_error) for row in rows()] == [(MailState.QUEUED, "SmsError: no gateway")]


def test_a_trial_writes_files_and_no_log(sending: Sending, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with sending("log"):
        queue("1", "2")
        assert deliver_due(NOW) == Delivered(sent=2)
        said = f"{MOBILE}\n{compose(text_message())['text']}\n"
    folder = tmp_path / "sms"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [(file.suffix, file.read_text("utf-8")) for file in folder.iterdir()] == [(".txt", said)] * 2
    assert CODE not in caplog.text
    assert MOBILE not in caplog.text


def test_a_file_that_cannot_be_written_is_tried_again(sending: Sending, tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("in the way")
    with sending("log"):
        queue()
        assert deliver_due(NOW) == Delivered(failed=1)
        assert rows()[0].last_error == "SmsError: FileExistsError"


def test_the_pages_of_a_trial_show_it(browser: Browser, sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        put(session, text_message(), NOW)
        email = staff_account(session, role=Role.ADMINISTRATOR).email
    browser.sign_in(email)
    assert MOBILE in browser.get("/mail/").text
    page = browser.get("/mail/1")
    assert f"您的验证码 {CODE}" in page.text
    assert not page.find_all("a", href="/mail/1/html")
