"""A customer's page: what is held, where each value comes from, and what was held before (M24)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers import contacts, record
from formsvc.customers.models import Audience, Customer, Origin
from formsvc.customers.record import Source
from formsvc.questionnaires.definition import default_data
from formsvc.submissions.models import Submission
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import ID_CARD, account, answered, customer, hold_secret, invited
from tests.forms import text_of
from tests.installation import NOW


def source_of(page: Page, value: str) -> list[str]:
    """What the page says of where the held `value` is from: in short, then in full."""
    found = next(dd for dd in page.root.iter("dd") if [text_of(e) for e in dd if e.tag == "span"] == [value])
    return [text_of(e) for e in found.iter() if e.tag in ("summary", "li")]


def test_held_values_stand_under_their_modules_with_their_source(browser: Browser, sqlite_app: Flask) -> None:
    manager = account(sqlite_app)
    values = {"needs.budget": {"from": "10", "to": "50"}, "record.core_needs": "数据安全", "basic.industry": "物联网"}
    number = customer(sqlite_app, manager, values=values)
    browser.sign_in(manager)
    page = browser.get(f"/customers/{number}")
    assert [text_of(h) for h in page.root.iter("h3")][:3] == ["基本信息", "联系人", "合作需求"]
    for text in ("10–50 万元", "物联网", "13856780001", "来自工作表，2026-11-23 10:00", "客户尚未确认", number):
        assert text in page.text


def test_modules_are_named_for_colleagues_not_for_the_customer(sqlite_app: Flask) -> None:
    browser, manager = Browser(sqlite_app, "en"), account(sqlite_app)
    number = customer(sqlite_app, manager, values={"needs.term": "short"})
    browser.sign_in(manager)
    headings = [text_of(h) for h in browser.get(f"/customers/{number}").root.iter("h3")]
    assert headings[:3] == ["Basics", "Contact", "Needs"]
    form = browser.get(f"/customers/{number}/edit")
    assert "About you" not in form.text


def test_after_a_merge_each_value_knows_its_submission_reviewer_time_and_consent(
    browser: Browser, sqlite_app: Flask
) -> None:
    given = invited(sqlite_app)
    submission = answered(sqlite_app, given, {"contacts.name": "王伟"})
    browser.sign_in(given.manager)
    page = browser.submit(browser.get(f"/review/{submission}"), press="approve")
    assert page.path.startswith(f"/customers/{given.number}")
    assert source_of(page, "王伟") == [
        "经张敏的链接填写，李强 2026-11-23 采纳 · 2026-11-23 经客户确认",
        "张敏于 2026-11-23 10:00 通过所收到的链接填写 · 提交 1",
        "李强于 2026-11-23 10:00 采纳",
        f"同意：文本版本 {default_data()['privacy']['version']}，2026-11-23 10:00",
        "客户于 2026-11-23 10:00 确认",
    ]
    assert source_of(page, "zhangmin@example.com") == [
        "工作表，2026-11-23 · 2026-11-23 经客户确认",
        "来自工作表，2026-11-23 10:00",
        "客户于 2026-11-23 10:00 确认",
    ]
    assert page.find_all("a", href="/review/1")


def test_a_sensitive_value_was_given_with_a_consent_of_its_own(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    answered(sqlite_app, given, secrets={"basic.id_number": ID_CARD})
    browser.sign_in(given.manager)
    page = browser.submit(browser.get("/review/1"), press="approve")
    assert source_of(page, "••••••002X")[3].startswith("敏感信息单独同意：文本版本")


def test_a_colleagues_own_words_say_so_with_the_reason(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    id_ = answered(sqlite_app, given, {"contacts.name": "王伟"})
    with writing(sqlite_app) as session:
        submission = session.get_one(Submission, id_)
        owner = submission.invitation.customer.owner
        assert owner is not None
        source = Source(Origin.SUBMISSION, owner.id, id_, 1, verified_at=NOW, reasons={"contacts.name": "客户来电更正"})
        record.change(session, submission.invitation.customer, {"contacts.name": "王维"}, source, NOW, seen=1)
    browser.sign_in(given.manager)
    assert source_of(browser.get(f"/customers/{given.number}"), "王维") == [
        "李强 2026-11-23 改写",
        "张敏于 2026-11-23 10:00 通过所收到的链接填写 · 提交 1",
        "李强于 2026-11-23 10:00 改写，原因：客户来电更正",
        "客户尚未确认",
    ]


def test_a_value_that_an_undo_put_back_says_so(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given, {"contacts.name": "王伟"})
    browser.sign_in(given.manager)
    browser.submit(browser.get("/review/1"), press="approve")
    browser.submit(browser.get("/review/1/undo"), {"item": "contacts.name", "reason": "填错了"})
    said = source_of(browser.get(f"/customers/{given.number}"), "张敏")
    assert said[0] == "撤销后恢复 · 工作表，2026-11-23"
    assert said[-1] == "2026-11-23 10:00 由李强撤销提交 1 时恢复，原因：填错了"


def test_who_left_is_listed_with_who_followed_and_when(browser: Browser, sqlite_app: Flask) -> None:
    manager = account(sqlite_app)
    number = customer(sqlite_app, manager)
    browser.sign_in(manager)
    assert browser.get(f"/customers/{number}").find_all("h2", id="contacts") == []
    with writing(sqlite_app) as session:
        found = session.scalars(select(Customer).where(Customer.number == number)).one()
        for contact, name in ((2, "王芳"), (3, "赵敏")):
            given = {"contacts.position": "采购", "contacts.name": name}, Source(Origin.WORKSHEET), NOW
            record.change(session, found, *given, seen=contact - 1, contact=contact, primary=2)
            contacts.add(session, found, contact, NOW)
        contacts.leave(session, found, 1, 2, NOW)
    page = browser.get(f"/customers/{number}")
    card = next(e for e in page.root.iter("section") if e.get("aria-labelledby") == "contacts")
    assert [text_of(p) for p in card.iter("p")] == [
        "王芳 主要联系人 信息见“客户档案”",
        "赵敏 第二联系人 编辑联系人 : 赵敏",
        "张敏 已离职 · 由王芳接替 · 2026-11-23",
    ]
    assert [text_of(dt) for dt in card.iter("dt")][:2] == ["主要对接人姓名", "职位"]
    assert "13856780001" in text_of(card)


@pytest.mark.parametrize(
    "path",
    [
        "/customers/{}",
        "/customers/{}/timeline",
        "/customers/{}/timeline/compare?from=2&to=3",
        "/customers/{}/timeline/day?on=2026-11-23",
    ],
)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_sensitive_value_is_masked_on_its_page_and_in_its_past(
    browser: Browser, sqlite_app: Flask, path: str, language: str
) -> None:
    manager = account(sqlite_app)
    number = customer(sqlite_app, manager, audience=Audience.INDIVIDUAL)
    hold_secret(sqlite_app, number)
    hold_secret(sqlite_app, number, "11010519491231003X")
    browser.sign_in(manager)
    address = path.format(number)
    page = browser.get(f"{address}{'&' if '?' in address else '?'}lang={language}")
    assert "••••••003X" in page.text
    assert ID_CARD[:-4] not in page.html


@pytest.mark.parametrize("number", ["CX202611999", "cx", "CX", "%25", "CX202611001%00", "../x", "CX%20202611001"])
def test_a_number_that_nobody_has_is_404(browser: Browser, sqlite_app: Flask, number: str) -> None:
    manager = account(sqlite_app)
    browser.sign_in(manager)
    browser.get(f"/customers/{number}", status=404)
