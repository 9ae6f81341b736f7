"""The page on which a colleague edits a record (M26, M46)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers import record
from formsvc.customers.models import Audience, Customer, CustomerVersion, Origin
from formsvc.customers.record import Source
from formsvc.db import db
from formsvc.staff.models import Role
from tests.browser import Browser, Page
from tests.factories import PASSWORD, writing
from tests.filling import ID_CARD, account, customer, hold_secret
from tests.installation import NOW

WHY = {"channel": "call", "reason": "来电更正"}


@pytest.fixture
def number(browser: Browser, sqlite_app: Flask) -> str:
    """A customer, whose manager is signed in."""
    manager = account(sqlite_app)
    made = customer(sqlite_app, manager, values={"basic.industry": "物联网", "needs.term": "short"})
    browser.sign_in(manager)
    return made


def names(page: Page) -> set[str]:
    return {e.get("name") or "" for tag in ("input", "select", "textarea") for e in page.find_all(tag)}


def signed_in(app: Flask, role: Role) -> Browser:
    browser = Browser(app)
    browser.submit(browser.get("/login?next=/customers/"), {"email": account(app, role), "password": PASSWORD})
    return browser


def versions(app: Flask) -> list[CustomerVersion]:
    with app.app_context():
        return list(db.session.scalars(select(CustomerVersion).order_by(CustomerVersion.number)))


def change(app: Flask, number: str, **values: str) -> None:
    """What somebody else does meanwhile, by the names of the controls."""
    with writing(app) as session:
        found = session.scalars(select(Customer).where(Customer.number == number)).one()
        given = {name.replace("__", "."): value for name, value in values.items()}
        record.change(session, found, given, Source(Origin.WORKSHEET), NOW, seen=found.version)


def test_what_changed_is_in_the_record_with_reason_and_source(browser: Browser, sqlite_app: Flask, number: str) -> None:
    page = browser.get(f"/customers/{number}/edit")
    typed = {"basic-address": "深圳市南山区", "maintenance-tags": ["at-risk"], "maintenance-tags-other": "老乡"}
    shown = browser.submit(page, {**typed, **WHY})
    for text in ("已保存：2 项有改动", "深圳市南山区", "风险客户", "老乡", "物联网"):
        assert text in shown.text
    assert [(row.cause, row.reason, row.channel) for row in versions(sqlite_app)][1:] == [("edit", "来电更正", "call")]


def test_what_is_wrong_is_said_beside_it_and_all_that_was_typed_stays(
    browser: Browser, sqlite_app: Flask, number: str
) -> None:
    page = browser.get(f"/customers/{number}/edit")
    wrong = browser.submit(page, {"contacts-mobile": "1380", "basic-address": "深圳"}, status=422)
    assert "11 位数字" in wrong.error_of("contacts-mobile")
    assert wrong.error_of("channel")
    assert wrong.error_of("reason")
    assert wrong.find("input", id="basic-address").get("value") == "深圳"
    browser.submit(wrong, {"contacts-mobile": "13900010009", **WHY})
    assert len(versions(sqlite_app)) == 2


def test_a_form_that_changes_nothing_says_so(browser: Browser, sqlite_app: Flask, number: str) -> None:
    page = browser.submit(browser.get(f"/customers/{number}/edit"), WHY, status=422)
    assert "没有任何改动" in page.text
    assert len(versions(sqlite_app)) == 1


def test_lost_update_who_comes_second_sees_what_is_held_now_and_decides(
    browser: Browser, sqlite_app: Flask, number: str
) -> None:
    page = browser.get(f"/customers/{number}/edit")
    change(sqlite_app, number, basic__address="广州", contacts__position="总监")
    again = browser.submit(page, {"basic-address": "深圳", "needs-term": "long", **WHY}, status=409)
    assert "有人改成了“广州”" in again.text
    assert again.find("input", id="basic-address").get("value") == "深圳"
    assert again.find("input", id="contacts-position").get("value") == "总监"
    assert again.find("input", id="reason").get("value") == "来电更正"
    browser.submit(again)
    assert [row.number for row in versions(sqlite_app)] == [1, 2, 3]
    shown = browser.get(f"/customers/{number}")
    assert ("深圳" in shown.text, "总监" in shown.text, "长期（1 年以上）" in shown.text) == (True, True, True)


@pytest.mark.parametrize("seen", ["", "0", "9", "x", "9" * 30])
def test_a_form_of_no_version_saves_nothing(browser: Browser, sqlite_app: Flask, number: str, seen: str) -> None:
    page = browser.get(f"/customers/{number}/edit")
    browser.submit(page, {"seen": seen, "basic-address": "深圳", **WHY}, status=409)
    assert len(versions(sqlite_app)) == 1


@pytest.mark.parametrize(
    ("role", "there"),
    [
        (Role.ADMINISTRATOR, {"basic-full_name", "record-credit", "history-since", "maintenance-tags"}),
        (Role.FINANCE, {"basic-revenue", "record-credit"}),
        (Role.SERVICE, {"history-since", "history-projects", "history-satisfaction", "history-nonrenewal_reason"}),
    ],
)
def test_the_form_has_what_the_role_may_change(
    browser: Browser, sqlite_app: Flask, number: str, role: Role, there: set[str]
) -> None:
    found = names(signed_in(sqlite_app, role).get(f"/customers/{number}/edit"))
    assert there <= found
    fields = {name for name in found if name.partition("-")[0] in ("basic", "contacts", "history", "record", "needs")}
    assert role is Role.ADMINISTRATOR or fields == there
    assert not found & {"basic-id_number", "basic-bank_account", "record-next_step", "record-follow_up"}


def test_the_auditor_reads_only(browser: Browser, sqlite_app: Flask, number: str) -> None:
    signed_in(sqlite_app, Role.AUDITOR).get(f"/customers/{number}/edit", status=403)


def test_a_secret_is_neither_shown_nor_taken(browser: Browser, sqlite_app: Flask) -> None:
    """Only the customer gives it, with the consent to it (M6)."""
    manager = account(sqlite_app)
    made = customer(sqlite_app, manager, audience=Audience.INDIVIDUAL)
    hold_secret(sqlite_app, made)
    browser.sign_in(manager)
    page = browser.get(f"/customers/{made}/edit")
    assert ID_CARD[-4:] not in page.html
    values = dict(page.form().filled({**WHY, "basic-occupation": "student"}, None))
    browser.post(f"/customers/{made}/edit", {**values, "basic-id_number": "11010519491231003X"})
    assert "••••••002X" in browser.get(f"/customers/{made}").text


def test_foreign_id_another_managers_customer_is_not_there(browser: Browser, sqlite_app: Flask, number: str) -> None:
    foreign = customer(sqlite_app)
    browser.get(f"/customers/{foreign}/edit", status=404)
    values = dict(browser.get(f"/customers/{number}/edit").form().filled(WHY, None))
    browser.post(f"/customers/{foreign}/edit", values, status=404)


def test_a_contact_is_added_and_edited(browser: Browser, sqlite_app: Flask, number: str) -> None:
    page = browser.get(browser.get(f"/customers/{number}/edit").link("添加联系人"))
    assert browser.submit(page, WHY, status=422).error_of("contacts-name")
    shown = browser.submit(page, {"contacts-name": "王芳", **WHY})
    assert "第二联系人" in shown.text
    again = browser.submit(browser.get(page.path), {"contacts-name": "王芳", **WHY}, status=422)
    assert f"此人已是 {number} 的联系人" in again.error_of("contacts-name")
    edited = browser.get(browser.get(f"/customers/{number}/edit").link("王芳"))
    assert not names(edited) & {"basic-full_name"}
    assert "采购主管" in browser.submit(edited, {"contacts-position": "采购主管", **WHY}).text
    browser.get(f"/customers/{number}/edit?contact=3", status=404)


def test_a_record_without_a_mobile_is_edited_without_one(browser: Browser, sqlite_app: Flask) -> None:
    browser.sign_in(account(sqlite_app))
    typed = {"basic-full_name": "上海远航贸易有限公司", "contacts-email": "wang@example.com"}
    opened = browser.submit(browser.get("/customers/new"), typed, press="open")
    page = browser.get(f"{opened.path}/edit")
    assert browser.submit(page, {"basic-address": "深圳市南山区", **WHY}).path == opened.path
