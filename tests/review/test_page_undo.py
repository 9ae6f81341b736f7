"""Undo an approval: what was merged, what comes back, why not, and the thank-you that is not hidden (M24)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers import record
from formsvc.customers.held import held_values
from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source
from formsvc.mail import outbox
from formsvc.mail.models import OutboxMessage
from tests.browser import Browser
from tests.factories import writing
from tests.filling import Invited, answered, everything, invited
from tests.forms import text_of
from tests.installation import NOW
from tests.review.test_rewards import REWARD, promise

CHANGED = {"contacts.name": "王伟", "needs.term": "long"}


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer whose submission 1 was approved by the manager, who is signed in."""
    made = invited(sqlite_app)
    answered(sqlite_app, made, CHANGED)
    browser.sign_in(made.manager)
    browser.submit(browser.get("/review/1"), press="approve")
    return made


def held(app: Flask) -> dict[str, object]:
    with writing(app) as session:
        return held_values(session, session.scalars(select(Customer)).first() or Customer())


def change(app: Flask) -> None:
    with writing(app) as session:
        found = session.scalars(select(Customer)).one()
        newer = {"contacts.name": "赵敏"}
        record.change(session, found, newer, Source(Origin.WORKSHEET), NOW + timedelta(hours=1), seen=2)


def test_each_field_says_what_it_is_and_what_comes_back(browser: Browser, given: Invited) -> None:
    page = browser.get("/review/1/undo")
    assert [text_of(e) for e in page.find_all("label", class_="choice")] == ["主要对接人姓名", "期望合作周期"]
    assert [text_of(dd) for dd in page.root.iter("dd")] == ["王伟 → 张敏", "长期（1 年以上） → （空）"]


def test_what_is_ticked_is_undone_and_the_rest_stays(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    done = browser.submit(browser.get("/review/1/undo"), {"item": "contacts.name", "reason": "客户填错了"})
    assert done.path == "/review/1"
    assert "已撤销，恢复为之前的内容。" in done.text
    now_held = held(sqlite_app)
    assert (now_held["contacts.name"], now_held["needs.term"]) == ("张敏", "long")
    again = browser.get("/review/1/undo")
    assert "李强于 2026-11-23 10:00 撤销：主要对接人姓名。" in again.text
    assert "原因：客户填错了" in again.text
    assert "已由李强于 2026-11-23 10:00 撤销。" in again.text
    assert [e.get("value") for e in again.find_all("input", type="checkbox")] == ["needs.term"]


def test_what_changed_later_says_by_whom_and_is_not_offered(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    change(sqlite_app)
    page = browser.get("/review/1/undo")
    assert "无法撤销：之后由工作表导入于 2026-11-23 11:00 再次更改（档案第 3 版）。" in page.text
    assert [e.get("value") for e in page.find_all("input", type="checkbox")] == ["needs.term"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"item": "contacts.name", "reason": " "}, "请填写原因"), ({"reason": "填错了"}, "请勾选要撤销的内容。")],
)
def test_a_reason_and_a_choice_are_asked_for_and_nothing_typed_is_lost(
    browser: Browser, sqlite_app: Flask, given: Invited, typed: dict[str, str], said: str
) -> None:
    before = everything(sqlite_app)
    page = browser.submit(browser.get("/review/1/undo"), typed, status=422)
    assert said in text_of(page.find("div", id="errors"))
    filled = dict(page.form().filled({}, None))
    assert (filled.get("item"), filled.get("reason", "").strip()) == (typed.get("item"), typed["reason"].strip())
    assert everything(sqlite_app) == before


def test_lost_update_who_is_too_late_is_told_and_nothing_is_undone(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    page = browser.get("/review/1/undo")
    change(sqlite_app)
    before = everything(sqlite_app)
    told = browser.submit(page, {"item": ["contacts.name", "needs.term"], "reason": "填错了"}, status=409)
    assert "尚未撤销任何内容" in told.text
    assert everything(sqlite_app) == before


def test_the_thank_you_is_named(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    assert "2026-11-23 10:00 的感谢邮件正在发送，不会因撤销而停发。" in browser.get("/review/1/undo").text
    with writing(sqlite_app) as session:
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "thank-you")).one()
        outbox.mark_sent(session, mail, NOW + timedelta(minutes=1))
    assert "感谢邮件已于 2026-11-23 10:01 发出，无法收回。" in browser.get("/review/1/undo").text


def test_a_reward_is_named_and_stays(browser: Browser, sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        promise(session)
    made = invited(sqlite_app)
    answered(sqlite_app, made, CHANGED)
    browser.sign_in(made.manager)
    browser.submit(browser.get("/review/1"), press="approve")
    assert f"获得奖励：{REWARD['zh']}。奖励尚未发放，撤销后仍然有效。" in browser.get("/review/1/undo").text
    browser.submit(browser.get("/review/1/undo"), {"item": "contacts.name", "reason": "填错了"})
    browser.submit(browser.get("/rewards/"), action="/rewards/1/give")
    assert "李强已于 2026-11-23 10:00 发放，撤销不会收回。" in browser.get("/review/1/undo").text


def test_without_a_reward_nothing_is_said_of_one(browser: Browser, given: Invited) -> None:
    assert "奖励" not in text_of(browser.get("/review/1/undo").find("main"))


def test_what_was_not_approved_cannot_be_undone(browser: Browser, sqlite_app: Flask) -> None:
    made = invited(sqlite_app)
    answered(sqlite_app, made, CHANGED)
    browser.sign_in(made.manager)
    browser.get("/review/1/undo", status=404)


def test_foreign_id_another_managers_approval_cannot_be_undone(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    stranger = Browser(sqlite_app)
    other = invited(sqlite_app)
    answered(sqlite_app, other, CHANGED)
    stranger.sign_in(other.manager)
    stranger.submit(stranger.get("/review/2"), press="approve")
    token = stranger.get("/review/2/undo").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    stranger.get("/review/1/undo", status=404)
    typed = {"item": "contacts.name", "reason": "x", "seen": "2", "csrf_token": token}
    stranger.post("/review/1/undo", typed, status=404)
    assert everything(sqlite_app) == before


def test_stored_xss_a_reason_is_text(browser: Browser, given: Invited) -> None:
    typed = {"item": "contacts.name", "reason": "<b>x</b>"}
    browser.submit(browser.get("/review/1/undo"), typed)
    for path in ("/review/1/undo", f"/customers/{given.number}", f"/customers/{given.number}/timeline"):
        page = browser.get(path)
        assert "<b>x</b>" in page.text
        assert page.find_all("b") == []


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
def test_a_version_that_cannot_be_is_too_late(browser: Browser, sqlite_app: Flask, given: Invited, seen: str) -> None:
    before = everything(sqlite_app)
    typed = {"item": "contacts.name", "reason": "x", "seen": seen}
    browser.submit(browser.get("/review/1/undo"), typed, status=409)
    assert everything(sqlite_app) == before
