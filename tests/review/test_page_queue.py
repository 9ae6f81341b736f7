"""The queue of submissions: what waits, the oldest first (M20)."""

from datetime import timedelta

import pytest
from flask import Flask

from formsvc.review import queue_pages as pages
from formsvc.review.models import SubmissionFlag
from formsvc.staff.models import Role
from formsvc.submissions.models import Submission
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import account, answered, invited
from tests.forms import text_of
from tests.installation import NOW
from tests.submissions.test_page_cost import statements


def numbers(page: Page) -> list[str]:
    links = [a.get("href") or "" for a in page.root.iter("a")]
    paths = [link.partition("?")[0].removeprefix("/review/") for link in links if link.startswith("/review/")]
    return [path for path in paths if path.isdigit()]


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


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMINISTRATOR])
@pytest.mark.parametrize(
    ("query", "said", "onward"),
    [
        ("", "没有待审核的提交", ("邀请客户", "/customers/")),
        ("?owner=me", "没有待您审核的提交", ("邀请客户", "/customers/")),
        ("?age=late", "没有超过 24 小时的提交", ("查看全部待审核", "/review/")),
        ("?age=soon", "没有符合条件的提交", ("清除筛选", "/review/")),
        ("?owner=none&age=late", "没有符合条件的提交", ("清除筛选", "/review/")),
        ("?state=approved", "没有符合条件的提交", ("清除筛选", "/review/")),
    ],
)
def test_an_empty_queue_says_why_and_what_to_do(
    browser: Browser, sqlite_app: Flask, role: Role, query: str, said: str, onward: tuple[str, str]
) -> None:
    """Only what somebody chose, by no tab, is a filter: it lies open on a phone, and can be cleared."""
    browser.sign_in(account(sqlite_app, role))
    page = browser.get(f"/review/{query}")
    is_filtered = page.find("details").get("open") is not None
    assert text_of(page.find("h2")) == said
    assert page.link(onward[0]) == onward[1]
    assert is_filtered == ("清除筛选" in page.text)
    assert page.find_all("table") == []


def test_a_filter_stays_in_every_address(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    for hours in (30, 26, 1):
        answered(sqlite_app, invited(sqlite_app, manager, NOW), now=NOW - timedelta(hours=hours))
    page = browser.get("/review/?age=late&state=nonsense&flag=&page=7")
    assert numbers(page) == ["1", "2"]
    assert page.link("合肥云盾") == "/review/1?age=late"
    assert [
        o.get("value") for o in page.find("select", name="age").iter("option") if o.get("selected") is not None
    ] == ["late"]
    assert browser.submit(page, action="/review/next").path == "/review/1?age=late"


def test_the_pages_go_back_too(
    browser: Browser, sqlite_app: Flask, manager: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    for _ in range(5):
        answered(sqlite_app, invited(sqlite_app, manager))
    assert numbers(browser.get("/review/?before=5")) == ["3", "4"]
    assert numbers(browser.get("/review/?before=2")) == ["1", "2"]
    assert browser.get("/review/?after=5").link("最早") == "/review/"


def test_what_was_found_and_how_long_it_waits_is_seen(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    for hours in (200, 23, 0):
        made = answered(sqlite_app, invited(sqlite_app, manager), now=NOW - timedelta(hours=hours), reader="x")
    with writing(sqlite_app) as session:
        session.add_all(SubmissionFlag(submission_id=made, check=check) for check in ("same-mobile", "not-confirmed"))
        session.get_one(Submission, made).checked_version = 1
    page = browser.get("/review/")
    for words in (
        "8 天",
        "23 小时",
        "不到 1 小时",
        "手机号重复",
        "邮箱/手机未验证",
        "未验证身份",
        "其中 1 条已超过 24 小时",
    ):
        assert words in page.text
    assert numbers(browser.get("/review/?flag=same-mobile")) == [str(made)]


def test_what_nobody_looked_at_yet_is_not_taken_for_good(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    made = answered(sqlite_app, invited(sqlite_app, manager))
    assert "尚未检查" in browser.get("/review/").text
    with writing(sqlite_app) as session:
        session.get_one(Submission, made).checked_version = 1
    assert "尚未检查" not in browser.get("/review/").text


def test_a_page_asks_the_database_three_times(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    """Who reads, which rows, and what stands around them; however many rows there are."""
    for _ in range(5):
        answered(sqlite_app, invited(sqlite_app, manager))
    with statements(sqlite_app) as said:
        browser.get("/review/")
    assert [s.split()[0] for s in said if not s.startswith("BEGIN")] == ["SELECT"] * 3


def test_stored_xss_what_is_typed_stays_text(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    """Rows are filled into a template that was rendered before: each value is escaped on its way."""
    bad = "<b>\"&amp;'</b>"
    answered(sqlite_app, invited(sqlite_app, manager, values={"basic.full_name": bad, "contacts.name": bad}))
    page = browser.submit(browser.get("/review/?age=fresh"), {"name": bad}, action="/filters")
    assert page.link(bad) == "/review/?age=fresh"
    assert page.text.count(bad) >= 3
    assert page.find_all("b") == []


def test_a_filter_is_saved_by_name_and_deleted(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    page = browser.get("/review/?age=soon&flag=emptied")
    page = browser.submit(page, {"name": "快超时且清空"}, action="/filters")
    assert page.link("快超时且清空") == "/review/?age=soon&flag=emptied"
    assert "快超时且清空" in [a.text for a in page.find_all("a", aria_current="page")]
    page = browser.submit(page, action="/filters/1/delete")
    assert "快超时且清空" not in page.html
    page = browser.submit(browser.get("/review/?age=soon"), {"name": " "}, action="/filters")
    assert "起个名字" in page.text


def test_several_are_given_to_a_colleague(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    colleague = account(sqlite_app, name="王磊")
    for _ in range(3):
        answered(sqlite_app, invited(sqlite_app, manager))
    page = browser.submit(browser.get("/review/"), {"ids": ["1", "3"]}, action="/review/assign")
    assert "请选择一位同事" in page.text
    to = next(o.get("value") or "" for o in page.find("select", name="to").iter("option") if o.text == "王磊")
    assert "请先勾选" in browser.submit(page, {"to": to}, action="/review/assign").text
    page = browser.submit(page, {"ids": ["1", "3"], "to": to}, action="/review/assign")
    assert "已分配给王磊：2 条" in page.text
    assert numbers(page) == ["2"]
    assert numbers(browser.get(f"/review/?owner={to}")) == ["1", "3"]
    again = Browser(sqlite_app)
    again.sign_in(colleague)
    assert numbers(again.get("/review/")) == ["1", "3"]
    assert again.get("/review/1").heading


def test_what_does_not_wait_any_more_is_passed_over(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    for _ in range(2):
        answered(sqlite_app, invited(sqlite_app, manager))
    page = browser.get("/review/")
    browser.submit(browser.get("/review/1"), press="approve")
    to = next(o.get("value") or "" for o in page.find("select", name="to").iter("option") if o.text == "李强")
    page = browser.submit(page, {"ids": ["1", "2"], "to": to}, action="/review/assign")
    assert "已分配给李强：1 条" in page.text
    assert "已跳过 1 条" in page.text


def test_two_at_one_queue_see_each_other(browser: Browser, sqlite_app: Flask) -> None:
    for _ in range(2):
        answered(sqlite_app, invited(sqlite_app))
    other = Browser(sqlite_app)
    browser.sign_in(account(sqlite_app, Role.ADMINISTRATOR, "陈晨"))
    other.sign_in(account(sqlite_app, Role.ADMINISTRATOR, "赵云"))
    page = browser.get("/review/")
    assert browser.submit(page, action="/review/next").path == "/review/1"
    seen = other.get("/review/")
    assert ("陈晨正在处理" in seen.text, "您正在处理" in browser.get("/review/").text) == (True, True)
    token = {"csrf_token": seen.find("input", name="csrf_token").get("value") or "", "quiet": "1"}
    other.post("/review/1/claim", token, status=409)
    other.post("/review/2/claim", token, status=204)
    assert "都有同事在处理" in browser.submit(page, action="/review/next").text
    other.post("/review/2/release", token, status=204)
    assert browser.submit(page, action="/review/next").path == "/review/2"


def test_cache_a_page_says_nothing_of_another_reader_or_request(browser: Browser, sqlite_app: Flask) -> None:
    """Most of the page is rendered once for all who see the same: threat "cache"."""
    answered(sqlite_app, invited(sqlite_app))
    other = Browser(sqlite_app)
    browser.sign_in(account(sqlite_app, Role.ADMINISTRATOR, "陈晨"))
    other.sign_in(account(sqlite_app, Role.ADMINISTRATOR, "赵云"))
    page = browser.get("/review/?age=soon&utm=secret")
    assert [field.get("value") for field in page.find_all("input", name="next")] == ["/review/?age=soon&utm=secret"]
    page = browser.submit(page, {"name": " "}, action="/filters")
    assert "起个名字" in text_of(page.find("div", role="status"))
    browser.submit(page, {"name": "快超时"}, action="/filters")
    seen = other.get("/review/")
    for text in ("secret", "快超时", page.find("input", name="csrf_token").get("value") or "none"):
        assert text not in seen.html
    assert seen.find_all("div", role="status") == []
    assert [span.text for span in seen.find("div", class_="who").iter("span")] == ["赵云"]
    assert browser.get("/review/").find_all("div", role="status") == []
