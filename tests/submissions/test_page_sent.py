"""Answers are sent, shown on a receipt, mended while they wait, and closed once they are decided (M14, M16, M18)."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.models import Audience, Situation
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.review import verbs as review
from formsvc.review.diff import Decision
from formsvc.staff import verbs as staff
from formsvc.submissions.models import Submission
from tests.browser import Browser
from tests.factories import writing
from tests.filling import ENTERPRISE, INDIVIDUAL, Invited, answered, invited, submissions
from tests.forms import text_of
from tests.installation import NOW

MORE = {
    "basic-size": "medium", "basic-founded_on": "2015年3月1日", "basic-staff_count": "1,200",
    "basic-revenue": "１２００．５", "basic-address": "合肥市　高新区", "contacts-position": "总监",
    "contacts-office_phone": "０１０－１２３４５６７８ 转 801", "contacts-emergency_name": "王伟",
    "contacts-emergency_phone": "139 0000 1111", "needs-products-other": "培训、巡检",
    "needs-term": "long", "needs-budget-from": "10", "needs-budget-to": "50万", "needs-special": "一\n二",
    "needs-channel": ["phone", "meeting"], "history-since": "2020-01-31", "history-projects": "甲\n乙",
    "history-satisfaction": "5", "history-nonrenewal_reason": "价格", "maintenance-review_cycle": "on-demand",
    "maintenance-remarks": "仅工作日联系",
}  # fmt: skip
STORED = {
    "basic.full_name": "合肥云盾科技有限公司", "basic.uscc": "914403001922038216", "basic.industry": "C",
    "basic.size": "medium", "basic.founded_on": "2015-03-01", "basic.staff_count": 1200, "basic.revenue": "1200.5",
    "basic.address": "合肥市高新区", "contacts.name": "张敏", "contacts.salutation": "ms", "contacts.position": "总监",
    "contacts.office_phone": "+861012345678;ext=801", "contacts.mobile": "+8613856780001",
    "contacts.email": "zhangmin@example.com", "contacts.emergency_name": "王伟",
    "contacts.emergency_phone": "+8613900001111",
    "needs.products": ["encryption", "support", "other:培训", "other:巡检"], "needs.term": "long",
    "needs.budget": {"from": "10", "to": "50"}, "needs.special": "一\n二", "needs.channel": ["phone", "meeting"],
    "history.since": "2020-01-31", "history.projects": ["甲", "乙"], "history.satisfaction": 5,
    "history.nonrenewal_reason": "价格", "maintenance.review_cycle": "on-demand",
    "maintenance.remarks": "仅工作日联系",
}  # fmt: skip


def decide(app: Flask, given: Invited, verb: str, note: str) -> None:
    """Return or reject what waits behind the link."""
    with writing(app) as session:
        reviewer = staff.find(session, given.manager)
        assert reviewer
        getattr(review, verb)(session, waiting(session), reviewer, note, NOW)


def approve(app: Flask, given: Invited) -> None:
    with writing(app) as session:
        found, reviewer = waiting(session), staff.find(session, given.manager)
        assert reviewer
        decisions = dict.fromkeys(found.all_answers, Decision("accept"))
        review.approve(session, found, reviewer, decisions, "", found.invitation.customer.version, NOW)


def waiting(session: Session) -> Submission:
    return session.scalars(select(Submission).where(Submission.state == "waiting")).one()


def test_all_fields_arrive_as_they_are_meant(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, situation=Situation.EXISTING)
    answer = browser.submit(browser.get(given.path), {**ENTERPRISE, **MORE}, "submit", status=303, follow=False)
    assert answer.response.headers["Location"] == given.path
    (sent,) = submissions(sqlite_app)
    assert (sent.answers, sent.secrets, sent.revision, sent.state) == (STORED, None, 1, "waiting")
    assert [(c.kind, c.text_version, c.language) for c in sent.consents] == [("privacy", "2026-11", "zh_CN")]
    with writing(sqlite_app) as session:
        assert session.get_one(Invitation, given.id).state is InvitationState.ANSWERED


def test_the_receipt_says_what_happens_next(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    receipt = browser.submit(browser.get(given.path), INDIVIDUAL, "submit")
    assert receipt.heading == "谢谢您，信息已收到"
    assert "2026-11-23 10:00" in receipt.text
    assert len(receipt.find_all("li")) == 3
    assert browser.get(given.path).heading == receipt.heading


def test_what_waits_can_be_mended_and_becomes_a_new_revision(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    receipt = browser.submit(browser.get(given.path), {**ENTERPRISE, "needs-special": "三天内交付"}, "submit")
    form = browser.get(receipt.link("修改"))
    assert dict(form.form().filled({}, None))["needs-special"] == "三天内交付"
    assert "特殊要求" in text_of(form.find("div", id="changes"))
    browser.submit(form, {"consent": "yes", "needs-special": "一周内交付"}, "submit")
    sent = [(s.revision, s.state, s.answers["needs.special"]) for s in submissions(sqlite_app)]
    assert sent == [(1, "superseded", "三天内交付"), (2, "waiting", "一周内交付")]


def test_a_sensitive_answer_that_is_left_alone_stays_with_its_consent(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    answered(sqlite_app, given, secrets={"basic.id_number": "E12345678"})
    page = browser.get(f"{given.path}?edit=1")
    browser.submit(page, {**INDIVIDUAL, "basic-full_name": "李婧"}, "submit")
    sent = submissions(sqlite_app)[-1]
    assert (sent.revision, sent.secrets) == (2, {"basic.id_number": "E12345678"})
    assert [consent.kind for consent in sent.consents] == ["privacy", "sensitive"]


def test_what_was_returned_opens_with_the_note_and_the_answers(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    browser.submit(browser.get(given.path), {**ENTERPRISE, "needs-special": "三天内交付"}, "submit")
    decide(sqlite_app, given, "return_", "请补充预算。")
    page = browser.get(given.path)
    assert "李强" in page.text
    assert "请补充预算。" in page.text
    assert dict(page.form().filled({}, None))["needs-special"] == "三天内交付"
    receipt = browser.submit(page, {"consent": "yes", "needs-budget-from": "1", "needs-budget-to": "2"}, "submit")
    assert receipt.heading == "谢谢您，信息已收到"
    assert [(s.revision, s.state) for s in submissions(sqlite_app)] == [(1, "returned"), (2, "waiting")]


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_after_a_decision_nothing_more_is_taken(browser: Browser, sqlite_app: Flask, decision: str) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given)
    form = browser.get(f"{given.path}?edit=1")
    if decision == "approve":
        approve(sqlite_app, given)
    else:
        decide(sqlite_app, given, "reject", "重复")
    late = browser.submit(form, ENTERPRISE, "submit", status=409)
    assert late.heading == browser.get(f"{given.path}?edit=1").heading
    assert "重复" not in late.text
    assert len(submissions(sqlite_app)) == 1


@pytest.mark.parametrize("action", ["delete", "", "SUBMIT"])
def test_an_unknown_action_is_refused(browser: Browser, sqlite_app: Flask, action: str) -> None:
    given = invited(sqlite_app)
    browser.post(given.path, {"action": action}, status=400)
    assert submissions(sqlite_app) == []
