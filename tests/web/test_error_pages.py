"""What went wrong is said on a page, in the reader's language, with what to do next."""

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from formsvc.staff.models import Role
from formsvc.web.access import public
from tests.browser import Browser
from tests.filling import account
from tests.installation import HOST

CASES = [
    ("GET", "/nothing", 404, "页面不存在", "There is no such page"),
    ("POST", "/review/", 405, "不能这样使用", "cannot be used in this way"),
    ("POST", "/logout", 400, "打开时间过长", "open for too long"),
]


@pytest.mark.parametrize(("method", "path", "status", "zh", "en"), CASES)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_error_is_told_in_the_readers_language(
    browser: Browser, method: str, path: str, status: int, zh: str, en: str, language: str
) -> None:
    browser.language = language
    page = browser.get(path, status) if method == "GET" else browser.post(path, status=status)
    assert page.root.get("lang") == language
    assert (zh if language == "zh-CN" else en) in page.text


def test_who_is_signed_in_keeps_the_navigation_on_a_page_that_is_not_there(
    browser: Browser, sqlite_app: Flask
) -> None:  # fmt: skip
    assert "退出" not in browser.get("/nothing", 404).text
    browser.sign_in(account(sqlite_app, Role.SERVICE))
    for path, status in (("/nothing", 404), ("/customers/CX1", 404), ("/customers/new", 403)):
        page = browser.get(path, status)
        assert ("李强" in page.text, "退出" in page.text, page.link("客户")) == (True, True, "/customers/")
    assert "退出" not in browser.get("/q/nothing", 404).text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_body_that_is_too_large_gets_a_page(browser: Browser, language: str) -> None:
    browser.language = language
    page = browser.post("/login", {"email": "x" * 1_000_000}, status=413)
    assert ("过大" if language == "zh-CN" else "too large") in page.heading


def test_a_crash_shows_no_internals(browser: Browser, sqlite_app: Flask) -> None:
    sqlite_app.view_functions["health.healthz"] = public(crash)
    answer = browser.client.get("/healthz", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret detail" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_is_signed_in_is_told_of_a_crash_also_where_the_account_cannot_be_read(
    browser: Browser, sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in(account(sqlite_app))
    monkeypatch.setattr(sqlite_app.login_manager, "_user_callback", no_database)  # type: ignore[attr-defined]
    answer = browser.client.get("/customers/", base_url=f"http://{HOST}")
    assert (answer.status_code, "系统出现问题" in answer.text) == (500, True)


def no_database(_id: str) -> None:
    raise OperationalError("SELECT", {}, Exception("the connection is closed"))


def crash() -> str:
    raise RuntimeError("secret detail")


def test_what_a_manager_may_not_see_is_said(browser: Browser, sqlite_app: Flask) -> None:
    browser.sign_in(account(sqlite_app))
    assert "无权查看" in browser.get("/mail/", status=403).text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"])
def test_other_methods_are_405(browser: Browser, method: str) -> None:
    for path in ("/q/x", "/login", "/review/1", "/customers/CX1", "/healthz", "/mail/1"):
        assert browser.client.open(path, method=method).status_code == 405
