"""The timeline of a customer, two versions beside each other, and the record as of a day (M24, M25)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from time_machine import Traveller

from formsvc.customers import contacts, record
from formsvc.customers.models import Cause, Customer, Origin
from formsvc.customers.record import Change, Source
from formsvc.db import db
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation
from formsvc.review import timeline
from formsvc.rounds.reminders import remind
from formsvc.staff.models import Role
from formsvc.submissions import addresses
from formsvc.submissions import verbs as submissions
from formsvc.submissions.models import Address
from tests.browser import Browser, Page
from tests.factories import opened, writing
from tests.filling import Invited, account, answered, customer, invited
from tests.forms import text_of
from tests.installation import NOW

CHANGED = {"contacts.name": "王伟", "needs.term": "long", "contacts.email": "wangwei@example.com"}
MARKS = "0", "x", "1.1", "9" * 30 + ".1.1", "1.3.1", "-1.1.1", "9999999999999999.2.999999999", "1.1.1%00", "' OR 1=1 --"


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer who was invited, and whose manager is signed in."""
    made = invited(sqlite_app)
    browser.sign_in(made.manager)
    return made


def happened(page: Page) -> list[str]:
    """Each entry: what it says first."""
    entries = next(e for e in page.root.iter("ol"))
    return [text_of(next(p for p in li.iter("div"))) for li in entries.iter("li")]


def sentences(page: Page) -> list[str]:
    entries = next(e for e in page.root.iter("ol"))
    return [text_of(next(div.iter("p"))) for li in entries.iter("li") for div in li.iter("div")]


def timeline_of(browser: Browser, number: str) -> Page:
    return browser.get(f"/customers/{number}/timeline")


def test_all_that_happened_stands_newest_first(browser: Browser, sqlite_app: Flask, clock: Traveller) -> None:
    given = invited(sqlite_app, now=NOW + timedelta(minutes=1))
    browser.sign_in(given.manager)
    with writing(sqlite_app) as session:
        made = session.get_one(Invitation, given.id)
        invitations.reissue(session, made, "staff:1", NOW + timedelta(hours=1))
        remind(session, made, made.due_at or NOW)
    first = answered(sqlite_app, given, now=NOW + timedelta(days=5))
    with writing(sqlite_app) as session:
        submissions.withdraw(
            session, opened(session, session.get_one(Invitation, given.id)), NOW + timedelta(days=5, hours=1)
        )
    answered(sqlite_app, given, CHANGED, seen=1, now=NOW + timedelta(days=5, hours=2))
    with writing(sqlite_app) as session:
        addresses.confirm(session, session.scalars(select(Address)).one(), NOW + timedelta(days=5, hours=3))
    clock.move_to(NOW.astimezone() + timedelta(days=6))
    browser.submit(browser.get("/review/2"), press="approve")
    browser.submit(browser.get("/review/2/undo"), {"item": "contacts.name", "reason": "填错了"})
    page = timeline_of(browser, given.number)
    assert sentences(page) == [
        "李强撤销了一次审核通过所做的更改。 提交 2 版本 3",
        "感谢邮件正在发往 wangwei@example.com。",
        "李强采纳了客户填写的内容。 提交 2 版本 2",
        "客户确认了 wangwei@example.com。",
        "客户再次提交（第 2 次）。 提交 2",
        "客户撤回了提交。 提交 1",
        "客户提交了填写。 提交 1",
        "截止日期前已提醒客户。",
        "李强重新生成了链接。",
        "系统邀请了客户。",
        "由工作表建立档案。 版本 1",
    ]
    assert page.find_all("a", href=f"/review/{first}")


def test_a_version_says_what_it_changed_and_an_undo_why(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    answered(sqlite_app, given, CHANGED)
    browser.submit(browser.get("/review/1"), press="approve")
    browser.submit(browser.get("/review/1/undo"), {"item": ["contacts.name", "needs.term"], "reason": "填错了"})
    undo, _thanks, merge, *_ = happened(timeline_of(browser, given.number))
    assert "主要对接人姓名 张敏 → 王伟" in merge
    assert "期望合作周期 长期（1 年以上）" in merge
    assert "主要对接人姓名 王伟 → 张敏" in undo
    assert "期望合作周期 长期（1 年以上） → （空）" in undo
    assert "原因：填错了" in undo


@pytest.mark.parametrize(
    ("action", "said"), [("return", "李强将填写退回客户修改。"), ("reject", "李强拒绝了客户的填写。")]
)
def test_a_refusal_has_its_line(browser: Browser, sqlite_app: Flask, given: Invited, action: str, said: str) -> None:
    answered(sqlite_app, given)
    browser.submit(browser.get("/review/1"), {"note": "请补充"}, action)
    assert f"{said} 提交 1" in sentences(timeline_of(browser, given.number))


def test_an_approval_without_a_change_says_so(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    answered(sqlite_app, given)
    browser.submit(browser.get("/review/1"), press="approve")
    (entry,) = [text for text in happened(timeline_of(browser, given.number)) if "采纳" in text]
    assert "内容没有变化。" in entry


def test_a_succession_stands_in_the_timeline(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    with writing(sqlite_app) as session:
        found = session.scalars(select(Customer)).one()
        for number, primary in ((2, 2), (3, 2)):
            name = {"contacts.name": f"王芳{number}"}
            record.change(session, found, name, Source(Origin.WORKSHEET), NOW, seen=number - 1, contact=number,
                          primary=primary)  # fmt: skip
            contacts.add(session, found, number, NOW)
        contacts.leave(session, found, 1, 2, NOW)
    page = timeline_of(browser, given.number)
    assert "张敏已离职，由王芳2接替。" in page.text
    assert "新增第二联系人王芳3。" in page.text


def test_pages_follow_each_other_without_a_gap_or_an_entry_twice(
    browser: Browser, sqlite_app: Flask, given: Invited, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(sqlite_app, given, CHANGED)
    browser.submit(browser.get("/review/1"), press="approve")
    whole = happened(timeline_of(browser, given.number))
    monkeypatch.setattr(timeline, "PAGE", 2)
    page, found = timeline_of(browser, given.number), []
    while True:
        found += happened(page)
        if not (more := page.find_all("a", rel="next")):
            break
        page = browser.get(more[0].get("href") or "")
    assert found == whole


@pytest.mark.parametrize("mark", MARKS)
def test_sql_injection_a_page_that_begins_nowhere_is_a_page(browser: Browser, given: Invited, mark: str) -> None:
    assert browser.get(f"/customers/{given.number}/timeline?before={mark}").heading


def test_a_page_takes_as_many_statements_however_much_happened(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    counts, executed = [], list[str]()
    with sqlite_app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: executed.append(given[2]))
    for number in (2, 3):
        answered(sqlite_app, given, {"contacts.name": f"王伟{number}"}, seen=number - 2)
        browser.submit(browser.get(f"/review/{number - 1}"), {"note": "请补充"}, "return")
        with sqlite_app.app_context():
            made = db.session.scalars(select(Customer)).one()
            executed.clear()
            timeline.entries(db.session, made, None)
            counts.append(len(executed))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("path", ["", "/compare?from=1&to=1", "/day?on=2026-11-23"])
def test_foreign_id_the_past_of_another_managers_customer_is_not_found(
    browser: Browser, sqlite_app: Flask, given: Invited, path: str
) -> None:
    other = customer(sqlite_app)
    browser.get(f"/customers/{other}/timeline{path}", status=404)
    browser.get(f"/customers/{given.number}/timeline{path}")


def test_the_customers_page_leads_to_the_timeline(browser: Browser, given: Invited) -> None:
    page = browser.get(f"/customers/{given.number}")
    assert browser.get(page.link("时间线")).heading == "时间线"


def test_an_administrator_sees_it_as_well(browser: Browser, sqlite_app: Flask) -> None:
    number = customer(sqlite_app)
    browser.sign_in(account(sqlite_app, Role.ADMINISTRATOR))
    assert timeline_of(browser, number).heading


def test_what_colleagues_entered_and_changed_says_who_why_and_how_they_knew(
    browser: Browser, sqlite_app: Flask
) -> None:
    email = account(sqlite_app)
    browser.sign_in(email)
    typed = {"basic-full_name": "上海远航贸易有限公司", "contacts-mobile": "13900010009"}
    path = browser.submit(browser.get("/customers/new"), typed, press="open").path
    said = {
        "channel": "call",
        "record-follow_up": "要报价",
        "record-next_step": "发送报价",
        "record-next_on": "2026-11-30",
    }
    browser.submit(browser.get(f"{path}/follow-ups"), said)
    browser.submit(browser.get(path), action=f"{path}/next-step/done")
    why = {"channel": "document", "reason": "营业执照"}
    page = browser.submit(browser.get(f"{path}/edit"), {"basic-address": "上海", **why})
    assert "李强于 2026-11-23 10:00 改写，原因：营业执照 · 合同、发票或公开登记" in page.text
    assert "李强于 2026-11-23 10:00 录入 · 名片" in page.text
    page = browser.get(f"{path}/timeline")
    assert sentences(page) == [
        "李强修改了档案。 合同、发票或公开登记 版本 4",
        "李强完成了下一步。 版本 3",
        "李强记录了一次跟进。 电话 版本 2",
        "李强手工建立了档案。 名片 版本 1",
    ]
    assert "原因：营业执照" in happened(page)[0]
    assert "手工录入" in browser.get(f"{path}/timeline/compare").text


def test_a_merge_and_a_split_name_the_other_record(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    number = customer(sqlite_app)
    with writing(sqlite_app) as session:
        found, other = session.scalars(select(Customer).order_by(Customer.id)).all()
        for seen, cause in enumerate((Cause.MERGE, Cause.SPLIT), 1):
            change = Change(cause, found.owner_id, other_id=other.id)
            record.begin_version(session, found, change, NOW, seen=seen)
    page = timeline_of(browser, given.number)
    assert sentences(page)[:2] == [
        f"李强把本档案与 {number} 拆分。 版本 3",
        f"李强把 {number} 合并到了本档案。 版本 2",
    ]
    assert "与其他档案合并" in browser.get(f"/customers/{given.number}/timeline/compare").text
