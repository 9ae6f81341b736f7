"""A message that cannot be put into words fails alone: the others go out, and the pages still open."""

from dataclasses import replace

import pytest
from flask import Flask

from config import Config
from formsvc.db import transaction
from formsvc.mail.delivery import Delivered, deliver_due
from formsvc.mail.models import MailState
from formsvc.mail.outbox import put
from formsvc.staff.models import Role
from tests.browser import Browser
from tests.factories import staff_account, writing
from tests.installation import KEYS, NOW, config_for, running
from tests.mail.letters import message
from tests.mail.test_delivery import rows

LOST = "a-key-that-was-lost"


def with_keys(app: Flask, *keys: str) -> Config:
    """The settings of `app`, with those keys."""
    config = app.extensions["config"]
    return config_for(config.database_url, config.var, secret_keys=keys)


def queue_one_with_the_lost_key(app: Flask) -> None:
    """The second of three messages."""
    for number, keys in enumerate((KEYS, (LOST,), KEYS)):
        with running(with_keys(app, *keys)) as other, writing(other) as session:
            put(session, message("invitation", step=str(number)), NOW)


def test_a_lost_key_stops_its_own_messages_only_and_until_it_is_back(app: Flask) -> None:
    queue_one_with_the_lost_key(app)
    with app.app_context():
        assert deliver_due(NOW) == Delivered(sent=2, failed=1)
        found = rows()
    assert [row.last_error for row in found] == [None, "KeyMissing", None]
    with running(with_keys(app, *KEYS, LOST)) as mended, mended.app_context():
        assert deliver_due(found[1].due_at) == Delivered(sent=1)


def test_a_key_that_stays_lost_is_given_up(sqlite_app: Flask) -> None:
    queue_one_with_the_lost_key(sqlite_app)
    with sqlite_app.app_context():
        deliver_due(NOW)
        while (row := rows()[1]).state is MailState.QUEUED:
            assert deliver_due(row.due_at) == Delivered(failed=1)
        assert (row.state, row.last_error) == (MailState.FAILED, "KeyMissing")


@pytest.mark.parametrize(
    ("kind", "language", "given", "error"),
    [
        ("invitation", "zh_CN", {"deadline": "tomorrow"}, "ValueError"),
        ("invitation", "zh_CN", {"deadline": None}, "TypeError"),
        ("returned", "en", {"field_notes": [None]}, "UndefinedError"),
        ("returned", "xx", {}, "UnknownLocaleError"),
        ("nonsense", "en", {}, "TemplateNotFound"),
    ],
)
def test_a_broken_message_fails_for_good_and_stops_no_other(
    app: Flask, kind: str, language: str, given: dict[str, object], error: str
) -> None:
    usual = message("returned")
    broken = replace(usual, kind=kind, language=language, step="broken", context={**usual.context, **given})
    with app.app_context():
        with transaction() as session:
            for number in range(2):
                put(session, replace(broken, step=f"broken-{number}"), NOW)
                put(session, replace(usual, step=str(number)), NOW)
        assert deliver_due(NOW) == Delivered(sent=2, failed=2)
        each = (MailState.FAILED, error), (MailState.SENT, None)
        assert [(row.state, row.last_error) for row in rows()] == [*each, *each]


def test_what_is_no_json_is_refused_while_the_caller_is_there(sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session, pytest.raises(TypeError, match="not JSON serializable"):
        put(session, message("thank-you", note=object()), NOW)


def test_the_pages_name_what_is_wrong(browser: Browser, sqlite_app: Flask) -> None:
    queue_one_with_the_lost_key(sqlite_app)
    with writing(sqlite_app) as session:
        email = staff_account(session, role=Role.ADMINISTRATOR).email
    browser.sign_in(email)
    page = browser.get("/mail/")
    assert page.text.count("《客户信息确认表》") == 2
    assert "KeyMissing" in page.text
    for path in ("/mail/2", "/mail/2/html"):
        browser.get(path, status=404)
