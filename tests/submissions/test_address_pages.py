"""Confirm a new address: by the link in a mail, by a code on a mobile (M17)."""

import pytest
import time_machine
from flask import Flask, render_template
from sqlalchemy import select

from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation
from formsvc.submissions import address_pages, addresses
from formsvc.submissions.codes import SENT, TRIES
from formsvc.submissions.models import Address
from formsvc.submissions.proof_pages import find
from tests.browser import Browser
from tests.factories import opened, writing
from tests.filling import Invited, answered, everything, invited
from tests.installation import HOST, NOW
from tests.page_checks import parsed
from tests.proving import guarded, last_code, sent, wrong

NEW = {"contacts.email": "zhang.min@example.cn", "contacts.mobile": "+8613900010002"}
PERSONAL = ["合肥云盾", "张敏", "13856780001", "zhang.min", "13900010002", "CX202611001", "李强"]


@pytest.fixture(autouse=True)
def _gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """An SMS gateway is set up."""
    monkeypatch.setattr(addresses, "asks_mobiles", lambda: True)


def entered(app: Flask, given: Invited | None = None) -> Invited:
    """A customer who sent a new mail address and a new mobile."""
    given = given or invited(app)
    answered(app, given, NEW)
    with writing(app) as session:
        addresses.enter(session.connection(), opened(session, session.get_one(Invitation, given.id)), NEW, "en", NOW)
    return given


def confirm_path(app: Flask) -> str:
    """The path of the link in the mail."""
    with writing(app) as session:
        return addresses.PREFIX + addresses.token(session.scalars(select(Address.id)).first() or 0)


def confirmed(app: Flask) -> list[str]:
    """The kinds of address that are confirmed."""
    with writing(app) as session:
        return [row.kind for row in session.scalars(select(Address).order_by(Address.id)) if row.confirmed_at]


def test_the_link_asks_and_the_button_confirms(browser: Browser, sqlite_app: Flask) -> None:
    entered(sqlite_app)
    page = browser.get(confirm_path(sqlite_app))
    assert "z•••@example.cn" in page.text
    thanks = browser.submit(page)
    assert confirmed(sqlite_app) == ["email"]
    assert "已确认" in thanks.heading
    assert browser.submit(page).heading == thanks.heading
    assert [text for text in PERSONAL if text in page.html + thanks.html] == []


def test_mail_scanners_that_open_the_link_confirm_nothing(browser: Browser, sqlite_app: Flask) -> None:
    given = entered(sqlite_app)
    path, before = confirm_path(sqlite_app), everything(sqlite_app)
    for address in (path, f"{path}?lang=en", f"{given.path}/mobile", f"{given.path}/mobile?sent=1"):
        browser.get(address)
        assert browser.client.head(address).status_code == 200
    browser.get(f"{given.path}/mobile-code", status=405)
    assert everything(sqlite_app) == before


def test_unverified_token_another_link_is_unknown(browser: Browser, sqlite_app: Flask) -> None:
    given = entered(sqlite_app)
    path = confirm_path(sqlite_app)
    token = browser.get(path).find("input", name="csrf_token").get("value") or ""
    with sqlite_app.app_context():
        missing = addresses.PREFIX + addresses.token(999)
    for other in (f"{path}A", path[:-1], missing, f"/confirm/{given.path.removeprefix('/q/')}", "/confirm/1"):
        browser.get(other, status=404)
        browser.post(other, {"csrf_token": token}, status=404)
    browser.get(given.path.rpartition("/")[0] + path.removeprefix("/confirm"), status=404)
    assert confirmed(sqlite_app) == []


def test_the_link_lives_for_thirty_days(browser: Browser, sqlite_app: Flask, clock: time_machine.Traveller) -> None:
    entered(sqlite_app)
    path = confirm_path(sqlite_app)
    clock.move_to(NOW + addresses.LIFE)
    page = browser.get(path, status=410)
    assert [text for text in PERSONAL if text in page.html] == []
    clock.shift(-1)
    form = browser.get(path)
    clock.shift(1)
    browser.submit(form, status=410)
    assert confirmed(sqlite_app) == []


def test_page_only_checks_nothing_happens_without_the_token_of_a_form(browser: Browser, sqlite_app: Flask) -> None:
    given = entered(sqlite_app)
    before = everything(sqlite_app)
    for path in (confirm_path(sqlite_app), f"{given.path}/mobile", f"{given.path}/mobile-code"):
        browser.post(path, {"code": "123456"}, status=400)
    assert everything(sqlite_app) == before


def test_a_mobile_is_confirmed_with_the_code(browser: Browser, sqlite_app: Flask) -> None:
    given = entered(sqlite_app)
    page = browser.submit(browser.get(f"{given.path}/mobile"), action=f"{given.path}/mobile-code")
    assert "••••••0002" in page.text
    code = last_code(sqlite_app, "mobile-code")
    page = browser.submit(page, {"code": wrong(code)}, action=f"{given.path}/mobile", status=422)
    assert "重新获取验证码" in page.error_of("code")
    done = browser.submit(page, {"code": code}, action=f"{given.path}/mobile", status=303, follow=False)
    assert done.response.headers["Location"] == given.path
    assert confirmed(sqlite_app) == ["mobile"]
    browser.get(f"{given.path}/mobile", status=303, follow=False)  # nothing is left to confirm


def test_guessing_oracle_tries_and_messages_are_counted(browser: Browser, sqlite_app: Flask) -> None:
    given = entered(sqlite_app)
    page = browser.submit(browser.get(f"{given.path}/mobile"), action=f"{given.path}/mobile-code")
    code = last_code(sqlite_app, "mobile-code")
    for _ in range(TRIES):
        browser.submit(page, {"code": wrong(code)}, action=f"{given.path}/mobile", status=422)
    refused = browser.submit(page, {"code": code}, action=f"{given.path}/mobile", status=429)
    for _ in range(SENT - 1):
        browser.submit(refused, action=f"{given.path}/mobile-code")
    full = browser.submit(refused, action=f"{given.path}/mobile-code", status=429)
    assert browser.get(full.link("English")).heading == "Confirm your mobile"
    with writing(sqlite_app) as session:
        assert len(sent(session, "mobile-code")) == SENT
    assert confirmed(sqlite_app) == []


def test_without_a_new_mobile_the_page_leads_back_to_the_link(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    assert browser.get(f"{given.path}/mobile", status=303, follow=False).response.headers["Location"] == given.path
    answered(sqlite_app, given)
    browser.get(f"{given.path}/mobile", status=303, follow=False)


def test_who_has_not_shown_that_it_is_them_learns_nothing_of_new_addresses(browser: Browser, sqlite_app: Flask) -> None:
    given = entered(sqlite_app, guarded(sqlite_app))
    browser.get(f"{given.path}/mobile", status=303, follow=False)
    with sqlite_app.test_request_context(base_url=f"http://{HOST}"):
        assert address_pages.shown(find(given.path.removeprefix("/q/"))) == []


@pytest.mark.parametrize("route", ["mobile", "mobile-code"])
def test_a_dead_link_answers_as_it_does_itself(browser: Browser, sqlite_app: Flask, route: str) -> None:
    given = entered(sqlite_app)
    form = browser.get(f"{given.path}/mobile")
    with writing(sqlite_app) as session:
        invitations.revoke(session, session.get_one(Invitation, given.id), "system", NOW)
    page = browser.submit(form, action=f"{given.path}/{route}", status=410)
    assert page.text == browser.get(given.path, status=410).text


def test_the_receipt_offers_what_is_to_be_confirmed_and_says_what_is(sqlite_app: Flask) -> None:
    given = entered(sqlite_app)
    token = given.path.removeprefix("/q/")

    def part() -> str:
        with sqlite_app.test_request_context("/?lang=en", base_url=f"http://{HOST}"):
            rows = address_pages.shown(find(token))
            return render_template("submissions/new_addresses.html", new_addresses=rows, token=token)

    asks = part()
    assert "We sent a mail to z•••@example.cn" in asks
    assert f'action="{given.path}/mobile-code?lang=en"' in asks
    with writing(sqlite_app) as session:
        for address in session.scalars(select(Address)):
            addresses.confirm(session, address, NOW)
    assert part().count("is confirmed, thank you.") == 2
    parsed(f"<!doctype html><title>x</title>{asks}")
