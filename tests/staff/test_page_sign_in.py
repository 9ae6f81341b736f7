"""Staff sign in and out, and a session ends when it should (M50)."""

import io

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from formsvc.audit import AuditFact
from formsvc.staff.models import Staff, new_session_key
from formsvc.staff.verbs import TRIES
from tests.browser import Browser
from tests.factories import PASSWORD, writing
from tests.filling import account

SITE = "http://formsvc.test"
ELSEWHERE = (
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "http:evil",
    "javascript:alert(1)", " //evil.example", "/\t/evil.example", "/\n/evil.example", "/%0d%0aSet-Cookie:x=1",
    "evil.example", "/review/\r\nX: y", "@evil.example", "/..//evil.example", "data:text/html,x", "?next=//evil",
)  # fmt: skip


@pytest.fixture
def email(sqlite_app: Flask) -> str:
    return account(sqlite_app)


def test_a_sign_in_leads_to_the_queue_and_is_recorded(browser: Browser, sqlite_app: Flask, email: str) -> None:
    page = browser.sign_in(f" {email.upper()} ")
    assert page.path == "/review/"
    assert "李强" in page.text
    assert browser.get("/login").path == "/review/"
    with writing(sqlite_app) as session:
        assert session.scalars(select(AuditFact).where(AuditFact.action == "staff.signed_in")).one().actor == "staff:1"


@pytest.mark.parametrize("typed", [{}, {"email": "a@example.com"}, {"password": PASSWORD}, {"email": "a" * 300}])
def test_an_unfinished_sign_in_says_what_is_missing(browser: Browser, typed: dict[str, str]) -> None:
    page = browser.submit(browser.get("/login"), typed, status=422)
    assert page.error_of("email")
    assert page.error_of("password")


def test_guessing_oracle_an_unknown_person_and_a_wrong_password_look_alike(browser: Browser, email: str) -> None:
    wrong, unknown = browser.sign_in(email, "wrong", 422), browser.sign_in("nobody@example.com", "wrong", 422)
    assert wrong.html.replace(email, "") == unknown.html.replace("nobody@example.com", "")
    assert "wrong" not in wrong.html


@pytest.mark.parametrize("who", ["known", "unknown"])
def test_guessing_oracle_tries_are_limited_for_known_and_unknown_people(browser: Browser, email: str, who: str) -> None:
    address = email if who == "known" else "nobody@example.com"
    for _ in range(TRIES):
        browser.sign_in(address, "wrong", 422)
    assert browser.sign_in(f" {address.upper()}", PASSWORD, 429).error_of("email")


def test_a_sign_out_ends_the_session(browser: Browser, email: str) -> None:
    page = browser.sign_in(email)
    cookie = browser.client.get_cookie("formsvc", domain="formsvc.test")
    assert cookie
    assert browser.submit(page, action="/logout").path == "/login"
    assert browser.get("/customers/").path.startswith("/login")
    browser.client.set_cookie("formsvc", cookie.value, domain="formsvc.test")  # as a thief would who has it
    assert browser.get("/customers/").path.startswith("/login")
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_token_outlives_a_new_session_key_ends_old_sessions(browser: Browser, sqlite_app: Flask, email: str) -> None:
    browser.sign_in(email)
    with writing(sqlite_app) as session:
        session.scalars(select(Staff)).one().session_key = new_session_key()
    assert browser.get("/review/").path.startswith("/login")


def test_token_outlives_an_account_that_is_closed_is_out_at_once(
    browser: Browser, sqlite_app: Flask, email: str
) -> None:
    browser.sign_in(email)
    with writing(sqlite_app) as session:
        session.scalars(select(Staff)).one().active = False
    assert browser.get("/review/").path.startswith("/login")
    browser.sign_in(email, status=422)


def test_after_the_sign_in_the_page_that_was_asked_for_is_shown(browser: Browser, email: str) -> None:
    page = browser.get("/customers/?q=%E4%BA%91")
    assert page.path == "/login?next=/customers/?q%3D%25E4%25BA%2591"
    landed = browser.submit(page, {"email": email, "password": PASSWORD})
    assert landed.find("input", name="q").get("value") == "云"


def test_open_redirect_next_leads_nowhere_else(browser: Browser, email: str) -> None:
    token = browser.get("/login").find("input", name="csrf_token").get("value") or ""
    typed = {"email": email, "password": PASSWORD, "csrf_token": token}
    for target in ELSEWHERE:
        answer = browser.client.post("/login", query_string={"next": target}, data=typed, base_url=SITE)
        check_local(answer, target)
        check_local(browser.client.get("/login", query_string={"next": target}, base_url=SITE), target)
        typed["csrf_token"] = browser.get("/review/").find("input", name="csrf_token").get("value") or ""
        chosen = {"language": "en", "next": target, "csrf_token": typed["csrf_token"]}
        check_local(browser.client.post("/language", data=chosen, base_url=SITE), target)


def check_local(answer: TestResponse, target: str) -> None:
    """A redirect to a path on this site, and no header of someone else's."""
    location = answer.headers["Location"]
    assert answer.status_code in (302, 303), target
    assert location.startswith("/"), target
    assert not location.startswith(("//", "/\\")), target
    assert not {"\r", "\n", "\t"} & set(location), target
    assert "X" not in answer.headers, target


def test_token_outlives_a_cookie_that_was_kept_opens_nothing_after_signing_out(
    browser: Browser, sqlite_app: Flask, email: str
) -> None:
    page = browser.sign_in(email)
    kept = browser.client.get_cookie("formsvc", domain="formsvc.test")
    assert kept
    browser.submit(page, action="/logout")
    thief = Browser(sqlite_app)
    thief.client.set_cookie("formsvc", kept.value, domain="formsvc.test")
    assert thief.get("/customers/").path.startswith("/login")


def test_multipart_and_size_a_file_in_place_of_a_text_is_nothing(browser: Browser) -> None:
    token = browser.get("/login").find("input", name="csrf_token").get("value") or ""
    files = {"csrf_token": token, "email": (io.BytesIO(b"x"), "a.txt"), "password": "x"}
    answer = browser.client.post("/login", data=files, content_type="multipart/form-data", base_url=SITE)
    assert answer.status_code == 422
