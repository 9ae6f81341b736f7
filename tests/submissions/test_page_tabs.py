"""Two windows, two devices, a page that was open for long: one submission, and nothing typed is lost (M14)."""

import pytest
from flask import Flask

from tests.browser import Browser, Page
from tests.filling import ENTERPRISE, Invited, invited, submissions

OTHER = {**ENTERPRISE, "needs-special": "另一个窗口"}


def typed(page: Page) -> dict[str, str]:
    pairs = dict(page.form().filled({}, None))
    return {name: value for name, value in pairs.items() if name not in ("csrf_token", "seen", "action")}


@pytest.fixture
def given(sqlite_app: Flask) -> Invited:
    return invited(sqlite_app)


def test_a_double_click_sends_once(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    page = browser.get(given.path)
    first, second = (browser.submit(page, ENTERPRISE, "submit") for _ in range(2))
    assert first.heading == second.heading
    assert len(submissions(sqlite_app)) == 1


@pytest.mark.parametrize("device", ["the same", "another"])
def test_other_answers_from_a_second_window_are_shown_before_they_replace_the_first(
    browser: Browser, sqlite_app: Flask, given: Invited, device: str
) -> None:
    second = browser if device == "the same" else Browser(sqlite_app)
    pages = browser.get(given.path), second.get(given.path)
    browser.submit(pages[0], ENTERPRISE, "submit")
    clash = second.submit(pages[1], OTHER, "submit", status=409)
    assert "2026-11-23 10:00" in clash.text
    assert typed(clash)["needs-special"] == "另一个窗口"
    assert [s.state for s in submissions(sqlite_app)] == ["waiting"]
    second.submit(clash, press="submit")
    assert [(s.revision, s.state) for s in submissions(sqlite_app)] == [(1, "superseded"), (2, "waiting")]


def test_a_page_that_is_wrong_and_late_says_both_in_turn(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    old = browser.get(given.path)
    browser.submit(browser.get(given.path), ENTERPRISE, "submit")
    wrong = browser.submit(old, {**OTHER, "contacts-mobile": "1"}, "submit", status=422)
    clash = browser.submit(wrong, {"contacts-mobile": "13856780001"}, "submit", status=409)
    browser.submit(clash, press="submit")
    assert submissions(sqlite_app)[-1].answers["needs.special"] == "另一个窗口"


@pytest.mark.parametrize("token", ["missing", "another person's", "nonsense"])
def test_a_form_without_its_token_comes_back_whole_and_can_be_sent(
    browser: Browser, sqlite_app: Flask, given: Invited, token: str
) -> None:
    page = browser.get(given.path)
    foreign = Browser(sqlite_app).get(given.path).find("input", name="csrf_token").get("value") or ""
    page.find("input", name="csrf_token").set("value", {"another person's": foreign}.get(token, "x"))
    if token == "missing":
        page.find("input", name="csrf_token").set("disabled", "")
    back = browser.submit(page, OTHER, "submit", status=422)
    assert "页面打开的时间较长" in back.text
    assert submissions(sqlite_app) == []
    assert typed(back) == typed(page) | {k: v if isinstance(v, str) else v[-1] for k, v in OTHER.items()}
    assert back.find("input", name="csrf_token").get("value") != foreign
    browser.submit(back, press="submit")
    assert len(submissions(sqlite_app)) == 1


def test_expired_form_a_page_that_lay_open_over_night_on_a_device_without_its_cookie_is_not_lost(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    page = browser.get(given.path)
    browser.client.delete_cookie("formsvc", domain="formsvc.test")
    back = browser.submit(page, OTHER, "submit", status=422)
    assert browser.submit(back, press="submit").status == 200
    assert submissions(sqlite_app)[0].answers["needs.special"] == "另一个窗口"


@pytest.mark.parametrize("seen", ["", "-1", "x", "９", "99999999999999999999", "1.5", "\0"])
def test_a_revision_that_was_never_there_harms_nothing(
    browser: Browser, sqlite_app: Flask, given: Invited, seen: str
) -> None:
    page = browser.get(given.path)
    browser.submit(page, {**ENTERPRISE, "seen": seen}, "submit")
    assert [s.revision for s in submissions(sqlite_app)] == [1]
