"""Two versions of a record beside each other, and the record as of a day (M24)."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import Traveller

from tests.browser import Browser, Page
from tests.filling import Invited, answered, invited
from tests.forms import text_of
from tests.installation import NOW

CHANGED = {"contacts.name": "王伟", "needs.term": "long", "contacts.email": "wangwei@example.com"}


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer who was invited, and whose manager is signed in."""
    made = invited(sqlite_app)
    browser.sign_in(made.manager)
    return made


def rows(page: Page) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for body in page.root.iter("tbody") for row in body.iter("tr")]


def test_two_versions_stand_side_by_side_with_what_differs(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    answered(sqlite_app, given, CHANGED)
    browser.submit(browser.get("/review/1"), press="approve")
    page = browser.get(f"/customers/{given.number}/timeline")
    compared = browser.get(page.link("与当前对比"))
    assert rows(compared) == [
        ["主要对接人姓名", "张敏", "王伟"],
        ["邮箱地址", "zhangmin@example.com", "wangwei@example.com"],
        ["期望合作周期", "—", "长期（1 年以上）"],
    ]
    assert text_of(compared.find("option", selected="")).startswith("1 · 2026-11-23 10:00 · 工作表")


def test_the_older_version_stands_first_however_it_was_asked(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    answered(sqlite_app, given, {"contacts.name": "王伟"})
    browser.submit(browser.get("/review/1"), press="approve")
    page = browser.get(f"/customers/{given.number}/timeline/compare?from=2&to=1")
    assert rows(page) == [["主要对接人姓名", "张敏", "王伟"]]
    assert [option.get("value") for option in page.find_all("option", selected="")] == ["1", "2"]


@pytest.mark.parametrize("query", ["?from=1&to=", "?from=x&to=y", "?from=1&to=99", "?from=-1&to=" + "9" * 30])
def test_versions_that_are_not_there_are_asked_for(browser: Browser, given: Invited, query: str) -> None:
    assert "请选择两个版本。" in browser.get(f"/customers/{given.number}/timeline/compare{query}").text


def test_without_a_choice_the_last_two_versions_and_the_record_of_today_are_shown(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    answered(sqlite_app, given, {"contacts.name": "王伟"})
    path = f"/customers/{given.number}/timeline"
    assert "两个版本的内容相同" in browser.get(f"{path}/compare").text
    browser.submit(browser.get("/review/1"), press="approve")
    assert rows(browser.get(f"{path}/compare")) == [["主要对接人姓名", "张敏", "王伟"]]
    assert "与当前相同" in browser.get(f"{path}/day").text


def test_a_day_shows_the_record_as_it_was_held_then_with_its_contact(
    browser: Browser, sqlite_app: Flask, clock: Traveller, given: Invited
) -> None:
    answered(sqlite_app, given, CHANGED)
    clock.move_to(NOW.astimezone() + timedelta(days=1))
    browser.submit(browser.get("/review/1"), press="approve")
    address = f"/customers/{given.number}/timeline/day?on="
    before, after = browser.get(f"{address}2026-11-23"), browser.get(f"{address}2026-11-24")
    assert ("张敏" in before.text, "王伟" in before.text) == (True, False)
    assert ("张敏" in after.text, "王伟" in after.text) == (False, True)
    assert "档案第 1 版，2026-11-23 10:00" in before.text
    assert "与当前相同" in after.text


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2026-11-22", "那一天还没有该客户的档案。"),
        ("2026-11-24", "这一天还没有到。"),
        ("9999-12-31", "这一天还没有到。"),
        ("0001-01-01", "那一天还没有该客户的档案。"),
        ("", "请选择日期。"),
        ("x", "请选择日期。"),
        ("2026-02-30", "请选择日期。"),
        ("9" * 50, "请选择日期。"),
    ],
)
def test_a_day_without_a_record_says_so(browser: Browser, given: Invited, on: str, said: str) -> None:
    page = browser.get(f"/customers/{given.number}/timeline/day?on={on}")
    assert text_of(page.find("div", role="alert")) == said
