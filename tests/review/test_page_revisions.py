"""What was sent before, what was taken back, which addresses are confirmed: beside the answers (M14, M17, M53)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from formsvc.customers.models import Audience
from formsvc.invitations.models import Invitation
from formsvc.submissions import verbs as submissions
from formsvc.submissions.models import Address, AddressKind
from tests.browser import Browser, Page
from tests.factories import opened, writing
from tests.filling import Invited, answered, everything, invited
from tests.forms import text_of
from tests.installation import NOW

BACK = NOW + timedelta(minutes=5)


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer whose answers wait, as submission 1, and whose manager is signed in."""
    made = invited(sqlite_app)
    answered(sqlite_app, made, {"contacts.name": "王伟"})
    browser.sign_in(made.manager)
    return made


def withdraw(app: Flask, given: Invited) -> None:
    with writing(app) as session:
        submissions.withdraw(session, opened(session, session.get_one(Invitation, given.id)), BACK)


def differing(page: Page) -> list[list[str]]:
    """The rows of the table of what was sent before."""
    table = next(e for e in page.root.iter("table") if "先前的填写" in text_of(e))
    return [[text_of(cell) for cell in row] for body in table.iter("tbody") for row in body.iter("tr")]


def test_the_newest_revision_says_what_was_sent_before_and_what_differs(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    newer = answered(sqlite_app, given, {"contacts.name": "王维"}, seen=1, now=BACK)
    page = browser.get(f"/review/{newer}")
    assert differing(page) == [["主要对接人姓名", "王伟", "王维"]]
    assert "先前于 2026-11-23 10:00 提交 · 1 处不同" in page.text
    assert page.find_all("a", href="/review/1")
    assert browser.get("/review/1").find_all("a", href=f"/review/{newer}")


def test_a_first_revision_has_nothing_before_it(browser: Browser, given: Invited) -> None:
    page = browser.get("/review/1")
    assert "先前" not in page.text


def test_answers_after_a_return_stand_beside_what_was_asked_for(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    browser.submit(browser.get("/review/1"), {"note": "请核对。", "note-contacts-name": "请写全名"}, "return")
    newer = answered(sqlite_app, given, {"contacts.name": "王大伟"}, seen=1, now=BACK)
    page = browser.get(f"/review/{newer}")
    assert differing(page) == [["主要对接人姓名", "王伟", "王大伟"]]
    for text in ("请核对。", "请写全名", "李强"):
        assert text in page.text
    before = browser.get("/review/1")
    assert before.find_all("a", href=f"/review/{newer}")
    assert "请写全名" in before.text


def test_sensitive_values_that_differ_are_masked(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    answered(sqlite_app, given, secrets={"basic.id_number": "E12345678"})
    newer = answered(sqlite_app, given, secrets={"basic.id_number": "E87654321"}, seen=1)
    browser.sign_in(given.manager)
    page = browser.get(f"/review/{newer}")
    assert ["证件号码", "••••••5678", "••••••4321"] in differing(page)
    assert [text for text in ("E1234", "E8765") if text in page.html] == []


def test_what_the_customer_took_back_is_said_and_not_shown(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    withdraw(sqlite_app, given)
    page = browser.get("/review/1")
    for text in ("客户已撤回", "2026-11-23 10:05", "客户档案保持不变"):
        assert text in page.text
    assert "王伟" not in page.html
    assert [e for e in page.find_all("button") if e.get("name") == "action"] == []
    assert browser.get("/review/").find_all("table") == []
    assert "已撤回" in browser.get(f"/customers/{given.number}").text


@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_what_the_customer_took_back_cannot_be_decided(
    browser: Browser, sqlite_app: Flask, given: Invited, action: str
) -> None:
    seen = browser.get("/review/1")
    withdraw(sqlite_app, given)
    before = everything(sqlite_app)
    told = browser.submit(seen, {"note": "理由"}, action, status=409)
    assert "客户已撤回" in told.text
    assert everything(sqlite_app) == before


@pytest.mark.parametrize("again", [False, True])
def test_what_was_replaced_is_taken_back_with_what_took_its_place(
    browser: Browser, sqlite_app: Flask, given: Invited, again: bool
) -> None:
    second = answered(sqlite_app, given, {"contacts.name": "王维"}, seen=1)
    seen = browser.get(f"/review/{second}")
    withdraw(sqlite_app, given)
    if again:
        third = answered(sqlite_app, given, {"contacts.name": "王安"}, seen=2)
        newest = browser.get(f"/review/{third}")
        assert [name for name in ("王伟", "王维") if name in newest.html] == []
    page = browser.get("/review/1")
    assert "客户已撤回" in page.text
    assert [name for name in ("王伟", "王维") if name in page.html] == []
    assert "客户已撤回" in browser.submit(seen, press="approve", status=409).text


@pytest.mark.parametrize(("confirmed_at", "badge"), [(None, "未确认"), (BACK, "已确认")])
def test_a_new_address_says_whether_it_is_confirmed(
    browser: Browser, sqlite_app: Flask, given: Invited, confirmed_at: datetime | None, badge: str
) -> None:
    newer = answered(sqlite_app, given, {"contacts.email": "new@example.com"}, seen=1)
    entered = {"invitation_id": given.id, "entered_at": NOW, "confirmed_at": confirmed_at}
    with writing(sqlite_app) as session:
        session.execute(delete(Address))
        session.add(Address(kind=AddressKind.EMAIL, address="new@example.com", **entered))
    page = browser.get(f"/review/{newer}")
    assert f"new@example.com {badge}" in page.text
    said = page.text.replace("客户信息确认表", "")
    assert said.count("确认") == said.count(badge) == 1
