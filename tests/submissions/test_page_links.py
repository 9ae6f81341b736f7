"""A link that cannot be opened says why and whom to ask, and nothing else (M10); opening one changes nothing (M11)."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from formsvc.invitations import links, verbs
from formsvc.invitations.models import Invitation
from formsvc.staff.models import Staff
from tests.browser import Browser
from tests.factories import writing
from tests.filling import ENTERPRISE, Invited, answered, everything, invited
from tests.installation import NOW

PERSONAL = ["合肥云盾", "张敏", "13856780001", "zhangmin@example.com", "CX202611001"]


def make_dead(app: Flask, given: Invited, how: str, clock: time_machine.Traveller) -> None:
    with writing(app) as session:
        invitation = session.get_one(Invitation, given.id)
        if how == "revoked":
            verbs.revoke(session, invitation, "system", NOW)
        elif how == "issued again":
            verbs.reissue(session, invitation, "system", NOW)
        elif how == "past its end":
            clock.move_to(invitation.closes_at)


@pytest.mark.parametrize("how", ["revoked", "issued again", "past its end"])
def test_a_dead_link_names_the_manager_and_nobody_else(
    browser: Browser, sqlite_app: Flask, clock: time_machine.Traveller, how: str
) -> None:
    given = invited(sqlite_app)
    form = browser.get(given.path)
    make_dead(sqlite_app, given, how, clock)
    for page in (
        browser.get(given.path, status=410),
        browser.get(f"{given.path}?edit=1&lang=en", status=410),
        browser.submit(form, ENTERPRISE, "submit", status=410),
    ):
        assert given.manager in page.text
        assert "0551-65310001" in page.text
        assert [text for text in PERSONAL if text in page.html] == []


def test_a_dead_link_of_a_manager_who_left_names_the_organisation(
    browser: Browser, sqlite_app: Flask, clock: time_machine.Traveller
) -> None:
    given = invited(sqlite_app)
    make_dead(sqlite_app, given, "revoked", clock)
    with writing(sqlite_app) as session:
        session.scalars(select(Staff)).one().active = False
    page = browser.get(given.path, status=410)
    assert "formsvc@localhost" in page.text
    assert given.manager not in page.text


def test_a_link_opens_until_the_last_moment_of_its_grace(
    browser: Browser, sqlite_app: Flask, clock: time_machine.Traveller
) -> None:
    given = invited(sqlite_app)
    with writing(sqlite_app) as session:
        end = session.get_one(Invitation, given.id).closes_at
    clock.move_to(end - timedelta(minutes=1))
    assert browser.get(given.path).heading
    clock.move_to(end)
    assert browser.get(given.path, status=410).heading


def test_a_link_that_was_revoked_and_issued_again_opens_by_its_new_address_only(
    browser: Browser, sqlite_app: Flask, clock: time_machine.Traveller
) -> None:
    given = invited(sqlite_app)
    make_dead(sqlite_app, given, "revoked", clock)
    make_dead(sqlite_app, given, "issued again", clock)
    with sqlite_app.app_context():
        new = "/q/" + links.token(given.id, 2)
    assert "合肥云盾" in browser.get(new).text
    assert browser.get(given.path, status=410).heading


@pytest.mark.parametrize("state", ["new", "answered"])
def test_mail_scanners_opening_a_link_changes_nothing(browser: Browser, sqlite_app: Flask, state: str) -> None:
    given = invited(sqlite_app)
    if state == "answered":
        answered(sqlite_app, given)
    before = everything(sqlite_app)
    for query in ("", "?edit=1", "?lang=en", "?action=submit&consent=yes"):
        browser.get(given.path + query)
        assert browser.client.head(given.path + query).status_code == 200
    assert browser.client.options(given.path).status_code == 200
    assert everything(sqlite_app) == before
