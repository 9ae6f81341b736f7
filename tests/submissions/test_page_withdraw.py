"""What waits can be taken back by the one who sent it (M18)."""

from flask import Flask

from formsvc.customers.models import Audience
from formsvc.invitations.models import Invitation, InvitationState
from tests.browser import Browser
from tests.factories import writing
from tests.filling import ENTERPRISE, ID_CARD, INDIVIDUAL, Invited, answered, everything, invited, submissions
from tests.submissions.test_page_sent import approve


def sent(browser: Browser, app: Flask) -> Invited:
    given = invited(app)
    browser.submit(browser.get(given.path), {**ENTERPRISE, "needs-special": "三天"}, "submit")
    return given


def test_what_waits_is_taken_back_and_stays_as_a_draft(browser: Browser, sqlite_app: Flask) -> None:
    given = sent(browser, sqlite_app)
    page = browser.submit(browser.get(given.path), press="withdraw")
    assert "您已撤回 2026-11-23 10:00" in page.text
    assert "尚未提交" in page.text
    assert dict(page.form().filled({}, None))["needs-special"] == "三天"
    assert [s.state for s in submissions(sqlite_app)] == ["withdrawn"]
    browser.get(f"{given.path}/copy.pdf", status=404)
    with writing(sqlite_app) as session:
        assert session.get_one(Invitation, given.id).state is InvitationState.OPEN
    browser.submit(page, {"consent": "yes"}, "submit")
    assert submissions(sqlite_app)[-1].answers["needs.special"] == "三天"
    assert [(s.revision, s.state) for s in submissions(sqlite_app)] == [(1, "withdrawn"), (2, "waiting")]


def test_a_sensitive_value_that_is_taken_back_is_drafted_encrypted_and_with_its_consent(
    browser: Browser, sqlite_app: Flask
) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    card = {**INDIVIDUAL, "basic-id_type": "resident-id", "basic-id_number": ID_CARD, "consent_sensitive": "yes"}
    receipt = browser.submit(browser.get(given.path), card, "submit")
    page = browser.submit(receipt, press="withdraw")
    assert "••••••002X" in page.text
    assert ID_CARD not in everything(sqlite_app)
    browser.submit(page, {"consent": "yes"}, "submit")
    sent = submissions(sqlite_app)[-1]
    assert (sent.secrets, len(sent.consents)) == ({"basic.id_number": ID_CARD}, 2)


def test_what_was_decided_cannot_be_taken_back(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given)
    receipt = browser.get(given.path)
    approve(sqlite_app, given)
    late = browser.submit(receipt, press="withdraw", status=409)
    assert late.heading == "已全部完成，谢谢您"
    assert [s.state for s in submissions(sqlite_app)] == ["approved"]


def test_a_second_press_is_no_error(browser: Browser, sqlite_app: Flask) -> None:
    given = sent(browser, sqlite_app)
    receipt = browser.get(given.path)
    for _ in range(2):
        page = browser.submit(receipt, press="withdraw", status=200)
    assert "您已撤回" in page.text


def test_a_receipt_takes_back_what_it_showed_and_nothing_newer(browser: Browser, sqlite_app: Flask) -> None:
    given = sent(browser, sqlite_app)
    receipt = browser.get(given.path)
    browser.submit(browser.get(f"{given.path}?edit=1"), {"needs-special": "五天", "consent": "yes"}, "submit")
    page = browser.submit(receipt, press="withdraw")
    assert page.heading == receipt.heading
    assert [s.state for s in submissions(sqlite_app)] == ["superseded", "waiting"]


def test_page_only_checks_without_the_token_nothing_is_taken_back(browser: Browser, sqlite_app: Flask) -> None:
    given = sent(browser, sqlite_app)
    browser.post(given.path, {"action": "withdraw", "csrf_token": "x"})
    assert [s.state for s in submissions(sqlite_app)] == ["waiting"]


def test_the_receipt_shows_what_was_changed_old_beside_new(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    receipt = browser.submit(browser.get(given.path), {**ENTERPRISE, "contacts-name": "王芳"}, "submit")
    assert [e.text for e in receipt.root.iter("del")] == ["张敏"]
    assert [e.text for e in receipt.root.iter("ins")] == ["王芳"]
