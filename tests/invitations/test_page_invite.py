"""Inviting from a customer's page, and the list of invitations."""

import pytest
import segno
import time_machine
from flask import Flask
from sqlalchemy import select

from formsvc.invitations import pages
from formsvc.invitations.models import Invitation
from formsvc.mail.models import OutboxMessage
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import account, answered, customer, everything, invited
from tests.installation import HOST


@pytest.fixture
def number(browser: Browser, sqlite_app: Flask) -> str:
    """The number of a customer whose manager is signed in."""
    manager = account(sqlite_app)
    browser.sign_in(manager)
    return customer(sqlite_app, manager)


def link(page: Page) -> str:
    return next(e.get("value") or "" for e in page.find_all("input") if (e.get("id") or "").startswith("link-"))


def mails(app: Flask) -> list[tuple[str, str, str]]:
    with writing(app) as session:
        return [
            (m.kind, m.step, m.recipient) for m in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        ]


def test_a_customer_is_invited_with_a_link_and_a_mail(browser: Browser, sqlite_app: Flask, number: str) -> None:
    page = browser.get(f"/customers/{number}")
    done = browser.submit(page, {"days": "3"}, action=f"/customers/{number}/invite")
    assert "邀请已发出" in done.text
    assert "2026年11月26日" in done.text
    assert link(done).startswith(f"http://{HOST}/q/")
    assert len(link(done).removeprefix(f"http://{HOST}")) < 90
    assert browser.get(link(done).removeprefix(f"http://{HOST}")).status == 200
    assert mails(sqlite_app) == [("invitation", "link-1", "zhangmin@example.com")]


def test_the_link_is_a_qr_code_too(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    browser.sign_in(given.manager)
    page = browser.get(f"/customers/{given.number}")
    picture, download = page.find("img"), page.find("a", download=f"{given.number}.png")
    assert picture.get("src") == download.get("href") == segno.make_qr(link(page), error="m").png_data_uri(scale=10)
    assert "合肥云盾科技有限公司" in (picture.get("alt") or "")
    closed = browser.submit(page, action=f"/invitations/{given.id}/revoke")
    assert closed.find_all("img") == []


def test_a_link_that_went_to_an_address_that_is_no_longer_held_says_so(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    browser.sign_in(given.manager)
    path = f"/customers/{given.number}"
    edit = browser.get(f"{path}/edit")
    page = browser.submit(edit, {"contacts-email": "min@example.com", "channel": "call", "reason": "来电更正"})
    assert "曾发送至 zhangmin@example.com" in page.text
    assert "曾发送至" not in browser.submit(page, action=f"/invitations/{given.id}/reissue").text


def test_an_invited_customer_is_not_invited_again(browser: Browser, sqlite_app: Flask, number: str) -> None:
    page = browser.get(f"/customers/{number}")
    done = browser.submit(page, action=f"/customers/{number}/invite")
    with pytest.raises(AssertionError, match="no form"):
        done.form(f"/customers/{number}/invite")
    again = browser.submit(page, action=f"/customers/{number}/invite")
    assert "已有" in again.text
    assert len(mails(sqlite_app)) == 1


@pytest.mark.parametrize("days", ["2", "6", "-1", "99999999999999999999"])
def test_a_deadline_outside_three_to_five_days_is_refused(
    browser: Browser, sqlite_app: Flask, number: str, days: str
) -> None:
    token = browser.get("/review/").find("input", name="csrf_token").get("value") or ""
    page = browser.post(f"/customers/{number}/invite", {"days": days, "csrf_token": token})
    assert "3 至 5" in page.text or "3–5" in page.text or "3 到 5" in page.text
    assert mails(sqlite_app) == []


def test_a_customer_without_an_address_gets_a_link_to_hand_over(browser: Browser, sqlite_app: Flask) -> None:
    manager = account(sqlite_app)
    browser.sign_in(manager)
    number = customer(sqlite_app, manager, values={"contacts.email": None})
    done = browser.submit(browser.get(f"/customers/{number}"), action=f"/customers/{number}/invite")
    assert link(done)
    assert mails(sqlite_app) == []


def test_after_the_end_a_new_invitation_takes_the_place_of_the_old_one(
    browser: Browser, sqlite_app: Flask, number: str, clock: time_machine.Traveller
) -> None:
    old = link(browser.submit(browser.get(f"/customers/{number}"), action=f"/customers/{number}/invite"))
    with writing(sqlite_app) as session:
        clock.move_to(session.scalars(select(Invitation)).one().closes_at)
    page = browser.get(f"/customers/{number}")
    assert "链接已过期" in page.text
    done = browser.submit(page, action=f"/customers/{number}/invite")
    assert link(done) != old
    browser.get(old.removeprefix(f"http://{HOST}"), status=410)


def test_the_list_shows_the_newest_first_by_state_and_page(
    browser: Browser, sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 1)
    manager = account(sqlite_app)
    first, second = (invited(sqlite_app, manager) for _ in range(2))
    answered(sqlite_app, first)
    browser.sign_in(manager)
    newest = browser.get("/invitations/")
    older = browser.get(newest.find("a", rel="next").get("href") or "")
    assert [second.number in newest.text, first.number in newest.text, first.number in older.text] == [
        True,
        False,
        True,
    ]
    assert first.number in browser.get("/invitations/?state=answered").text
    assert browser.get("/invitations/?state=nonsense").status == 200
    assert browser.get("/invitations/?state=closed").find_all("table") == []


@pytest.mark.parametrize("verb", ["reissue", "revoke"])
def test_a_link_can_be_issued_again_and_revoked(browser: Browser, sqlite_app: Flask, verb: str) -> None:
    given = invited(sqlite_app)
    browser.sign_in(given.manager)
    page = browser.get(f"/customers/{given.number}")
    done = browser.submit(page, action=f"/invitations/{given.id}/{verb}")
    assert browser.get(given.path, status=410).status == 410
    if verb == "reissue":
        assert browser.get(link(done).removeprefix(f"http://{HOST}")).status == 200
        assert [mail[:2] for mail in mails(sqlite_app)] == [("invitation", "link-1"), ("invitation", "link-2")]


@pytest.mark.parametrize(("before", "verb"), [("revoked", "revoke"), ("answered", "reissue")])
def test_the_one_who_is_too_late_is_told_how_things_stand(
    browser: Browser, sqlite_app: Flask, before: str, verb: str
) -> None:
    given = invited(sqlite_app)
    browser.sign_in(given.manager)
    page = browser.get(f"/customers/{given.number}")
    if before == "answered":
        answered(sqlite_app, given)
    else:
        browser.submit(page, action=f"/invitations/{given.id}/revoke")
    held = everything(sqlite_app)
    late = browser.submit(page, action=f"/invitations/{given.id}/{verb}", status=409)
    assert {"revoked": "已撤销", "answered": "待审核"}[before] in late.text
    assert everything(sqlite_app) == held
