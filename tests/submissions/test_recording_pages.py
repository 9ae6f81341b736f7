"""A colleague records what a customer says: in the customer's form, with how it came and the consent (M28)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from formsvc.customers.models import Audience, Customer, CustomerValue
from formsvc.db import db
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.mail.models import OutboxMessage
from formsvc.questionnaires.verbs import publish
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import Consent, ConsentKind, Submission, SubmissionState, Way
from tests import filling
from tests.asking import TITLE, second
from tests.browser import Browser
from tests.factories import PASSWORD, writing
from tests.filling import ENTERPRISE, ID_CARD, INDIVIDUAL, submissions
from tests.installation import NOW
from tests.submissions.test_page_sent import approve, decide

CALL = {**ENTERPRISE, "way": "call", "confirmed": "yes"}


@pytest.fixture
def manager(sqlite_app: Flask, browser: Browser) -> str:
    """The address of who is signed in."""
    address = filling.account(sqlite_app)
    browser.sign_in(address)
    return address


@pytest.fixture
def number(sqlite_app: Flask, manager: str) -> str:
    return filling.customer(sqlite_app, manager)


def path(number: str) -> str:
    return f"/customers/{number}/answers"


def rows(app: Flask, model: Any) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(model)).all())


def test_what_was_said_on_the_phone_waits_for_its_review(sqlite_app: Flask, browser: Browser, number: str) -> None:
    form = browser.get(f"/customers/{number}").link("代客户填写")
    done = browser.submit(browser.get(form), CALL, "record")
    made = submissions(sqlite_app)[0]
    assert done.path == f"/review/{made.id}"
    assert (made.state, made.channel, made.is_confirmed) == (SubmissionState.WAITING, Way.CALL, True)
    assert made.answers["contacts.name"] == "张敏"
    assert [(consent.kind, consent.language) for consent in made.consents] == [(ConsentKind.PRIVACY, "zh_CN")]
    (invitation,) = rows(sqlite_app, Invitation)
    assert (invitation.state, invitation.is_recorded) == (InvitationState.ANSWERED, True)
    assert rows(sqlite_app, OutboxMessage) == []


def test_to_look_at_the_form_changes_nothing(sqlite_app: Flask, browser: Browser, number: str) -> None:
    browser.get(path(number))
    assert rows(sqlite_app, Invitation) == []


def test_the_live_invitation_takes_them_and_its_link_shows_them(
    sqlite_app: Flask, browser: Browser, manager: str
) -> None:
    invited = filling.invited(sqlite_app, manager)
    browser.submit(browser.get(path(invited.number)), CALL, "record")
    assert submissions(sqlite_app)[0].invitation_id == invited.id
    assert "由我们代为填写" in Browser(sqlite_app).get(invited.path).text


def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(
    sqlite_app: Flask, browser: Browser, number: str
) -> None:
    typed = {"contacts-name": "王芳", "contacts-mobile": "12", "confirmed": "yes", "basic-industry": "C"}
    page = browser.submit(browser.get(path(number)), typed, "record", status=422)
    assert "请选择客户是如何告知的" in page.error_of("way")
    assert "客户同意后勾选" in page.error_of("consent")
    assert "手机" in page.error_of("contacts-mobile")
    kept = dict(page.form().filled({}, "record"))
    assert typed.items() <= kept.items()
    browser.submit(page, CALL, "record")
    assert len(submissions(sqlite_app)) == 1


def test_sensitive_values_need_the_consent_of_their_own_and_are_encrypted(
    sqlite_app: Flask, browser: Browser, manager: str
) -> None:
    number = filling.customer(sqlite_app, manager, audience=Audience.INDIVIDUAL)
    filling.hold_secret(sqlite_app, number, ID_CARD)
    page = browser.get(path(number))
    assert ID_CARD not in page.text
    typed = {**INDIVIDUAL, "way": "visit", "basic-id_type": "resident-id", "basic-id_number": "110105199003074616"}
    page = browser.submit(page, typed, "record", status=422)
    assert "客户同意则勾选" in page.error_of("consent_sensitive")
    browser.submit(page, {"consent_sensitive": "yes"}, "record")
    made = submissions(sqlite_app)[0]
    assert {consent.kind for consent in made.consents} == set(ConsentKind)
    assert made.secrets == {"basic.id_number": "110105199003074616"}
    assert "110105199003074616" not in filling.everything(sqlite_app)


def test_the_consent_is_read_out_in_the_language_of_the_customer(sqlite_app: Flask, manager: str, number: str) -> None:
    english = Browser(sqlite_app, "en")
    english.sign_in(manager)
    page = english.get(path(number))
    assert "我已阅读以上说明" in page.text
    english.submit(page, CALL, "record")
    assert submissions(sqlite_app)[0].language == "zh_CN"
    assert rows(sqlite_app, Consent)[0].language == "zh_CN"


def test_retry_duplicates_a_second_press_is_the_same_submission(
    sqlite_app: Flask, browser: Browser, number: str
) -> None:
    page = browser.get(path(number))
    first = browser.submit(page, CALL, "record")
    assert browser.submit(page, CALL, "record").path == first.path
    assert len(submissions(sqlite_app)) == 1


def test_retry_duplicates_a_second_press_after_the_decision_is_told(
    sqlite_app: Flask, browser: Browser, manager: str
) -> None:
    invited = filling.invited(sqlite_app, manager)
    page = browser.get(path(invited.number))
    browser.submit(page, CALL, "record")
    approve(sqlite_app, invited)
    told = browser.submit(page, CALL, "record", status=409)
    assert "期间他人已填写或改动" in told.text
    browser.submit(told, {}, "record")
    assert [made.state for made in submissions(sqlite_app)] == [SubmissionState.APPROVED, SubmissionState.WAITING]


def test_answers_that_wait_are_replaced_by_the_customer_only(sqlite_app: Flask, browser: Browser, manager: str) -> None:
    invited = filling.invited(sqlite_app, manager)
    page = browser.get(path(invited.number))
    id_ = filling.answered(sqlite_app, invited)
    told = browser.submit(page, {**CALL, "contacts-name": "王芳"}, "record", status=409)
    assert told.link("去审核") == f"/review/{id_}"
    assert ("contacts-name", "王芳") in told.form().filled({}, "record")
    browser.submit(told, {}, "record", status=409)
    assert browser.get(path(invited.number)).link("去审核") == f"/review/{id_}"
    assert [made.id for made in submissions(sqlite_app)] == [id_]


def test_what_was_returned_is_mended_here_with_the_notes_to_the_fields(
    sqlite_app: Flask, browser: Browser, manager: str
) -> None:
    invited = filling.invited(sqlite_app, manager)
    filling.answered(sqlite_app, invited)
    decide(sqlite_app, invited, "return_", "请补充部门")
    page = browser.get(path(invited.number))
    assert "请补充部门" in page.text
    browser.submit(page, {**CALL, "contacts-name": "王芳"}, "record")
    assert [(made.revision, made.channel) for made in submissions(sqlite_app)] == [(1, Way.LINK), (2, Way.CALL)]


def test_a_draft_of_the_customer_is_for_no_colleague(sqlite_app: Flask, browser: Browser, manager: str) -> None:
    invited, customer = filling.invited(sqlite_app, manager), Browser(sqlite_app)
    customer.submit(customer.get(invited.path), {"contacts-name": "没想好"}, "save")
    assert "没想好" not in browser.get(path(invited.number)).text


def test_a_new_mail_address_is_asked_to_confirm_and_no_other_mail_goes_out(
    sqlite_app: Flask, browser: Browser, number: str
) -> None:
    browser.submit(browser.get(path(number)), {**CALL, "contacts-email": "new@example.com"}, "record")
    assert {(row.kind, row.recipient) for row in rows(sqlite_app, OutboxMessage)} == {
        ("confirm-address", "new@example.com"), ("address-changed", "zhangmin@example.com"),
    }  # fmt: skip


def test_what_was_confirmed_not_long_ago_is_folded(sqlite_app: Flask, browser: Browser, number: str) -> None:
    assert "客户不久前确认过" not in browser.get(path(number)).text
    filling.confirm(sqlite_app, number)
    page = browser.get(path(number))
    assert "客户不久前确认过" in page.text
    assert "客户不久前确认过" not in browser.submit(page, {}, "full").text


def test_one_of_several_questionnaires_is_chosen(sqlite_app: Flask, browser: Browser, number: str) -> None:
    with writing(sqlite_app) as session:
        publish(session, second(), NOW)
    page = browser.get(browser.get(path(number)).link(TITLE))
    browser.submit(page, {"visit-score": "4", "way": "visit", "consent": "yes"}, "record")
    assert submissions(sqlite_app)[0].answers["visit.score"] == 4


def test_expired_form_a_page_of_another_session_keeps_what_was_typed(
    sqlite_app: Flask, browser: Browser, number: str
) -> None:
    page = browser.get(path(number))
    told = browser.post(path(number), {**CALL, "csrf_token": "old", "seen": "0", "known": "0"}, status=422)
    browser.submit(told, {}, "record")
    assert len(submissions(sqlite_app)) == 1
    assert page.status == 200


def test_expired_form_who_was_signed_out_goes_on_from_there(
    sqlite_app: Flask, browser: Browser, manager: str, number: str
) -> None:
    page, stranger = browser.get(path(number)), Browser(sqlite_app)
    stranger.client = browser.client
    with writing(sqlite_app) as session:
        session.execute(update(Staff).values(session_key="another"))
    told = browser.submit(page, CALL, "record", status=401)
    assert ("contacts-name", "张敏") in told.form().filled({}, None)
    browser.sign_in(manager)
    again = browser.submit(told, status=422)
    browser.submit(again, {}, "record")
    assert len(submissions(sqlite_app)) == 1


@pytest.mark.parametrize("status", ["archived", "foreign"])
def test_foreign_id_nobody_records_where_nobody_may_invite(
    sqlite_app: Flask, browser: Browser, number: str, status: str
) -> None:
    page = browser.get(path(number))
    change = {"archived_at": NOW} if status == "archived" else {"owner_id": None}
    with writing(sqlite_app) as session:
        session.execute(update(Customer).values(**change))
    browser.submit(page, CALL, "record", status=409 if status == "archived" else 404)
    browser.get(path(number), status=200 if status == "archived" else 404)
    assert rows(sqlite_app, Submission) == rows(sqlite_app, Invitation) == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.FINANCE, Role.SERVICE])
def test_who_may_not_invite_may_not_record(sqlite_app: Flask, browser: Browser, role: Role) -> None:
    number = filling.customer(sqlite_app)
    given = {"email": filling.account(sqlite_app, role), "password": PASSWORD}
    browser.submit(browser.get("/login"), given, status=303, follow=False)
    assert "代客户填写" not in browser.get(f"/customers/{number}").text
    browser.get(path(number), status=403)
    browser.post(path(number), CALL, status=403)


def test_what_was_said_and_not_confirmed_is_confirmed_nowhere(
    sqlite_app: Flask, browser: Browser, manager: str, number: str
) -> None:
    """Through the review into the record: who recorded it is named at the value and in the timeline."""
    given = {name: text for name, text in CALL.items() if name != "confirmed"}
    review = browser.submit(browser.get(path(number)), given, "record")
    assert "电话，由李强代填，未与客户确认" in review.text
    assert "没有当场与客户确认" in review.text
    assert "未当场确认" in browser.get("/review/").text or "电话" in browser.get("/review/").text
    decisions = {e.get("name") or "": "accept" for e in review.find_all("input", type="radio", value="accept")}
    browser.submit(review, decisions, "approve")
    merged = [row for row in rows(sqlite_app, CustomerValue) if row.submission_id]
    assert merged
    assert {row.verified_at for row in merged} == {None}
    assert "电话，由李强代填，李强通过" in browser.get(f"/customers/{number}").text
    assert "李强代客户填写了答复（电话）" in browser.get(f"/customers/{number}/timeline").text
