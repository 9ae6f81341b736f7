"""Only what is needed: what the customer confirmed not long ago is one line each (issue of freshness, M12, M16)."""

from datetime import timedelta

import pytest
from flask import Flask

from formsvc.customers.models import Audience
from formsvc.review import verbs as review
from formsvc.staff import verbs as staff
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import ENTERPRISE, Invited, answered, confirm, hold_secret, invited, submissions
from tests.forms import text_of
from tests.installation import NOW
from tests.submissions.test_page_sent import waiting


def folded(page: Page) -> dict[str, str]:
    """The folded lines: the control's id and what the line says."""
    lines = page.find_all("details", class_="fold")
    return {next(e.get("id") or "" for e in line.iter() if e.tag in ("input", "select", "textarea")): text_of(line[0])
            for line in lines}  # fmt: skip


@pytest.fixture
def given(sqlite_app: Flask) -> Invited:
    return invited(sqlite_app)


def test_what_nobody_confirmed_is_open(browser: Browser, given: Invited) -> None:
    assert folded(browser.get(given.path)) == {}


def test_what_is_fresh_is_a_line_each_and_the_rest_comes_first(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    confirm(sqlite_app, given.number, NOW - timedelta(days=30), "contacts.name", "contacts.mobile")
    page = browser.get(given.path)
    lines = folded(page)
    assert list(lines) == ["contacts-name", "contacts-mobile"]
    assert "张敏 仍然正确" in lines["contacts-name"]
    assert page.html.index('id="contacts-email"') < page.html.index('id="contacts-name"')


def test_fresh_is_what_the_field_says_else_the_questionnaire(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    confirm(sqlite_app, given.number, NOW - timedelta(days=180))
    assert list(folded(browser.get(given.path))) == ["basic-full_name"]
    confirm(sqlite_app, given.number, NOW - timedelta(days=1095))
    assert folded(browser.get(given.path)) == {}


def test_folded_lines_are_sent_as_they_are_and_can_be_changed(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    confirm(sqlite_app, given.number)
    needed = {name: ENTERPRISE[name] for name in ("consent", "basic-uscc", "basic-industry", "contacts-salutation")}
    rest = {"needs-products": ["support"], "contacts-name": "王芳"}
    browser.submit(browser.get(given.path), {**needed, **rest}, "submit")
    (sent,) = submissions(sqlite_app)
    assert (sent.answers["contacts.name"], sent.answers["contacts.mobile"]) == ("王芳", "+8613856780001")


def test_all_are_open_at_one_press_and_nothing_typed_is_lost(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    confirm(sqlite_app, given.number)
    page = browser.submit(browser.get(given.path), {"needs-special": "快"}, "full")
    assert folded(page) == {}
    assert dict(page.form().filled({}, None))["needs-special"] == "快"


def test_a_line_that_is_wrong_or_was_changed_is_open(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    confirm(sqlite_app, given.number)
    typed = {**ENTERPRISE, "contacts-mobile": "1", "contacts-name": "王芳"}
    back = browser.submit(browser.get(given.path), typed, "submit", status=422)
    assert set(folded(back)) == {"basic-full_name", "contacts-email"}
    assert back.error_of("contacts-mobile")


def test_a_secret_is_folded_to_its_mask(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    hold_secret(sqlite_app, given.number)
    confirm(sqlite_app, given.number)
    page = browser.get(given.path)
    assert "••••••002X" in folded(page)["basic-id_number"]
    assert page.find("input", name="consent_sensitive") is not None


def give_back(app: Flask, given: Invited, note: str, **notes: str) -> None:
    with writing(app) as session:
        reviewer = staff.find(session, given.manager)
        assert reviewer
        fields = {key.replace("_", ".", 1): text for key, text in notes.items()}
        review.return_(session, waiting(session), reviewer, note, NOW, fields)


def test_what_was_returned_opens_on_the_fields_in_question_with_their_notes(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    answered(sqlite_app, given, {"needs.special": "三天"})
    give_back(sqlite_app, given, "请看一下", contacts_mobile="少一位", needs_budget="请补充")
    page = browser.get(given.path)
    assert "只需补充 2 项，请在" in page.text
    assert "3 分钟" not in page.text
    assert [e.get("href") for e in page.find("main").iter("a")][:2] == ["#contacts-mobile", "#needs-budget-from"]
    lines = folded(page)
    assert {"contacts-mobile", "needs-budget-from"} & set(lines) == set()
    assert {"contacts-name", "needs-special", "basic-address"} <= set(lines)
    assert "仍然正确" not in page.text  # nobody has looked at what the record does not hold
    assert "与您提交时一致" in page.text
    described = page.find("input", name="contacts-mobile").get("aria-describedby") or ""
    assert "contacts-mobile-note" in described
    assert "少一位" in text_of(page.find("p", id="contacts-mobile-note"))
    assert dict(page.form().filled({}, None))["needs-special"] == "三天"
