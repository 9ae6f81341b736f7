"""The page of times."""

from flask import Flask

from formsvc.questionnaires.verbs import current
from formsvc.submissions.models import CompletionTime
from tests.browser import Browser
from tests.factories import staff_account, writing
from tests.forms import text_of


def signed_in(browser: Browser, app: Flask) -> Browser:
    with writing(app) as session:
        staff_account(session, email="li@example.com")
    browser.sign_in("li@example.com")
    return browser


def test_it_says_that_there_is_nothing_yet(browser: Browser, sqlite_app: Flask) -> None:
    page = signed_in(browser, sqlite_app).get("/reports/times")
    assert page.heading == "用时"
    assert "暂无用时数据" in page.text
    assert page.find("a", aria_current="page").text == "用时"


def test_it_shows_each_version(browser: Browser, sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        version = current(session).id
        for seconds in (100, 161, 400):
            sections = {"basic": seconds // 2, "contacts": 30, "a module that went": 1}
            session.add(
                CompletionTime(version_id=version, is_repeat=seconds == 400, seconds=seconds, sections=sections)
            )
    page = signed_in(browser, sqlite_app).get("/reports/times?lang=en")
    assert [[text_of(cell) for cell in row] for row in page.find_all("tr")[1:]] == [
        ["Your details with us Version 1 of 2026-11-23 10:00", "First time", "2", "1 min 40 s", "2 min 41 s", "100%",
         "About you 50 s Contact 30 s"],
        ["Your details with us Version 1 of 2026-11-23 10:00", "Again", "1", "6 min 40 s", "6 min 40 s", "0%",
         "About you 3 min 20 s Contact 30 s"],
    ]  # fmt: skip
