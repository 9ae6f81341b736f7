"""Staff choose their language once; it stays with their session."""

from flask import Flask

from tests.browser import Browser
from tests.filling import account


def test_the_language_that_was_chosen_stays_and_the_page_too(browser: Browser, sqlite_app: Flask) -> None:
    browser.sign_in(account(sqlite_app))
    page = browser.get("/customers/?q=x")
    english = browser.submit(page, press="en", action="/language")
    assert (english.path, english.root.get("lang"), english.heading) == ("/customers/?q=x", "en", "Customers")
    assert browser.get("/review/").heading == "To review"
    assert browser.get("/review/?lang=zh_CN").root.get("lang") == "zh-CN"
    assert browser.get("/review/").root.get("lang") == "en"


def test_a_language_that_is_not_there_changes_nothing(browser: Browser) -> None:
    token = browser.get("/login").find("input", name="csrf_token").get("value") or ""
    for language in ("xx", "", "\0", "en\r\nX: y", "zh"):
        browser.post("/language", {"language": language, "csrf_token": token, "next": "/login"})
        assert browser.get("/login").root.get("lang") == "zh-CN"
