"""No answer without consent, and no sensitive value without a consent of its own (M6, M51)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.audit import AuditFact
from formsvc.customers.models import Audience
from formsvc.db import db
from formsvc.mail.models import OutboxMessage
from tests.browser import Browser
from tests.filling import ID_CARD, INDIVIDUAL, Invited, Typed, everything, hold_secret, invited, submissions

CARD: Typed = {**INDIVIDUAL, "basic-id_type": "resident-id", "basic-id_number": ID_CARD}


@pytest.fixture
def given(sqlite_app: Flask) -> Invited:
    return invited(sqlite_app, audience=Audience.INDIVIDUAL)


def test_without_consent_nothing_is_kept_but_what_is_on_the_page(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    before = everything(sqlite_app)
    back = browser.submit(browser.get(given.path), {**INDIVIDUAL, "consent": []}, "submit", status=422)
    assert "请勾选" in back.error_of("consent")
    assert dict(back.form().filled({}, None))["basic-full_name"] == "李静"
    assert everything(sqlite_app) == before


@pytest.mark.parametrize("consent", ["", "false", "0"])
def test_page_only_checks_a_consent_that_says_no_is_none(
    browser: Browser, sqlite_app: Flask, given: Invited, consent: str
) -> None:
    token = browser.get(given.path).find("input", name="csrf_token").get("value") or ""
    back = browser.post(given.path, {**INDIVIDUAL, "consent": consent, "csrf_token": token}, status=422)
    assert back.error_of("consent")


def test_a_sensitive_value_without_its_consent_is_refused_and_not_stored(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    before = everything(sqlite_app)
    back = browser.submit(browser.get(given.path), CARD, "submit", status=422)
    assert "证件号码" in back.error_of("consent_sensitive")
    assert back.find("input", name="consent").get("checked") is not None
    assert everything(sqlite_app) == before
    browser.submit(back, {"basic-id_number": ""}, "submit")
    assert [(s.secrets, [c.kind for c in s.consents]) for s in submissions(sqlite_app)] == [(None, ["privacy"])]


def test_a_sensitive_value_with_its_consent_is_encrypted_at_rest(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    browser.submit(browser.get(given.path), {**CARD, "consent_sensitive": "yes"}, "submit")
    (sent,) = submissions(sqlite_app)
    assert sent.secrets == {"basic.id_number": ID_CARD}
    assert "basic.id_number" not in sent.answers
    assert [consent.kind for consent in sent.consents] == ["privacy", "sensitive"]
    held = everything(sqlite_app)
    assert ID_CARD not in held
    assert ID_CARD[:-4] not in held


def test_a_held_sensitive_value_that_is_left_empty_needs_no_consent_and_stays(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    hold_secret(sqlite_app, given.number)
    browser.submit(browser.get(given.path), INDIVIDUAL, "submit")
    (sent,) = submissions(sqlite_app)
    assert sent.secrets is None
    assert "basic.id_number" not in sent.answers


def test_a_sensitive_value_goes_nowhere_but_where_it_is_encrypted(
    browser: Browser, sqlite_app: Flask, given: Invited, caplog: pytest.LogCaptureFixture
) -> None:
    """Not into mail, audit facts, logs, addresses or the pages of staff (M51)."""
    typed = {**CARD, "consent_sensitive": "yes"}
    browser.submit(browser.get(given.path), typed, "save")
    sent = browser.submit(browser.get(given.path), typed, "submit", status=303, follow=False)
    with sqlite_app.app_context():
        mail = [str(row.content) for row in db.session.scalars(select(OutboxMessage))]
        facts = [str(row.detail) + row.subject for row in db.session.scalars(select(AuditFact))]
    browser.sign_in(given.manager)
    pages = [browser.get(path).html for path in ("/review/", "/review/1", f"/customers/{given.number}")]
    said = [sent.response.headers["Location"], browser.get(given.path).html, *mail, *facts, *pages, caplog.text]
    assert [text for text in said if ID_CARD in text or ID_CARD[:-4] in text] == []
    assert ID_CARD not in everything(sqlite_app)
