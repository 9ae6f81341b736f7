"""The page of what changed in what one follows, and the button to follow (M46)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers import record
from formsvc.customers.following import pages as following_pages
from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source
from formsvc.staff import verbs as staff
from formsvc.staff.models import Role
from tests.browser import Browser
from tests.factories import writing
from tests.filling import account, customer


def change(app: Flask, number: str, by: str, position: str = "采购总监") -> None:
    with writing(app) as session:
        held = session.scalars(select(Customer).where(Customer.number == number)).one()
        author = staff.find(session, by)
        assert author
        source = Source(Origin.EDIT, author.id, reason="电话里说的")
        record.change(session, held, {"contacts.position": position}, source, held.updated_at, seen=held.version)


@pytest.fixture
def number(sqlite_app: Flask) -> str:
    return customer(sqlite_app)


@pytest.fixture
def colleague(sqlite_app: Flask) -> str:
    return account(sqlite_app, Role.ADMINISTRATOR, "陈晨")


def test_who_follows_reads_what_a_colleague_changed_until_it_is_seen(
    browser: Browser, sqlite_app: Flask, number: str, colleague: str
) -> None:
    browser.sign_in(account(sqlite_app, Role.FINANCE))
    assert "暂无变更" in browser.get("/customers/changes").text
    page = browser.submit(browser.get(f"/customers/{number}"), action=f"/customers/{number}/follow")
    assert "已关注该客户" in page.text
    change(sqlite_app, number, colleague)
    page = browser.get(page.link("变更"))
    for said in ("变更 1 未读", number, "陈晨修改了档案", "电话里说的", "改动了：职位"):
        assert said in page.text
    assert "采购总监" not in page.text
    assert "采购总监" in browser.get(page.link("查看前后对比")).text
    page = browser.submit(page)
    assert (number in page.text, "未读" in page.text, "标为已读" in page.text) == (True, False, False)


def test_a_manager_follows_without_a_button_and_others_until_they_do_not(
    browser: Browser, sqlite_app: Flask, colleague: str
) -> None:
    manager = account(sqlite_app)
    number = customer(sqlite_app, manager)
    browser.sign_in(manager)
    assert not browser.get(f"/customers/{number}").find_all("form", action=f"/customers/{number}/follow")
    change(sqlite_app, number, colleague)
    assert number in browser.get("/customers/changes").text

    other = Browser(sqlite_app)
    other.sign_in(account(sqlite_app, Role.SERVICE))
    page = other.submit(other.get(f"/customers/{number}"), action=f"/customers/{number}/follow")
    other.submit(page, action=f"/customers/{number}/unfollow")
    change(sqlite_app, number, colleague, "经理")
    assert number not in other.get("/customers/changes").text


def test_changes_are_paged_by_key(
    browser: Browser, sqlite_app: Flask, colleague: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_pages, "PAGE", 2)
    manager = account(sqlite_app)
    number = customer(sqlite_app, manager)
    for position in ("一", "二", "三"):
        change(sqlite_app, number, colleague, position)
    browser.sign_in(manager)
    page = browser.get("/customers/changes")
    assert page.text.count("陈晨修改了档案") == 2
    page = browser.get(page.link("更早的变更"))
    assert page.text.count("陈晨修改了档案") == 1
    assert "没有更早的变更" in browser.get("/customers/changes?before=1").text


def test_the_queue_counts_no_changes_as_it_is_asked_for_most(
    browser: Browser, sqlite_app: Flask, colleague: str
) -> None:
    manager = account(sqlite_app)
    change(sqlite_app, customer(sqlite_app, manager), colleague)
    assert "未读" not in browser.sign_in(manager).text
    assert "未读" in browser.get("/customers/").text
