"""Follow-ups on a customer's page and on their own (M35)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers.models import Customer
from formsvc.db import db
from formsvc.staff.models import Role
from tests.browser import Browser, Page
from tests.factories import PASSWORD
from tests.filling import account, customer
from tests.forms import text_of

TALK = {"channel": "call", "record-follow_up": "客户要报价"}


@pytest.fixture
def number(browser: Browser, sqlite_app: Flask) -> str:
    """A customer, whose manager is signed in."""
    manager = account(sqlite_app)
    made = customer(sqlite_app, manager, values={"record.next_step": "提供报价单", "record.next_on": "2026-11-20"})
    browser.sign_in(manager)
    return made


def talks(page: Page) -> list[str]:
    """What the page says of each follow-up."""
    return [text_of(li) for ol in page.find_all("ol", class_="talks") for li in ol.iter("li")]


def test_a_follow_up_stands_in_the_list_with_its_next_step_on_top(browser: Browser, number: str) -> None:
    page = browser.get(f"/customers/{number}")
    typed = {**TALK, "record-next_step": "发送报价", "record-next_on": "2026-11-27"}
    shown = browser.submit(page, typed, action=f"/customers/{number}/follow-ups")
    assert talks(shown)[0] == "2026年11月23日 · 李强 · 电话 客户要报价 下一步： 发送报价 · 李强 · 2026年11月27日"
    (step,) = shown.find_all("div", class_="note step")
    assert "发送报价 李强 · 2026年11月27日" in text_of(step)


def test_an_overdue_step_says_so_and_is_ticked_off(browser: Browser, number: str) -> None:
    page = browser.get(f"/customers/{number}")
    (step,) = page.find_all("div", class_="note step bad")
    assert "2026年11月20日，已逾期" in text_of(step)
    done = browser.submit(page, action=f"/customers/{number}/next-step/done")
    assert [e for e in done.root.iter("div") if "step" in (e.get("class") or "").split()] == []
    again = browser.submit(page, action=f"/customers/{number}/next-step/done")
    assert "本次没有标记完成" in again.text


def test_a_vague_next_step_is_refused_with_a_good_example(browser: Browser, number: str) -> None:
    page = browser.get(f"/customers/{number}/follow-ups")
    typed = {**TALK, "record-next_step": "继续跟进", "record-next_on": "2026-11-27"}
    wrong = browser.submit(page, typed, status=422)
    assert "例如“李强 5 月 15 日前提供报价单”" in wrong.error_of("record-next_step")
    assert wrong.find("textarea", id="record-follow_up").text == "客户要报价"
    browser.submit(wrong, {"record-next_step": "发送报价"})


def test_a_vague_follow_up_is_refused_and_a_step_without_a_date_says_what_to_do(browser: Browser, number: str) -> None:
    page = browser.get(f"/customers/{number}/follow-ups")
    vague = {**TALK, "record-follow_up": "继续跟进。", "record-next_step": "发送报价"}
    wrong = browser.submit(page, vague, status=422)
    assert "例如“客户看过样品" in wrong.error_of("record-follow_up")
    assert "紧急程度" in wrong.error_of("record-next_on")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"channel": ""}, "channel"),
        ({"record-follow_up": " "}, "record-follow_up"),
        ({"record-followed_up_on": "2026-11-24"}, "record-followed_up_on"),
        ({"record-followed_up_on": ""}, "record-followed_up_on"),
        ({"record-next_step": "发送报价", "record-next_on": "2026-11-22"}, "record-next_on"),
        ({"record-next_step": "发送报价"}, "record-next_on"),
        ({"record-next_on": "2026-11-27"}, "record-next_step"),
    ],
)
def test_what_is_missing_or_impossible_is_said_in_its_place(
    browser: Browser, number: str, typed: dict[str, str], name: str
) -> None:
    page = browser.submit(browser.get(f"/customers/{number}/follow-ups"), {**TALK, **typed}, status=422)
    assert page.error_of(name)


def test_a_step_without_a_date_is_due_by_its_urgency(browser: Browser, sqlite_app: Flask, number: str) -> None:
    page = browser.get(f"/customers/{number}/follow-ups")
    browser.submit(page, {**TALK, "record-next_step": "发送报价", "record-urgency": "high"})
    with sqlite_app.app_context():
        found = db.session.scalars(select(Customer)).one()
        assert (found.urgency, found.next_on) == ("high", "2026-11-30")


def test_many_follow_ups_are_cut_and_all_are_shown_elsewhere(browser: Browser, number: str) -> None:
    for count in range(11):
        browser.submit(browser.get(f"/customers/{number}/follow-ups"), {**TALK, "record-follow_up": f"第{count}次"})
    page = browser.get(f"/customers/{number}")
    assert len(talks(page)) == 10
    assert len(talks(browser.get(page.link("查看全部")))) == 12


@pytest.mark.parametrize(("role", "status"), [(Role.SERVICE, 200), (Role.FINANCE, 200), (Role.AUDITOR, 403)])
def test_a_follow_up_is_everybodys_who_may_write(
    browser: Browser, sqlite_app: Flask, number: str, role: Role, status: int
) -> None:
    values = dict(browser.get(f"/customers/{number}/follow-ups").form().filled(TALK, None))
    other = Browser(sqlite_app)
    signed = other.get(f"/login?next=/customers/{number}/follow-ups")
    page = other.submit(signed, {"email": account(sqlite_app, role), "password": PASSWORD})
    assert bool(page.find_all("textarea", id="record-follow_up")) == (status == 200)
    assert page.find_all("select", id="record-urgency") == []
    token = page.find("input", name="csrf_token").get("value") or ""
    del values["record-urgency"]
    other.post(f"/customers/{number}/follow-ups", {**values, "csrf_token": token}, status=status)


def test_foreign_id_another_managers_customer_is_not_there(browser: Browser, sqlite_app: Flask, number: str) -> None:
    foreign = customer(sqlite_app)
    values = dict(browser.get(f"/customers/{number}/follow-ups").form().filled(TALK, None))
    browser.get(f"/customers/{foreign}/follow-ups", status=404)
    browser.post(f"/customers/{foreign}/follow-ups", values, status=404)
    browser.post(f"/customers/{foreign}/next-step/done", {**values, "since": "1"}, status=404)


def test_whose_record_is_archived_is_brought_back_before_a_talk_is_recorded(browser: Browser, number: str) -> None:
    opened = browser.get(f"/customers/{number}/follow-ups")
    browser.post_from(f"/customers/{number}", f"/customers/{number}/archive", {"reason": "silent"})
    assert not browser.get(f"/customers/{number}/follow-ups").find_all("textarea", id="record-follow_up")
    page = browser.submit(opened, TALK, action=f"/customers/{number}/follow-ups", status=409)
    assert "请先在客户页面恢复" in page.error_of("record-follow_up")
    assert text_of(page.find("textarea", id="record-follow_up")) == "客户要报价"
