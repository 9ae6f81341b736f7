"""The review of one submission: held and answered side by side, and the decision (M22, M23, M27)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers import record
from formsvc.customers.held import held_values
from formsvc.customers.models import Audience, Customer, Origin
from formsvc.customers.record import Source
from formsvc.mail.models import OutboxMessage
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import ID_CARD, Invited, answered, everything, hold_secret, invited
from tests.forms import text_of
from tests.installation import NOW

CHANGED = {"contacts.name": "王伟", "contacts.email": "wangwei@example.com", "needs.term": "long"}


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer whose answers wait, as submission 1, and whose manager is signed in."""
    made = invited(sqlite_app)
    answered(sqlite_app, made, CHANGED)
    browser.sign_in(made.manager)
    return made


def held(app: Flask, number: str) -> dict[str, object]:
    with writing(app) as session:
        return held_values(session, session.scalars(select(Customer).where(Customer.number == number)).one())


def mails(app: Flask) -> list[OutboxMessage]:
    with writing(app) as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.kind.in_(("thank-you", "returned")))))


def rows(page: Page) -> list[list[str]]:
    body = page.root.iter("tbody")
    return [[text_of(cell) for cell in row][:3] for table in body for row in table.iter("tr")]


def test_changed_fields_stand_side_by_side_and_ask_for_a_decision(browser: Browser, given: Invited) -> None:
    page = browser.get("/review/1")
    assert rows(page) == [
        ["主要对接人姓名", "张敏", "王伟"],
        ["邮箱地址", "zhangmin@example.com", "wangwei@example.com 未确认"],
        ["期望合作周期", "—", "长期（1 年以上） 新增"],
    ]
    names = {e.get("name") for e in page.find_all("input", type="radio")} - {"contact"}
    assert names == {"decide-contacts-name", "decide-contacts-email", "decide-needs-term"}


def test_without_an_address_no_thank_you_is_promised(browser: Browser, sqlite_app: Flask) -> None:
    made = invited(sqlite_app, values={"basic.full_name": "甲乙有限公司"})
    answered(sqlite_app, made, {"contacts.email": None})
    browser.sign_in(made.manager)
    emptied = {"decide-contacts-email": "accept"}
    assert "未发送感谢邮件" in browser.submit(browser.get("/review/1"), emptied, "approve").text
    assert mails(sqlite_app) == []


def test_what_is_accepted_is_the_record_and_what_is_kept_stays(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    typed = {"decide-contacts-email": "keep", "decide-contacts-name": "accept", "note": "技术总监将与您联系。"}
    done = browser.submit(browser.get("/review/1"), typed, "approve")
    assert done.path.startswith(f"/customers/{given.number}")
    now_held = held(sqlite_app, given.number)
    assert (now_held["contacts.name"], now_held["contacts.email"]) == ("王伟", "zhangmin@example.com")
    assert now_held["needs.term"] == "long"
    (thanks,) = mails(sqlite_app)
    assert (thanks.kind, thanks.recipient) == ("thank-you", "zhangmin@example.com")
    assert "技术总监将与您联系。" in thanks.content["context"]["note"]


@pytest.mark.parametrize("decision", [[], ["maybe"], [""]])
def test_a_missing_decision_is_asked_for(
    browser: Browser, sqlite_app: Flask, given: Invited, decision: list[str]
) -> None:
    token = browser.get("/review/1").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    some = {"decide-contacts-name": "keep", "decide-needs-term": decision, "note": "谢谢"}
    page = browser.post("/review/1", {**some, "action": "approve", "csrf_token": token, "seen": "1"}, status=422)
    assert page.find("div", id="errors").get("role") == "alert"
    assert dict(page.form().filled({}, None)) | {"decide-contacts-name": "keep", "note": "谢谢"} == dict(
        page.form().filled({}, None)
    )
    assert everything(sqlite_app) == before


@pytest.mark.parametrize("action", ["return", "reject"])
@pytest.mark.parametrize("note", ["", " \n ", "\u200b"])
def test_a_return_or_a_rejection_needs_a_note(
    browser: Browser, sqlite_app: Flask, given: Invited, action: str, note: str
) -> None:
    before = everything(sqlite_app)
    page = browser.submit(
        browser.get("/review/1"), {"note": note, "decide-contacts-name": "keep"}, action, "/review/1", status=422
    )
    assert page.find("textarea", name="note").get("aria-invalid") == "true"
    assert dict(page.form().filled({}, None))["decide-contacts-name"] == "keep"
    assert everything(sqlite_app) == before


@pytest.mark.parametrize(("action", "kinds"), [("return", ["returned"]), ("reject", [])])
def test_a_return_writes_to_the_customer_and_a_rejection_keeps_its_reason(
    browser: Browser, sqlite_app: Flask, given: Invited, action: str, kinds: list[str]
) -> None:
    before = held(sqlite_app, given.number)
    done = browser.submit(browser.get("/review/1"), {"note": "请补充\n预算。"}, action)
    assert done.path == "/review/"
    assert [mail.kind for mail in mails(sqlite_app)] == kinds
    assert held(sqlite_app, given.number) == before
    page = browser.get("/review/1")
    assert "请补充 预算。" in page.text
    assert page.find_all("button", value="approve") == []


@pytest.mark.parametrize("action", ["", "delete", "APPROVE"])
def test_an_unknown_action_is_refused(browser: Browser, sqlite_app: Flask, given: Invited, action: str) -> None:
    token = browser.get("/review/1").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    browser.post("/review/1", {"action": action, "csrf_token": token}, status=400)
    assert everything(sqlite_app) == before


def test_a_note_that_is_too_long_is_no_error(browser: Browser, given: Invited) -> None:
    assert browser.submit(browser.get("/review/1"), {"note": "长" * 50_000}, "return").path == "/review/"


def test_sensitive_values_are_masked_on_both_sides(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL, values={"basic.id_type": "passport"})
    hold_secret(sqlite_app, given.number, kind="passport")
    answered(sqlite_app, given, secrets={"basic.id_number": "E12345678"})
    browser.sign_in(given.manager)
    page = browser.get("/review/1")
    assert ["证件号码 敏感 冲突", "••••••002X 发出邀请时：—", "••••••5678"] in rows(page)
    assert [text for text in (ID_CARD[:-4], "E1234") if text in page.html] == []
    merged = browser.submit(page, {"decide-basic-id_number": "accept"}, "approve")
    assert "••••••5678" in merged.text
    assert "E1234" not in merged.html
    assert "E1234" not in everything(sqlite_app)


def test_a_decided_review_still_says_what_was_decided(browser: Browser, given: Invited) -> None:
    browser.submit(browser.get("/review/1"), {"decide-contacts-email": "keep", "note": "谢谢您！"}, "approve")
    page = browser.get("/review/1")
    assert rows(page) == [
        ["主要对接人姓名", "张敏", "王伟"],
        ["邮箱地址", "zhangmin@example.com", "wangwei@example.com 未确认"],
        ["期望合作周期", "—", "长期（1 年以上） 新增"],
    ]
    decisions = [text_of(cell) for cell in page.find_all("td", data_label="决定")]
    assert decisions == ["已采纳", "保留原值", "已采纳"]
    assert "谢谢您！" in page.text


def test_lost_update_a_program_that_names_no_version_overwrites_nothing_newer(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    with writing(sqlite_app) as session:
        customer = session.scalars(select(Customer)).one()
        newer = {"contacts.name": "赵敏"}
        record.change(session, customer, newer, Source(Origin.WORKSHEET), NOW + timedelta(hours=1), seen=1)
    token = browser.get("/review/1").find("input", name="csrf_token").get("value") or ""
    decided = {f"decide-{field.replace('.', '-')}": "accept" for field in CHANGED}
    browser.post("/review/1", {**decided, "action": "approve", "csrf_token": token}, status=409)
    assert held(sqlite_app, given.number)["contacts.name"] == "赵敏"
