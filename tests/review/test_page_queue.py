"""The queue of submissions: what waits, the oldest first (M20)."""

from datetime import timedelta

import pytest
from flask import Flask

from formsvc.review import queue_pages as pages
from tests.browser import Browser, Page
from tests.filling import account, answered, invited
from tests.installation import NOW


def numbers(page: Page) -> list[str]:
    links = [a.get("href") or "" for a in page.root.iter("a")]
    return [link.removeprefix("/review/") for link in links if link.startswith("/review/") and link[8:].isdigit()]


@pytest.fixture
def manager(browser: Browser, sqlite_app: Flask) -> str:
    email = account(sqlite_app)
    browser.sign_in(email)
    return email


def test_the_oldest_comes_first_however_it_was_numbered(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    for hours in (1, 30, 2):
        answered(sqlite_app, invited(sqlite_app, manager, NOW), now=NOW - timedelta(hours=hours))
    page = browser.get("/review/")
    assert numbers(page) == ["2", "3", "1"]
    assert "30 小时" in page.text


def test_what_is_decided_or_replaced_does_not_wait(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    approved, twice = invited(sqlite_app, manager), invited(sqlite_app, manager)
    first = answered(sqlite_app, approved)
    answered(sqlite_app, twice)
    again = answered(sqlite_app, twice, seen=1)
    browser.submit(browser.get(f"/review/{first}"), press="approve")
    page = browser.get("/review/")
    assert numbers(page) == [str(again)]
    assert "再次提交" in page.text


def test_the_pages_of_the_queue_go_on_by_key(
    browser: Browser, sqlite_app: Flask, manager: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    for _ in range(3):
        answered(sqlite_app, invited(sqlite_app, manager))  # all at one instant
    first = browser.get("/review/")
    second = browser.get(first.find("a", rel="next").get("href") or "")
    assert (numbers(first), numbers(second)) == (["1", "2"], ["3"])
    assert second.find_all("a", rel="next") == []


def test_an_empty_queue_says_so(browser: Browser, manager: str) -> None:
    page = browser.get("/review/")
    assert page.find_all("table") == []
    assert page.link("邀请") == "/customers/" or page.find_all("h2")
