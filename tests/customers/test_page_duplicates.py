"""Probable duplicates on a page: side by side with the reason, to merge, to tell apart, to take back (M26)."""

from typing import Any

import pytest
from flask import Flask

from formsvc.customers.duplicates import comparing
from formsvc.customers.duplicates import pages as duplicate_pages
from formsvc.staff.models import Role
from tests.browser import Browser, Page
from tests.factories import PASSWORD
from tests.filling import account, customer
from tests.forms import text_of

PATH = "/customers/duplicates"
CODE = {"basic.uscc": "914403001922038216"}
OTHER = {"basic.full_name": "合肥云盾信息科技", "contacts.mobile": "+8613900001111", "contacts.email": "x@example.com"}


@pytest.fixture
def manager(browser: Browser, sqlite_app: Flask) -> str:
    """The address of a manager who is signed in."""
    email = account(sqlite_app)
    browser.sign_in(email)
    return email


def pair(app: Flask, owner: str | None, other_owner: str | None) -> None:
    customer(app, owner, values=CODE)
    customer(app, other_owner, values={**OTHER, **CODE})
    with app.app_context():
        comparing.compare_due()


def numbers(page: Page) -> list[str]:
    cells = [a for a in page.root.iter("a") if a.get("class") == "number"]
    return [text_of(cell) for cell in cells]


def links(page: Page) -> list[Any]:
    return [a.get("href") for a in page.root.iter("a") if "/merge/" in (a.get("href") or "")]


def test_two_stand_side_by_side_with_the_reason(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    assert "一分钟内" in browser.get(PATH).text
    pair(sqlite_app, manager, manager)
    page = browser.get(PATH)
    assert numbers(page) == ["CX202611001", "CX202611002"]
    badges = [text_of(badge) for badge in page.root.iter("span") if (badge.get("class") or "").startswith("badge")]
    assert badges == ["统一社会信用代码", "名称相近 92%"]
    assert links(page) == ["/customers/CX202611001/merge/CX202611002"]


def test_who_tells_two_apart_says_why_and_can_take_it_back(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    pair(sqlite_app, manager, manager)
    page = browser.submit(browser.get(PATH), {"reason": " "}, action=f"{PATH}/1/settle")
    assert "为什么不是同一客户" in page.text
    page = browser.submit(page, {"reason": "母公司与子公司"}, action=f"{PATH}/1/settle")
    assert numbers(page) == []
    page = browser.get(f"{PATH}?state=distinct")
    assert "母公司与子公司" in page.text
    assert numbers(page) == ["CX202611001", "CX202611002"]
    stale = page
    page = browser.submit(page, action=f"{PATH}/1/reopen")
    assert numbers(page) == []
    assert "其他同事" in browser.submit(stale, action=f"{PATH}/1/reopen").text
    assert len(numbers(browser.get(PATH))) == 2


def test_foreign_id_whoever_sees_one_of_two_decides_nothing(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    pair(sqlite_app, manager, account(sqlite_app, name="王芳"))
    page = browser.get(PATH)
    assert numbers(page) == ["CX202611001"]
    assert "合肥云盾信息科技" not in page.text
    assert "王芳" not in page.text
    assert links(page) == []
    token = page.find("input", name="csrf_token").get("value") or ""
    for act in ("1/settle", "1/reopen", "9/settle"):
        browser.post(f"{PATH}/{act}", {"reason": "mine", "csrf_token": token}, status=404)


def test_who_only_looks_decides_nothing(browser: Browser, sqlite_app: Flask) -> None:
    page = browser.get("/login")
    browser.submit(page, {"email": account(sqlite_app, Role.AUDITOR), "password": PASSWORD}, follow=False, status=303)
    pair(sqlite_app, None, None)
    page = browser.get(PATH)
    assert len(numbers(page)) == 2
    assert links(page) == []
    token = page.find("input", name="csrf_token").get("value") or ""
    browser.post(f"{PATH}/1/settle", {"reason": "mine", "csrf_token": token}, status=403)


def test_pages_go_on_by_key(browser: Browser, sqlite_app: Flask, manager: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicate_pages, "PAGE", 2)
    for _ in range(3):
        customer(sqlite_app, manager)
    with sqlite_app.app_context():
        comparing.compare_due()
    first = browser.get(PATH)
    second = browser.get(next(a.get("href") or "" for a in first.find_all("a", rel="next")))
    assert (len(numbers(first)), len(numbers(second))) == (4, 2)
    assert second.find_all("a", rel="next") == []
    for after in ("x", "1", "1-99999999999", "-1-1", "9999999999-1", "%00"):
        assert len(numbers(browser.get(f"{PATH}?after={after}"))) in (0, 4)
