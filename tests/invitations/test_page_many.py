"""Links to many customers at once, and the sheet of those to hand over (M10)."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.audit import AuditFact
from formsvc.customers.duplicates import comparing
from formsvc.db import db
from formsvc.invitations.models import Invitation
from formsvc.mail.models import OutboxMessage
from formsvc.staff.models import Role
from tests.browser import Browser
from tests.filling import account, customer, invited

NO_MAIL = {"contacts.email": None}


@pytest.fixture
def manager(browser: Browser, sqlite_app: Flask) -> str:
    email = account(sqlite_app)
    browser.sign_in(email)
    return email


def sent(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Invitation.id)).all())


def test_each_gets_a_link_and_who_got_none_is_named_with_why(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    first, second = customer(sqlite_app, manager), customer(sqlite_app, manager, values=NO_MAIL)
    open_already = invited(sqlite_app, manager).number
    page = browser.post_from("/customers/", "/invitations/many", {"numbers": [first, second, open_already]})
    assert page.heading == "邀请 3 位客户？"
    assert "1 位会收到邮件" in page.text
    assert "1 位没有邮箱" in page.text
    assert "1 位已有未过期的链接，或答复正等待审核，不会再次发送" in page.text
    assert sent(sqlite_app) == 1
    done = browser.submit(page, {"days": "4"}, action="/invitations/many/send")
    assert done.heading == "已邀请 2 位客户"
    assert [a for a in (first, second, open_already) if a in done.text] == [second, open_already]
    with sqlite_app.app_context():
        mails = db.session.scalars(select(OutboxMessage.kind)).all()
    assert len(mails) == 2


def test_retry_duplicates_a_double_press_invites_nobody_twice(
    browser: Browser, sqlite_app: Flask, manager: str
) -> None:
    numbers = [customer(sqlite_app, manager) for _ in range(3)]
    page = browser.post_from("/customers/", "/invitations/many", {"numbers": numbers})
    first = browser.submit(page, action="/invitations/many/send")
    again = browser.submit(page, action="/invitations/many/send")
    assert (first.heading, again.heading) == ("已邀请 3 位客户", "这些客户都已邀请过")
    links = browser.submit(again, action="/invitations/many/links")
    assert all(number in links.html for number in numbers)
    assert sent(sqlite_app) == 3


def test_foreign_id_another_managers_customers_do_not_exist(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    own, foreign = customer(sqlite_app, manager), customer(sqlite_app)
    page = browser.post_from("/customers/", "/invitations/many", {"numbers": [own, foreign, "CX\0", "' OR 1=1 --"]})
    assert (own in page.html, foreign in page.html) == (True, False)
    forged = browser.post_from("/customers/", "/invitations/many/send", {"numbers": [foreign]})
    assert forged.heading == "没有邀请任何客户"
    assert foreign not in forged.html
    links = browser.post_from("/customers/", "/invitations/many/links", {"numbers": [foreign]})
    assert links.html.count("\n") == 1
    assert sent(sqlite_app) == 0


def test_every_customer_that_matches_can_be_meant(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    for category in ("won", "won", "lost"):
        customer(sqlite_app, manager, values={"record.category": category})
    page = browser.post_from("/customers/", "/invitations/many?category=won", {"every": "1"})
    assert page.heading == "邀请 2 位客户？"


def test_formula_injection_links_without_mail_are_a_sheet(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    number = customer(sqlite_app, manager, values={**NO_MAIL, "contacts.name": "=1+1"})
    page = browser.post_from("/customers/", "/invitations/many/send", {"numbers": [number]})
    sheet = browser.submit(page, action="/invitations/many/links")
    header, row = csv.reader(io.StringIO(sheet.html.removeprefix("\ufeff")))
    assert header == ["编号", "名称", "联系人", "手机", "链接"]
    assert row[:4] == [number, "合肥云盾科技有限公司", "'=1+1", "13856780001"]
    assert browser.get(row[4].removeprefix("http://formsvc.test")).heading
    with sqlite_app.app_context():
        facts = select(AuditFact.detail).where(AuditFact.action == "invitation.links_shown")
        assert db.session.scalars(facts).all() == [{"customers": [number]}]


@pytest.mark.parametrize(
    ("values", "said"),
    [({"days": "9"}, "3 至 5 个工作日"), ({"questionnaire": "no-such"}, "请选择")],
)
def test_what_cannot_be_sent_is_said(
    browser: Browser, sqlite_app: Flask, manager: str, values: dict[str, str], said: str
) -> None:
    number = customer(sqlite_app, manager)
    page = browser.post_from("/customers/", "/invitations/many/send", {"numbers": [number], **values})
    assert said in page.text
    assert sent(sqlite_app) == 0


def test_nobody_is_ticked(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    customer(sqlite_app, manager)
    assert "请先勾选客户" in browser.post_from("/customers/", "/invitations/many").text


def test_who_only_reads_is_offered_nothing(browser: Browser, sqlite_app: Flask) -> None:
    customer(sqlite_app)
    browser.sign_in(account(sqlite_app, Role.FINANCE))
    page = browser.get("/customers/")
    assert page.find_all("input", name="numbers") == []


def test_who_may_be_asked_twice_is_said_and_the_form_goes_along(
    browser: Browser, sqlite_app: Flask, manager: str
) -> None:
    one, other = customer(sqlite_app, manager), customer(sqlite_app, manager)
    with sqlite_app.app_context():
        comparing.compare_due()
    page = browser.post_from("/customers/", "/invitations/many", {"numbers": [one, other]})
    assert "其中 2 位可能与其他档案是同一客户" in page.text
    browser.submit(page, {"with_form": "yes"}, action="/invitations/many/send")
    with sqlite_app.app_context():
        assert db.session.scalars(select(Invitation.with_form)).all() == [True, True]
