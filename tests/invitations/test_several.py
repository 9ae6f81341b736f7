"""One customer, several questionnaires: an invitation of each can be live (M1)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.models import Audience, Customer
from formsvc.invitations import verbs
from formsvc.invitations.models import Invitation
from formsvc.mail.models import OutboxMessage
from formsvc.questionnaires.verbs import NoQuestionnaire, publish
from tests.asking import KEY, REWARD, TITLE, module, score, second
from tests.browser import Browser, Page
from tests.factories import customer, writing
from tests.filling import account, invited
from tests.filling import customer as known_customer
from tests.forms import text_of
from tests.installation import NOW
from tests.test_cli import said


@pytest.fixture
def number(browser: Browser, sqlite_app: Flask) -> str:
    """The number of a customer whose manager is signed in, where two questionnaires are published."""
    with writing(sqlite_app) as session:
        publish(session, second(), NOW)
    manager = account(sqlite_app)
    browser.sign_in(manager)
    return known_customer(sqlite_app, manager)


def offered(page: Page) -> list[str]:
    return [option.get("value") or "" for e in page.find_all("select", name="questionnaire") for option in e]


def test_a_customer_is_invited_to_each_once(session: Session) -> None:
    publish(session, second(), NOW)
    asked = customer(session)
    usual = verbs.issue(session, asked, "system", None, NOW)
    other = verbs.issue(session, asked, "system", None, NOW, questionnaire=KEY)
    assert usual.questionnaire_id != other.questionnaire_id
    with pytest.raises(verbs.AlreadyInvited) as refused:
        verbs.issue(session, asked, "system", None, NOW, questionnaire=KEY)
    assert refused.value.invitation is other
    verbs.revoke(session, usual, "system", NOW)
    verbs.reissue(session, other, "system", NOW)
    verbs.reissue(session, usual, "system", NOW)
    assert {usual.state, other.state} == {"open"}


def test_each_has_its_own_grace(session: Session) -> None:
    publish(session, second(grace_days=0), NOW)
    made = verbs.issue(session, customer(session), "system", None, NOW, questionnaire=KEY)
    assert made.closes_at - NOW < timedelta(days=8)


@pytest.mark.parametrize("key", ["nothing", "", "a\0b", "\ud800", "%"])
def test_foreign_id_what_nobody_published_asks_nobody(session: Session, key: str) -> None:
    with pytest.raises(NoQuestionnaire):
        verbs.issue(session, customer(session), "system", None, NOW, questionnaire=key)


def test_nobody_is_invited_to_answer_nothing(session: Session) -> None:
    publish(session, second(modules=[module("visit", "拜访", score() | {"audiences": ["individual"]})]), NOW)
    verbs.issue(session, customer(session, audience=Audience.INDIVIDUAL), "system", None, NOW, questionnaire=KEY)
    with pytest.raises(verbs.NothingAsked):
        verbs.issue(session, customer(session), "system", None, NOW, questionnaire=KEY)


def test_the_mail_says_what_is_promised_in_the_customers_language(session: Session) -> None:
    publish(session, second(), NOW)
    for language in ("zh_CN", "en"):
        asked = customer(session)
        asked.language = language
        session.flush()
        verbs.issue(session, asked, "system", None, NOW, questionnaire=KEY)
    verbs.issue(session, asked, "system", None, NOW)
    mails = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    assert [mail.content["context"]["reward"] for mail in mails] == [REWARD["zh"], REWARD["en"], ""]


def test_with_one_questionnaire_nothing_is_chosen_or_named(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    browser.sign_in(given.manager)
    number = known_customer(sqlite_app, given.manager)
    assert offered(browser.get(f"/customers/{number}")) == []
    for path in (f"/customers/{given.number}", "/invitations/"):
        assert "客户信息确认表" not in browser.get(path).text


def test_a_manager_chooses_among_what_is_not_asked_yet(browser: Browser, sqlite_app: Flask, number: str) -> None:
    page, action = browser.get(f"/customers/{number}"), f"/customers/{number}/invite"
    assert offered(page) == ["customer-info", KEY]
    once = browser.submit(page, {"questionnaire": KEY}, action=action)
    assert offered(once) == ["customer-info"]
    assert [TITLE in text_of(e) for e in once.find_all("div", class_="bar")] == [True]
    both = browser.submit(once, action=action)
    with pytest.raises(AssertionError, match="no form"):
        both.form(action)
    assert ["客户信息确认表" in text_of(e) for e in both.find_all("div", class_="bar")] == [True, False]
    listed = browser.get("/invitations/").text
    assert (TITLE in listed, "客户信息确认表" in listed) == (True, True)


def test_what_asks_nothing_of_a_customer_is_not_offered(browser: Browser, sqlite_app: Flask, number: str) -> None:
    with writing(sqlite_app) as session:
        publish(session, second(modules=[module("visit", "拜访", score() | {"situations": ["existing"]})]), NOW)
    page = browser.get(f"/customers/{number}")
    assert offered(page) == ["customer-info"]
    token = page.find("input", name="csrf_token").get("value") or ""
    for key in (KEY, "nothing", "a\0b"):
        told = browser.post(f"/customers/{number}/invite", {"questionnaire": key, "csrf_token": token})
        assert "请选择适用于该客户的问卷" in told.text
    with writing(sqlite_app) as session:
        assert session.scalars(select(Invitation)).all() == []


def test_a_revoked_link_is_issued_again_unless_its_own_questionnaire_is_live(
    browser: Browser, sqlite_app: Flask, number: str
) -> None:
    page, action = browser.get(f"/customers/{number}"), f"/customers/{number}/invite"
    page = browser.submit(browser.submit(page, {"questionnaire": KEY}, action=action), action=action)
    with writing(sqlite_app) as session:
        first, last = session.scalars(select(Invitation.id).order_by(Invitation.id))
    page = browser.submit(page, action=f"/invitations/{first}/revoke")
    assert offered(page) == [KEY]
    page.form(f"/invitations/{first}/reissue")
    page = browser.submit(page, {"questionnaire": KEY}, action=action)
    with pytest.raises(AssertionError, match="no form"):
        page.form(f"/invitations/{first}/reissue")
    page.form(f"/invitations/{last}/reissue")


def test_what_is_live_is_shown_however_old(browser: Browser, sqlite_app: Flask, number: str) -> None:
    with writing(sqlite_app) as session:
        asked = session.scalars(select(Customer).where(Customer.number == number)).one()
        kept = verbs.issue(session, asked, "system", None, NOW)
        for _ in range(11):
            verbs.revoke(session, verbs.issue(session, asked, "system", None, NOW, questionnaire=KEY), "system", NOW)
    page = browser.get(f"/customers/{number}")
    page.form(f"/invitations/{kept.id}/revoke")
    assert offered(page) == [KEY]
    assert len(page.find_all("div", class_="bar")) == 11


def test_the_console_invites_to_a_questionnaire_by_its_key(browser: Browser, sqlite_app: Flask, tmp_path: Path) -> None:
    number = known_customer(sqlite_app)
    refused = said(sqlite_app, ["invite", number, "--questionnaire", KEY], status=1)
    assert (refused.stdout, "no questionnaire visit-feedback; there are customer-info" in refused.stderr) == ("", True)
    (tmp_path / "own.json").write_text(json.dumps(second()), "utf-8")
    said(sqlite_app, ["questionnaires", "publish", str(tmp_path / "own.json")])
    link = said(sqlite_app, ["invite", number, "--questionnaire", KEY]).stdout.split()[1]
    assert TITLE in browser.get(link[link.index("/q/") :]).text
    assert "invited already" in said(sqlite_app, ["invite", number, "--questionnaire", KEY], status=1).stderr
    said(sqlite_app, ["invite", number])


def test_the_console_says_who_is_asked_nothing(sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        publish(session, second(modules=[module("visit", "拜访", score() | {"audiences": ["individual"]})]), NOW)
    told = said(sqlite_app, ["invite", known_customer(sqlite_app), "--questionnaire", KEY], status=1).stderr
    assert "visit-feedback asks nothing of this kind of customer" in told
