"""The page of a rejected submission: the rejection can be taken back, and what counts instead is said (M23)."""

from datetime import timedelta

import pytest
from flask import Flask

from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation
from formsvc.review import verbs
from formsvc.staff import verbs as staff
from formsvc.staff.models import Role
from formsvc.submissions.models import Submission
from tests.browser import Browser
from tests.factories import writing
from tests.filling import Invited, account, answered, everything, invited
from tests.installation import NOW

REOPEN = "/review/1/reopen"


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer whose answers, submission 1, were rejected by the manager, who is signed in."""
    made = invited(sqlite_app)
    answered(sqlite_app, made, {"contacts.name": "王伟"})
    with writing(sqlite_app) as session:
        who = staff.find(session, made.manager)
        assert who
        verbs.reject(session, session.get_one(Submission, 1), who, "看上去是<b>重复</b>", NOW)
    browser.sign_in(made.manager)
    return made


def test_a_rejection_is_taken_back_by_a_button(browser: Browser, given: Invited) -> None:
    page = browser.submit(browser.get("/review/1?state=rejected"), action=REOPEN)
    assert page.path == "/review/1?state=rejected"
    assert "已撤回拒绝" in page.text
    assert "当时的原因： 看上去是<b>重复</b>" in page.text
    assert page.find_all("button", value="approve")
    assert given.number in browser.get("/review/").text


@pytest.mark.parametrize(
    ("language", "said"), [("zh-CN", "李强撤回了对客户填写的拒绝。"), ("en", "took the rejection back.")]
)
def test_the_timeline_tells_of_both(browser: Browser, given: Invited, language: str, said: str) -> None:
    browser.submit(browser.get("/review/1"), action=REOPEN)
    browser.language = language
    page = browser.get(f"/customers/{given.number}/timeline")
    assert said in page.text
    assert ("拒绝了客户的填写" if language == "zh-CN" else "rejected the answers") in page.text


def test_who_is_second_is_told_that_the_answers_wait(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    page, second = browser.get("/review/1"), Browser(sqlite_app)
    second.sign_in(account(sqlite_app, Role.ADMINISTRATOR))
    second.submit(second.get("/review/1"), action=REOPEN)
    before = everything(sqlite_app)
    told = browser.submit(page, action=REOPEN, status=409)
    assert "已被撤回" in told.text
    assert told.find_all("a", href="/review/1")
    assert everything(sqlite_app) == before


def test_who_asked_again_is_told_that_this_counts(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    page = browser.get("/review/1")
    with writing(sqlite_app) as session:
        asked = session.get_one(Invitation, given.id).customer
        invitations.issue(session, asked, "system", None, NOW + timedelta(minutes=5))
    before = everything(sqlite_app)
    told = browser.submit(page, action=REOPEN, status=409)
    assert "2026-11-23 10:05 已再次邀请该客户填写" in told.text
    assert everything(sqlite_app) == before
    again = browser.get("/review/1")
    assert "这次拒绝不能再撤回" in again.text
    assert REOPEN not in [form.get("action") for form in again.find_all("form")]


def test_a_later_link_that_nobody_answered_in_time_is_in_nobodys_way(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    with writing(sqlite_app) as session:
        asked = session.get_one(Invitation, given.id).customer
        invitations.issue(session, asked, "system", None, NOW - timedelta(days=60))
    assert "已撤回拒绝" in browser.submit(browser.get("/review/1"), action=REOPEN).text


def test_foreign_id_another_managers_rejection_is_not_found(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    stranger = Browser(sqlite_app)
    stranger.sign_in(account(sqlite_app))
    token = stranger.get("/review/").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    stranger.post(REOPEN, {"csrf_token": token}, status=404)
    browser.get(REOPEN, status=405)
    browser.post(REOPEN, {}, status=400)
    assert everything(sqlite_app) == before
