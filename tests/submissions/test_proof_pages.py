"""Show that it is you: the pages, and the threats to them (M11)."""

import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from formsvc.invitations import links
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation
from formsvc.submissions import proof_pages
from formsvc.submissions.codes import SENT, TRIES
from formsvc.submissions.models import Code
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import Invited, everything, invited
from tests.forms import text_of
from tests.installation import HOST, NOW
from tests.page_checks import check_page, parsed
from tests.proving import guarded, last_code, sent, wrong

PERSONAL = ["合肥云盾", "张敏", "13856780001", "zhangmin", "CX202611001"]


def send(browser: Browser, given: Invited, status: int = 200) -> Page:
    return browser.submit(browser.get(f"{given.path}/prove"), action=f"{given.path}/code", status=status)


def bring(browser: Browser, given: Invited, code: str, status: int) -> Page:
    page = browser.get(f"{given.path}/prove")
    return browser.submit(page, {"code": code}, action=f"{given.path}/prove", status=status, follow=False)


def is_proved(browser: Browser, given: Invited) -> bool:
    """Whether there is nothing left to prove: the page for it sends the reader on to the link."""
    return browser.client.get(f"{given.path}/prove", base_url=f"http://{HOST}").status_code == 303


def test_who_brings_the_code_is_sent_on_to_the_link(browser: Browser, sqlite_app: Flask) -> None:
    given = guarded(sqlite_app)
    page = send(browser, given)
    assert "如果我们存有您的邮箱地址，验证码正在发送" in page.text
    control = page.find("input", name="code")
    assert (control.get("inputmode"), control.get("autocomplete")) == ("numeric", "one-time-code")
    assert not is_proved(browser, given)
    answer = bring(browser, given, last_code(sqlite_app), 303)
    assert answer.response.headers["Location"] == given.path
    assert is_proved(browser, given)
    assert not is_proved(Browser(sqlite_app), given)


def test_a_wrong_code_is_told_once_beside_its_control(browser: Browser, sqlite_app: Flask) -> None:
    given = guarded(sqlite_app)
    send(browser, given)
    page = bring(browser, given, wrong(last_code(sqlite_app)), 422)
    assert "重新获取验证码" in page.error_of("code")
    assert page.text.count("重新获取验证码") == page.error_of("code").count("重新获取验证码")
    assert page.find("input", id="code").get("value") is None
    assert not is_proved(browser, given)


def test_after_too_many_tries_and_too_many_codes_it_says_what_to_do(browser: Browser, sqlite_app: Flask) -> None:
    given = guarded(sqlite_app)
    send(browser, given)
    code = last_code(sqlite_app)
    for _ in range(TRIES):
        bring(browser, given, wrong(code), 422)
    assert "请重新获取验证码" in bring(browser, given, code, 429).text
    for _ in range(SENT - 1):
        send(browser, given)
    assert "一小时后再试" in send(browser, given, 429).text
    bring(browser, given, last_code(sqlite_app), 303)


def test_guessing_oracle_held_or_not_and_whose_code_it_is_answers_are_the_same(
    browser: Browser, sqlite_app: Flask
) -> None:
    held = guarded(sqlite_app)
    unheld = invited(sqlite_app, held.manager, values={"contacts.email": None})
    send(browser, held)
    theirs = last_code(sqlite_app)

    def answers(given: Invited, code: str) -> list[tuple[int, str]]:
        pages = [send(browser, given) for _ in range(SENT - (given is held))] + [send(browser, given, 429)]
        pages += [bring(browser, given, code, 422) for _ in range(TRIES)] + [bring(browser, given, code, 429)]
        return [(page.status, _alike(page, given)) for page in pages]

    own = answers(held, "" if theirs == "000000" else "000000")
    assert answers(unheld, theirs)[1:] == own
    with writing(sqlite_app) as session:
        assert len(sent(session, "code")) == SENT
        assert len(session.scalars(select(Code)).all()) == 2 * SENT


def _alike(page: Page, given: Invited) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page.html.replace(given.path, "/q/x"))


def test_token_outlives_a_link_that_is_issued_again_asks_again(browser: Browser, sqlite_app: Flask) -> None:
    given = guarded(sqlite_app)
    send(browser, given)
    bring(browser, given, last_code(sqlite_app), 303)
    with writing(sqlite_app) as session:
        found = session.get_one(Invitation, given.id)
        invitations.reissue(session, found, "system", NOW)
        path = f"/q/{links.token(found.id, found.link_number)}"
    assert not is_proved(browser, Invited(given.number, given.id, path, given.manager))
    browser.get(f"{given.path}/prove", status=410)


def test_token_outlives_a_proof_ends_after_twelve_hours(
    browser: Browser, sqlite_app: Flask, clock: time_machine.Traveller
) -> None:
    given = guarded(sqlite_app)
    send(browser, given)
    bring(browser, given, last_code(sqlite_app), 303)
    clock.shift(12 * 3600)
    assert not is_proved(browser, given)


def test_page_only_checks_nothing_is_sent_or_taken_without_the_token_of_a_form(
    browser: Browser, sqlite_app: Flask
) -> None:
    given = guarded(sqlite_app)
    send(browser, given)
    code = last_code(sqlite_app)
    for path in (f"{given.path}/code", f"{given.path}/prove"):
        browser.post(path, {"code": code}, status=400)
    assert not is_proved(browser, given)
    with writing(sqlite_app) as session:
        assert [row.tries for row in session.scalars(select(Code))] == [0]


def test_mail_scanners_opening_the_pages_changes_nothing(browser: Browser, sqlite_app: Flask) -> None:
    given = guarded(sqlite_app)
    before = everything(sqlite_app)
    browser.get(f"{given.path}/prove?sent=1")
    assert browser.client.head(f"{given.path}/prove").status_code == 200
    browser.get(f"{given.path}/code", status=405)
    assert everything(sqlite_app) == before


@pytest.mark.parametrize("route", ["code", "prove"])
def test_a_dead_or_unknown_link_answers_as_it_does_itself(browser: Browser, sqlite_app: Flask, route: str) -> None:
    given = guarded(sqlite_app)
    form = browser.get(f"{given.path}/prove")
    with writing(sqlite_app) as session:
        invitations.revoke(session, session.get_one(Invitation, given.id), "system", NOW)
    dead = browser.submit(form, action=f"{given.path}/{route}", status=410)
    assert dead.text == browser.get(given.path, status=410).text
    token = form.find("input", name="csrf_token").get("value") or ""
    unknown = browser.post(f"/q/x/{route}", {"csrf_token": token}, status=404)
    assert unknown.text == browser.get("/q/x", status=404).text


def test_where_the_questionnaire_asks_for_no_proof_the_link_opens(browser: Browser, sqlite_app: Flask) -> None:
    other = guarded(sqlite_app)
    form = browser.get(f"{other.path}/prove")
    token = form.find("input", name="csrf_token").get("value") or ""
    send(browser, other)
    bring(browser, other, last_code(sqlite_app), 303)
    for route in ("code", "prove"):
        answer = browser.post(f"{other.path}/{route}", {"csrf_token": token}, status=303, follow=False)
        assert answer.response.headers["Location"] == other.path
    with writing(sqlite_app) as session:
        assert len(sent(session, "code")) == 1


def test_the_first_page_shows_nothing_that_is_held(browser: Browser, sqlite_app: Flask) -> None:
    given = guarded(sqlite_app)
    with sqlite_app.test_request_context("/?lang=en", base_url=f"http://{HOST}"):
        token = given.path.removeprefix("/q/")
        html, status = proof_pages.page(proof_pages.find(token), token)
    root = parsed(html)
    check_page(root)
    assert status == 200
    assert [text for text in PERSONAL if text in html] == []
    assert "Your details with us" in text_of(root)
    assert "blank=1" in next(a.get("href") or "" for a in root.iter("a") if "without seeing" in text_of(a))
    assert [text for text in PERSONAL if text in browser.get(f"{given.path}/prove").html] == []


def test_the_language_stays_and_can_be_changed_on_every_page(browser: Browser, sqlite_app: Flask) -> None:
    given = guarded(sqlite_app)
    page = browser.submit(browser.get(f"{given.path}/prove?lang=en"), action=f"{given.path}/code")
    assert page.heading == "Enter the code"
    page = browser.submit(page, {"code": "1"}, action=f"{given.path}/prove", status=422)
    assert page.error_of("code").startswith("Six digits")
    assert page.root.get("lang") == "en"
    assert browser.get(page.link("中文")).heading == "请输入验证码"


@pytest.mark.parametrize("typed", ["", "\0", "１" * 6, "9" * 100_000, "\u202e123456"])
def test_whatever_is_typed_gets_an_answer(browser: Browser, sqlite_app: Flask, typed: str) -> None:
    given = guarded(sqlite_app)
    send(browser, given)
    bring(browser, given, typed, 422)
