"""A questionnaire that asks for none of the default's fields: filled in, sent, reviewed, and merged into one record."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers.models import Customer
from formsvc.invitations import links, verbs
from formsvc.questionnaires.verbs import publish
from tests.asking import ANSWERED, KEY, REWARD, second
from tests.browser import Browser
from tests.factories import writing
from tests.filling import Invited, invited, submissions
from tests.forms import text_of
from tests.installation import NOW
from tests.submissions.test_page_cost import statements

TYPED = {"consent": "yes", "visit-score": "4", "visit-topics": ["price", "quality"], "needs-special": "周五送货"}


def asked_again(app: Flask, usual: Invited, **other: object) -> Invited:
    """The customer who was invited as usual, invited to another questionnaire besides."""
    with writing(app) as session:
        publish(session, second(**other), NOW)
        customer = session.scalars(select(Customer).where(Customer.number == usual.number)).one()
        made = verbs.issue(session, customer, "system", None, NOW, questionnaire=KEY)
        return Invited(usual.number, made.id, f"/q/{links.token(made.id, made.link_number)}", usual.manager)


def test_it_goes_all_the_way_beside_the_default(browser: Browser, sqlite_app: Flask) -> None:
    usual = invited(sqlite_app, values={"needs.special": "周一送货"})
    given = asked_again(sqlite_app, usual)
    page = browser.get(given.path)
    assert dict(page.form().filled({}, None))["needs-special"] == "周一送货"
    receipt = browser.submit(browser.submit(page, {"visit-score": "4"}, "save"), TYPED, "submit")
    assert receipt.heading == "谢谢您，信息已收到"
    assert browser.client.get(f"{given.path}/copy.pdf").mimetype == "application/pdf"
    assert browser.get(usual.path).heading == "客户信息确认表"
    (sent,) = submissions(sqlite_app)
    assert sent.answers == ANSWERED
    browser.sign_in(given.manager)
    done = browser.submit(browser.get(f"/review/{sent.id}"), press="approve")
    titles = [text_of(e) for e in done.root.iter("h3")]
    assert titles == ["基本信息", "联系人", "合作需求", "拜访"]
    for said in ("整体评价", "关心的话题", "价格、质量", "周五送货", "张敏", "zhangmin@example.com"):
        assert said in done.text
    assert "visit." not in done.text
    assert dict(browser.get(usual.path).form().filled({}, None))["needs-special"] == "周五送货"


def test_it_is_returned_and_sent_again(browser: Browser, sqlite_app: Flask) -> None:
    given = asked_again(sqlite_app, invited(sqlite_app))
    browser.submit(browser.get(given.path), TYPED, "submit")
    browser.sign_in(given.manager)
    (sent,) = submissions(sqlite_app)
    browser.submit(browser.get(f"/review/{sent.id}"), {"note-visit-score": "为什么？"}, "return")
    page = browser.get(given.path)
    assert "为什么？" in page.text
    browser.submit(page, {"consent": "yes", "visit-score": "2"}, "submit")
    assert [(s.revision, s.answers["visit.score"]) for s in submissions(sqlite_app)] == [(1, 4), (2, 2)]


def test_a_page_of_it_is_one_query_too(browser: Browser, sqlite_app: Flask) -> None:
    given = asked_again(sqlite_app, invited(sqlite_app))
    with statements(sqlite_app) as said:
        browser.get(given.path)
    assert [s.split()[0] for s in said if not s.startswith("BEGIN")] == ["SELECT"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_promised_is_said_above_the_questions_and_on_the_receipt(
    sqlite_app: Flask, browser: Browser, language: str
) -> None:
    usual = invited(sqlite_app)
    given, browser.language = asked_again(sqlite_app, usual), language
    page = browser.get(given.path)
    assert page.html.index(REWARD[language]) < page.html.index('name="visit-score"')
    assert browser.submit(page, TYPED, "submit").text.count(REWARD[language]) == 1
    lead = re.escape({"zh": "填写并通过核对后：", "en": "checked and accepted: "}[language])
    assert not re.search(lead, browser.get(usual.path).text)


def test_stored_xss_a_promise_is_text(sqlite_app: Flask, browser: Browser) -> None:
    given = asked_again(sqlite_app, invited(sqlite_app), reward="<b>5 %</b> & %(x)s")
    form = browser.get(given.path)
    for page in (form, browser.submit(form, TYPED, "submit")):
        assert "&lt;b&gt;5 %&lt;/b&gt; &amp; %(x)s" in page.html
