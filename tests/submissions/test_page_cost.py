"""What a page costs, and that what is kept of it belongs to nobody (M56)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from formsvc.customers.models import Audience, Situation
from formsvc.db import db
from tests.browser import Browser
from tests.filling import ENTERPRISE, answered, confirm, invited, submissions

READ = {"sent": 2}  # the invitation with all that belongs to it; on the receipt the new addresses, too


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What the database is asked within the block."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("state", ["new", "with a draft", "sent", "being corrected"])
def test_a_page_asks_the_database_once_or_twice(browser: Browser, sqlite_app: Flask, state: str) -> None:
    given = invited(sqlite_app, situation=Situation.EXISTING)
    browser.submit(browser.get(given.path), {"contacts-name": "王"}, "save")
    if state in ("sent", "being corrected"):
        answered(sqlite_app, given)
    path = given.path + ("?edit=1" if state == "being corrected" else "")
    with statements(sqlite_app) as said:
        browser.get(path)
    assert [s.split()[0] for s in said if not s.startswith("BEGIN")] == ["SELECT"] * READ.get(state, 1)


def test_a_submission_is_one_transaction_after_one_look(browser: Browser, sqlite_app: Flask) -> None:
    page = browser.get(invited(sqlite_app).path)
    with statements(sqlite_app) as said:
        browser.submit(page, ENTERPRISE, "submit", follow=False, status=303)
    assert [s for s in said if s.startswith("BEGIN")] == ["BEGIN IMMEDIATE"]
    assert [s.split()[0] for s in said[: said.index("BEGIN IMMEDIATE")]] == ["SELECT"]


def test_cache_no_page_shows_what_is_another_person_s(browser: Browser, sqlite_app: Flask) -> None:
    """Each version's page is kept in pieces: whoever opens it first leaves nothing in them."""
    values = {
        "basic.full_name": "第一有限公司", "contacts.name": "第一人", "contacts.mobile": "+8613511111111",
        "contacts.email": "first@example.com", "needs.special": "第一句话", "basic.industry": "I",
    }  # fmt: skip
    for language in ("zh-CN", "en"):
        first = invited(sqlite_app, values=values)
        confirm(sqlite_app, first.number)
        browser.language = language
        for path in (first.path, f"{first.path}?edit=1&lang=en", first.path):
            assert "第一" in browser.get(path).html
        browser.submit(
            browser.get(first.path), {"contacts-mobile": "1", "needs-special": "第一次"}, "submit", status=422
        )
        browser.submit(browser.get(first.path), {"contacts-position": "第一职位"}, "save")
        stranger = Browser(sqlite_app, language)
        second = invited(sqlite_app, values={"basic.full_name": "乙方有限公司"})
        for path in (second.path, f"{second.path}?lang=en"):
            html = stranger.get(path).html
            for text in ("第一", "13511111111", "first@example.com", first.path, first.manager):
                assert text not in html
        token = browser.get(first.path).find("input", name="csrf_token").get("value") or "none"
        assert token not in html


def test_cache_each_audience_and_language_has_pieces_of_its_own(browser: Browser, sqlite_app: Flask) -> None:
    for _ in range(2):
        person = browser.get(invited(sqlite_app, audience=Audience.INDIVIDUAL).path)
        company = browser.get(invited(sqlite_app).path)
        assert ("basic-uscc" in person.html, "basic-uscc" in company.html) == (False, True)
        assert browser.get(f"{invited(sqlite_app).path}?lang=en").root.get("lang") == "en"
    assert submissions(sqlite_app) == []
