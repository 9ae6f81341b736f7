"""Threat "lost update": the one who is too late is told who did what, and nothing is overwritten (M23)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers import record, rows
from formsvc.customers.models import Cause, Customer, Origin
from formsvc.customers.record import Source
from formsvc.invitations import links
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation
from formsvc.staff.models import Role
from tests.browser import Browser
from tests.factories import writing
from tests.filling import Invited, account, answered, everything, invited
from tests.installation import NOW


@pytest.fixture
def given(sqlite_app: Flask) -> Invited:
    """A customer whose answers wait as submission 1."""
    made = invited(sqlite_app)
    answered(sqlite_app, made, {"contacts.name": "王伟"})
    return made


@pytest.fixture
def second(browser: Browser, sqlite_app: Flask) -> Browser:
    """An administrator's browser."""
    browser.sign_in(account(sqlite_app, Role.ADMINISTRATOR, "陈晨"))
    return browser


@pytest.mark.parametrize("late", ["approve", "return", "reject"])
@pytest.mark.parametrize(("first", "state"), [("approve", "已通过"), ("return", "已退回"), ("reject", "已拒绝")])
def test_the_second_reviewer_learns_who_decided_what_and_when(
    second: Browser, sqlite_app: Flask, given: Invited, first: str, state: str, late: str
) -> None:
    page = second.get("/review/1")
    quicker = Browser(sqlite_app)
    quicker.sign_in(given.manager)
    quicker.submit(quicker.get("/review/1"), {"note": "理由"}, first)
    before = everything(sqlite_app)
    told = second.submit(page, {"note": "别的"}, late, status=409)
    for text in ("李强", "2026-11-23 10:00", state, "别的"):
        assert text in told.text
    assert everything(sqlite_app) == before


def test_answers_that_were_sent_again_lead_to_the_newer_ones(
    second: Browser, sqlite_app: Flask, given: Invited
) -> None:
    page = second.get("/review/1")
    newer = answered(sqlite_app, given, {"contacts.name": "王维"}, seen=1)
    before = everything(sqlite_app)
    told = second.submit(page, press="approve", status=409)
    assert told.find_all("a", href=f"/review/{newer}")
    assert second.get("/review/1").find_all("a", href=f"/review/{newer}")
    assert everything(sqlite_app) == before


def test_a_record_that_changed_meanwhile_is_not_overwritten(second: Browser, sqlite_app: Flask, given: Invited) -> None:
    page = second.get("/review/1")
    with writing(sqlite_app) as session:
        held = session.scalars(select(Customer).where(Customer.number == given.number)).one()
        record.change(session, held, {"contacts.name": "赵敏"}, Source(Origin.WORKSHEET), NOW, seen=held.version)
    before = everything(sqlite_app)
    told = second.submit(page, {"note": "谢谢您", "decide-contacts-name": "accept"}, "approve", status=409)
    assert everything(sqlite_app) == before
    for text in ("工作表导入", "改动了", "赵敏", "谢谢您"):
        assert text in told.text
    assert told.link("主要对接人姓名") == "#field-contacts-name"
    name = told.find_all("input", name="decide-contacts-name")
    assert [control.get("value") for control in name if control.get("checked") is not None] == []
    assert second.submit(told, {"decide-contacts-name": "accept"}, "approve").status == 200


def test_who_could_not_know_of_a_choice_is_told_of_the_change_first(second: Browser, sqlite_app: Flask) -> None:
    """Nothing was to be decided; then the record says otherwise than the answers."""
    made = invited(sqlite_app)
    answered(sqlite_app, made)
    page = second.get("/review/1")
    with writing(sqlite_app) as session:
        held = session.scalars(select(Customer).where(Customer.number == made.number)).one()
        record.change(session, held, {"contacts.name": "赵敏"}, Source(Origin.WORKSHEET), NOW, seen=held.version)
    assert "工作表导入" in second.submit(page, press="approve", status=409).text


@pytest.mark.parametrize(
    ("typed", "press"),
    [({"note-contacts-name": "请核对"}, "approve"), ({"note": ""}, "reject"), ({"note": ""}, "return")],
)
def test_a_mistake_does_not_hide_that_the_record_changed(
    second: Browser, sqlite_app: Flask, given: Invited, typed: dict[str, str], press: str
) -> None:
    page = second.get("/review/1")
    with writing(sqlite_app) as session:
        held = session.scalars(select(Customer).where(Customer.number == given.number)).one()
        record.change(session, held, {"contacts.name": "赵敏"}, Source(Origin.WORKSHEET), NOW, seen=held.version)
    before = everything(sqlite_app)
    assert "工作表导入" in second.submit(page, typed, press, status=409).text
    assert everything(sqlite_app) == before


def test_what_an_undo_took_away_is_named_and_decided_anew(second: Browser, sqlite_app: Flask, given: Invited) -> None:
    page = second.get("/review/1")
    with writing(sqlite_app) as session:
        held = session.scalars(select(Customer).where(Customer.number == given.number)).one()
        version = record.begin_version(session, held, record.Change(Cause.WORKSHEET), NOW, seen=held.version)
        rows.end(session, held, 1, ["contacts.name"], version)
    told = second.submit(page, {"decide-contacts-name": "keep"}, "approve", status=409)
    assert told.link("主要对接人姓名") == "#field-contacts-name"


def test_answers_behind_a_revoked_link_can_be_returned_by_a_new_one(
    second: Browser, sqlite_app: Flask, given: Invited
) -> None:
    page = second.get("/review/1")
    with writing(sqlite_app) as session:
        invitations.revoke(session, session.get_one(Invitation, given.id), "system", NOW)
    second.get(given.path, status=410)
    second.submit(page, {"note": "请补充"}, "return")
    with sqlite_app.app_context():
        new = "/q/" + links.token(given.id, 2)
    assert "请补充" in second.get(new).text
    second.get(given.path, status=410)
