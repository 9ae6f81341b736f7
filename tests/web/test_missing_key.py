"""A key was taken out of the configuration: what it encrypted cannot be read, which is said, and all else goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from formsvc.invitations import links
from tests.browser import Browser
from tests.factories import ENTERPRISE
from tests.filling import ID_CARD, Invited, answered, everything, hold_secret, invited
from tests.installation import HOST, KEYS, config_for, running
from tests.page_checks import check_headers, check_page, parsed

NAME = str(ENTERPRISE["basic.full_name"])
CONSENTED = {"secrets": {"basic.id_number": ID_CARD}}


@pytest.fixture
def given(sqlite_app: Flask) -> Invited:
    """A customer of whom an ID number is held, and whose answers, with another one, wait as submission 1."""
    made = invited(sqlite_app)
    hold_secret(sqlite_app, made.number)
    answered(sqlite_app, made, **CONSENTED)
    return made


@pytest.fixture
def bereft(given: Invited, clock: time_machine.Traveller, sqlite_app: Flask, tmp_path: Path) -> Iterator[Browser]:
    """The manager's browser on the same installation without its newest key."""
    url = sqlite_app.extensions["config"].database_url
    with running(config_for(url, tmp_path, secret_keys=KEYS[1:])) as app:
        browser = Browser(app)
        browser.sign_in(given.manager)
        yield browser


def answer(browser: Browser, path: str, **post: str) -> TestResponse:
    """The page that says what is wrong, checked as every page is."""
    given = {"method": "POST", "data": post} if post else {"method": "GET"}
    made = browser.client.open(path, base_url=f"http://{HOST}", headers={"Accept-Language": browser.language}, **given)
    assert made.status_code == 503
    check_headers(made)
    check_page(parsed(made.text))
    return made


@pytest.mark.parametrize("path", ["/review/", "/customers/", "/invitations/"])
def test_lists_are_shown_all_the_same(bereft: Browser, path: str) -> None:
    assert NAME in bereft.get(path).text


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "缺少密钥"), ("en", "its key is missing")])
def test_a_page_with_the_value_says_which_setting_lacks_a_key(
    bereft: Browser, given: Invited, caplog: pytest.LogCaptureFixture, language: str, said: str
) -> None:
    bereft.language = language
    paths = "/review/1", f"/customers/{given.number}", f"/customers/{given.number}/timeline"
    for path in paths:
        page = answer(bereft, path).text
        assert said in page
        assert "FORMSVC_SECRET_KEYS" in page
    told = [line for line in caplog.messages if "FORMSVC_SECRET_KEYS" in line]
    assert [line.split()[0] for line in told] == ["review.show", "customers.show", "timeline.show"]
    assert ID_CARD not in caplog.text


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_what_cannot_be_read_is_not_decided_about(bereft: Browser, sqlite_app: Flask, action: str) -> None:
    token = bereft.get("/review/").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    page = answer(bereft, "/review/1", action=action, note="重复", csrf_token=token)
    assert "没有做任何改动" in page.text
    assert everything(sqlite_app) == before


def test_a_customer_is_told_to_try_again_and_nothing_of_settings(bereft: Browser, given: Invited) -> None:
    with bereft.client.application.app_context():
        path = f"/q/{links.token(given.id, 1)}"
    page = answer(bereft, path).text
    assert "FORMSVC" not in page


def test_with_the_key_back_all_is_as_before(bereft: Browser, sqlite_app: Flask, given: Invited) -> None:
    answer(bereft, "/review/1")
    browser = Browser(sqlite_app)
    browser.sign_in(given.manager)
    assert browser.get("/review/1").heading
