"""Threats to forms: "log-in CSRF, log-out CSRF", "expired form", "weak defaults"."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from formsvc import demo
from formsvc.web.show import now
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.filling import Invited, account, answered, everything, invited
from tests.installation import Databases, config_for, running

POSTS = ("/login", "/logout", "/language", "/customers/CX202611001/invite", "/invitations/1/reissue",
         "/invitations/1/revoke", "/review/1")  # fmt: skip
VALUES = {"action": "reject", "note": "x", "days": "5", "language": "en", "password": PASSWORD}


@pytest.fixture
def given(sqlite_app: Flask) -> Invited:
    made = invited(sqlite_app)
    answered(sqlite_app, made)
    return made


@pytest.mark.parametrize("token", ["missing", "nonsense", "another person's"])
def test_log_in_csrf_and_log_out_csrf_a_post_without_its_token_does_nothing(
    browser: Browser, sqlite_app: Flask, given: Invited, token: str
) -> None:
    browser.sign_in(given.manager)
    foreign = Browser(sqlite_app).get("/login").find("input", name="csrf_token").get("value") or ""
    tokens = {"missing": {}, "nonsense": {"csrf_token": "x"}, "another person's": {"csrf_token": foreign}}[token]
    before = everything(sqlite_app)
    for path in POSTS:
        page = browser.post(path, {**VALUES, **tokens, "email": given.manager}, status=400)
        assert "打开时间过长" in page.heading, path
    assert everything(sqlite_app) == before
    assert browser.get("/review/").path == "/review/"  # still signed in, still in Chinese
    assert browser.get("/review/").root.get("lang") == "zh-CN"


def test_log_out_csrf_nothing_is_done_by_get(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    browser.sign_in(given.manager)
    before = everything(sqlite_app)
    for path in POSTS:
        assert browser.client.get(path, query_string=VALUES).status_code in (200, 302, 405)
    assert everything(sqlite_app) == before
    assert browser.get("/review/").path == "/review/"


def test_log_in_csrf_a_sign_in_takes_nothing_over_from_the_session_before(browser: Browser, sqlite_app: Flask) -> None:
    email = account(sqlite_app)
    before = browser.get("/login").find("input", name="csrf_token").get("value") or ""
    browser.sign_in(email)
    browser.post("/logout", {"csrf_token": before}, status=400)


def test_expired_form_a_review_that_lay_open_for_a_day_can_be_decided(
    browser: Browser, given: Invited, clock: time_machine.Traveller
) -> None:
    browser.sign_in(given.manager)
    page = browser.get("/review/1")
    clock.shift(timedelta(days=1))
    assert browser.submit(page, press="approve").path.startswith("/customers/")


def test_weak_defaults_no_debug_page_no_test_mode_and_cookies_out_of_reach(sqlite_app: Flask) -> None:
    settings = sqlite_app.config
    assert (sqlite_app.debug, sqlite_app.testing, settings["PROPAGATE_EXCEPTIONS"]) == (False, False, None)
    assert (settings["WTF_CSRF_ENABLED"], settings["SESSION_COOKIE_HTTPONLY"]) == (True, True)
    assert len(settings["SECRET_KEY"]) >= 32
    assert {"/console", "/debug"} & {str(rule) for rule in sqlite_app.url_map.iter_rules()} == set()


def test_weak_defaults_each_installation_has_sample_passwords_of_its_own(
    sqlite: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    passwords: list[str] = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("demo")
        with sqlite.copy(folder) as url, running(config_for(url, folder)) as app, app.app_context():
            passwords += [sign.password for sign in demo.load(now())]
        modes = {path.stat().st_mode & 0o777 for path in (folder / "sign-in").iterdir()}
        assert modes == {0o600}
    assert len(set(passwords)) == len(passwords) == 14
    assert all(len(password) >= 16 for password in passwords)
