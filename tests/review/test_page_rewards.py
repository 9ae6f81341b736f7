"""Staff pages: rewards to give and given, of one customer and of all (M27)."""

import pytest
from flask import Flask

from formsvc.review import reward_pages, rewards
from formsvc.submissions.models import Submission
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import Invited, account, answered, everything, invited
from tests.forms import text_of
from tests.installation import NOW
from tests.review.test_rewards import REWARD, promise


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer whose answers wait, as submission 1, and whose manager is signed in; a reward is promised."""
    with writing(sqlite_app) as session:
        promise(session)
    made = invited(sqlite_app)
    answered(sqlite_app, made)
    browser.sign_in(made.manager)
    return made


def earned(app: Flask, id_: int = 1) -> None:
    with writing(app) as session:
        assert rewards.record_earned(session, session.get_one(Submission, id_), NOW)


def test_a_customers_page_shows_rewards_and_marks_them_as_given(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    path = f"/customers/{given.number}"
    assert not browser.get(path).find_all("section", aria_labelledby="rewards")
    earned(sqlite_app)
    page = browser.get(path)
    stale = page
    assert REWARD["zh"] in page.text
    page = browser.submit(page, action="/rewards/1/give")
    assert page.path.startswith(path)
    assert "李强于 2026-11-23 10:00 发放" in page.text
    before = everything(sqlite_app)
    page = browser.submit(stale, action="/rewards/1/give")
    assert "此前已发放" in page.text
    assert everything(sqlite_app) == before


def test_foreign_id_nobody_gives_another_managers_reward(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    earned(sqlite_app)
    other = Browser(sqlite_app)
    other.sign_in(account(sqlite_app))
    before, typed = everything(sqlite_app), {"csrf_token": other.get("/rewards/").find("input").get("value") or ""}
    for id_ in (1, 2):
        other.post(f"/rewards/{id_}/give", typed, status=404)
    assert everything(sqlite_app) == before


def names(page: Page) -> list[str]:
    """The customers of the list."""
    return [text_of(row) for row in page.root.iter("a") if (row.get("href") or "").endswith("#rewards")]


def several(app: Flask, given: Invited, *more: str) -> None:
    """The reward of submission 1, and of further customers of the same manager by those names."""
    earned(app)
    for number, name in enumerate(more, start=2):
        answered(app, invited(app, given.manager, values={"basic.full_name": name}))
        earned(app, number)


def test_the_list_says_who_is_to_get_what_since_when(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    page = browser.get("/rewards/")
    assert "没有待发放的奖励" in page.text
    earned(sqlite_app)
    page = browser.get(browser.get("/customers/").link("奖励"))
    row = text_of(page.find("tbody"))
    for said in ("合肥云盾科技有限公司", given.number, "张敏", REWARD["zh"], "客户信息确认表", "2026-11-23 10:00"):
        assert said in row
    assert page.find("a", aria_current="page", href="/rewards/").text == "待发放"
    assert REWARD["en"] in browser.get("/rewards/?lang=en").text


def test_marking_one_leaves_the_others_and_moves_it_to_those_given(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    several(sqlite_app, given, "深圳乙公司")
    page = stale = browser.get("/rewards/")
    assert names(page) == ["合肥云盾科技有限公司", "深圳乙公司"]
    assert "还没有发放过奖励" in browser.get("/rewards/?state=given").text
    page = browser.submit(page, action="/rewards/1/give")
    assert (page.path, names(page)) == ("/rewards/", ["深圳乙公司"])
    assert "合肥云盾科技有限公司：已标记为已发放" in page.text
    page = browser.get(page.link("已发放"))
    assert names(page) == ["合肥云盾科技有限公司"]
    assert "2026-11-23 10:00 李强" in page.text
    assert page.find_all("form", action="/rewards/1/give") == []
    before = everything(sqlite_app)
    assert "此前已发放：李强于 2026-11-23 10:00 发放" in browser.submit(stale, action="/rewards/1/give").text
    assert everything(sqlite_app) == before


@pytest.mark.parametrize("state", ["", "given"])
def test_a_long_list_is_paged(
    browser: Browser, sqlite_app: Flask, given: Invited, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(reward_pages, "PAGE", 2)
    several(sqlite_app, given, "深圳乙公司", "深圳丙公司")
    page, order = browser.get("/rewards/"), ["合肥云盾科技有限公司", "深圳乙公司", "深圳丙公司"]
    if state:
        for id_ in (1, 2, 3):
            browser.post(f"/rewards/{id_}/give", {"csrf_token": page.find("input").get("value") or ""})
        page, order = browser.get("/rewards/?state=given"), order[::-1]
    assert names(page) == order[:2]
    page = browser.get(page.link("更多"))
    assert names(page) == order[2:]
    if not state:
        page = browser.submit(page, action="/rewards/3/give")
        assert "这里的奖励都已发放" in page.text
        order.pop()
    assert names(browser.get(page.link("回到最新" if state else "回到最早"))) == order[:2]


@pytest.mark.parametrize("typed", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_open_redirect_marking_leads_to_no_other_site(
    browser: Browser, sqlite_app: Flask, given: Invited, typed: str
) -> None:
    earned(sqlite_app)
    page = browser.submit(browser.get("/rewards/"), {"next": typed}, action="/rewards/1/give")
    assert page.path == f"/customers/{given.number}#rewards"
