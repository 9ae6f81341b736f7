"""The page for one business card after another (M26)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers import contacts
from formsvc.customers.held import held_values
from formsvc.customers.models import Customer
from formsvc.db import db
from formsvc.staff.models import Role
from tests.browser import Browser, Page
from tests.factories import PASSWORD
from tests.filling import account, customer

TYPED = {"basic-full_name": "上海远航贸易有限公司", "contacts-email": "wang@example.com"}


@pytest.fixture
def manager(browser: Browser, sqlite_app: Flask) -> str:
    """Who is signed in."""
    email = account(sqlite_app)
    browser.sign_in(email)
    return email


def held(app: Flask) -> list[dict[str, object]]:
    """What is held of each customer, the newest first."""
    with app.app_context():
        found = db.session.scalars(select(Customer).order_by(Customer.id.desc()))
        return [held_values(db.session, each) for each in found]


def chosen(page: Page, name: str) -> list[str | None]:
    return [e.get("value") for e in page.find("select", id=name).iter("option") if e.get("selected") is not None]


@pytest.mark.usefixtures("manager")
def test_one_card_follows_another_and_what_they_share_stays(browser: Browser, sqlite_app: Flask) -> None:
    page = browser.get(browser.get("/customers/").link("新建客户"))
    about = {
        "record-source": "fair",
        "maintenance-tags-other": "深圳展",
        "record-remarks": "要样品",
        "channel": "visit",
    }
    page = browser.submit(page, {**TYPED, **about}, press="next")
    assert "已保存： 上海远航贸易有限公司" in page.text
    assert (chosen(page, "record-source"), chosen(page, "channel")) == (["fair"], ["visit"])
    assert page.find("input", id="maintenance-tags-other").get("value") == "深圳展"
    assert page.find("input", id="basic-full_name").get("value") == ""
    assert held(sqlite_app) == [
        {"basic.full_name": "上海远航贸易有限公司", "contacts.email": "wang@example.com", "record.source": "fair",
         "maintenance.tags": ["other:深圳展"], "record.remarks": "要样品"}
    ]  # fmt: skip
    typed = {"basic-full_name": "王芳", "contacts-mobile": "13900010009", "basic-uscc": "x"}
    opened = browser.submit(page, {**typed, "audience": "individual"}, press="open")
    assert opened.heading == "王芳"
    assert held(sqlite_app)[0]["contacts.name"] == "王芳"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"basic-full_name": ""}, "basic-full_name"),
        ({"basic-full_name": "某公司"}, "basic-full_name"),
        ({"contacts-email": ""}, "contacts-mobile"),
        ({"contacts-email": "wang"}, "contacts-email"),
        ({"basic-uscc": "914403001922038217"}, "basic-uscc"),
    ],
)
@pytest.mark.usefixtures("manager")
def test_what_is_missing_or_wrong_is_said_in_its_place(
    browser: Browser, sqlite_app: Flask, typed: dict[str, str], name: str
) -> None:
    page = browser.submit(browser.get("/customers/new"), {**TYPED, **typed}, press="next", status=422)
    assert page.error_of(name)
    assert held(sqlite_app) == []


def test_who_is_probably_known_is_shown_with_the_evidence(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    known = customer(sqlite_app, manager)
    typed = {**TYPED, "contacts-mobile": "13856780001"}
    asked = browser.submit(browser.get("/customers/new"), typed, press="open", status=409)
    assert "合肥云盾科技有限公司" in asked.text
    assert browser.get(asked.link("就是这个客户")).path == f"/customers/{known}"
    again = browser.submit(asked, press="open", status=409)
    assert browser.submit(again, press="make-open").heading == TYPED["basic-full_name"]


def test_another_person_of_a_known_company_is_added_to_it_once(
    browser: Browser, sqlite_app: Flask, manager: str
) -> None:  # fmt: skip
    known = customer(sqlite_app, manager)
    typed = {"basic-full_name": "合肥云盾科技有限公司", "contacts-mobile": "13900010009", "channel": "visit"}
    asked = browser.submit(browser.get("/customers/new"), typed, press="next", status=409)
    assert "张敏 · 138" in asked.text
    to = f"/customers/new/contact/{known}"
    values = dict(asked.form().filled({}, "next"))
    assert browser.post(to, values, status=422).error_of("contacts-name")
    page = browser.post(to, {**values, "contacts-name": "王芳"})
    browser.post(to, {**values, "contacts-name": "王芳"})
    said = f"已将此人添加为联系人： 合肥云盾科技有限公司 {known}"
    assert (chosen(page, "channel"), said in page.text, "已保存" in page.text) == (["visit"], True, False)
    with sqlite_app.app_context():
        found = db.session.scalars(select(Customer)).one()
        people = [each.name for each in contacts.of(db.session, found)]
        assert (people, found.contact) == (["张敏", "王芳"], "张敏")


def test_who_is_a_contact_already_is_not_added_again(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    known = customer(sqlite_app, manager)
    typed = {"basic-full_name": "合肥云盾科技有限公司", "contacts-name": "张敏", "contacts-mobile": "13856780001"}
    asked = browser.submit(browser.get("/customers/new"), typed, press="next", status=409)
    assert f"此人已是 {known} 的联系人" in asked.text
    to = f"/customers/new/contact/{known}"
    assert to not in asked.html
    page = browser.post(to, dict(asked.form().filled({}, "next")), status=422)
    assert f"此人已是 {known} 的联系人" in page.error_of("contacts-name")


def test_foreign_id_nobody_is_added_to_a_customer_of_another_team(
    browser: Browser, sqlite_app: Flask, manager: str
) -> None:  # fmt: skip
    values = dict(browser.get("/customers/new").form().filled({**TYPED, "contacts-name": "王芳"}, "next"))
    browser.post(f"/customers/new/contact/{customer(sqlite_app)}", values, status=404)


def test_foreign_id_a_customer_of_another_team_is_not_named(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    number = customer(sqlite_app)
    typed = {**TYPED, "contacts-mobile": "13856780001"}
    asked = browser.submit(browser.get("/customers/new"), typed, press="next", status=409)
    assert number not in asked.html
    assert "合肥云盾" not in asked.html
    assert "您无权查看" in asked.text
    browser.submit(asked, press="make-next")


@pytest.mark.usefixtures("manager")
def test_retry_duplicates_a_second_press_leads_to_the_first_record(browser: Browser, sqlite_app: Flask) -> None:
    page = browser.get("/customers/new")
    paths = {browser.submit(page, TYPED, press="open").path for _ in range(2)}
    assert len(paths) == len(held(sqlite_app)) == 1


@pytest.mark.usefixtures("manager")
def test_a_customer_is_given_to_the_team_only(browser: Browser, sqlite_app: Flask) -> None:
    page = browser.get("/customers/new")
    assert page.find_all("select", id="owner") == []
    values = dict(page.form().filled(TYPED, "next"))
    account(sqlite_app)
    browser.post("/customers/new", {**values, "owner": "2"}, status=422)


@pytest.mark.parametrize("role", [Role.SERVICE, Role.FINANCE, Role.AUDITOR])
def test_who_makes_no_customers_has_no_such_page(sqlite_app: Flask, browser: Browser, role: Role) -> None:
    page = browser.get("/login?next=/customers/")
    page = browser.submit(page, {"email": account(sqlite_app, role), "password": PASSWORD})
    assert "新建客户" not in page.text
    browser.get("/customers/new", status=403)


@pytest.mark.usefixtures("manager")
def test_enter_never_takes_the_first_one_who_is_like_the_card(browser: Browser) -> None:
    browser.submit(browser.get("/customers/new"), TYPED, press="next")
    page = browser.submit(browser.get("/customers/new"), TYPED, press="next", status=409)
    pressed = [e for e in page.root.iter() if e.tag in ("button", "input") and e.get("type", "submit") == "submit"]
    of_card = [e for e in pressed if e.get("form") == "card"]
    assert (of_card[0].get("value"), of_card[0].get("formaction")) == ("next", None)
    assert any(e.get("formaction") for e in of_card[1:])
