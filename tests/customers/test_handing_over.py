"""Hand customers over to a colleague, one or many at once (M46)."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers.follow_ups.verbs import FollowUp, NextStep, follow_up
from formsvc.customers.handing_over.verbs import hand_over
from formsvc.customers.held import held_values
from formsvc.customers.models import Channel, Customer
from formsvc.db import db
from formsvc.staff import verbs as staff
from formsvc.staff.models import Role
from formsvc.submissions.models import Submission
from tests.browser import Browser
from tests.factories import customer as made
from tests.factories import staff_account, writing
from tests.filling import account, answered, customer, everything, invited
from tests.installation import NOW
from tests.staff.test_page_reach import team


def id_of(app: Flask, email: str) -> str:
    with writing(app) as session:
        found = staff.find(session, email)
        assert found
        return str(found.id)


def owner_of(app: Flask, number: str) -> str | None:
    with app.app_context():
        found = db.session.scalars(select(Customer).where(Customer.number == number)).one()
        return found.owner and found.owner.email


def test_it_is_told_once(session: Session) -> None:
    li, wang, lead = staff_account(session), staff_account(session), staff_account(session, role=Role.LEAD)
    one = made(session, li)
    assert hand_over(session, one, wang, lead, NOW)
    session.refresh(one)
    assert one.owner_id == wang.id
    assert not hand_over(session, one, wang, lead, NOW)
    facts = session.execute(
        select(AuditFact.actor, AuditFact.subject, AuditFact.detail).where(AuditFact.action == "customer.assigned")
    ).all()
    assert facts == [(lead.actor, one.subject, {"to": wang.actor, "before": li.actor})]


def test_the_next_step_goes_along_unless_it_is_anothers(session: Session) -> None:
    li, wang, lead = staff_account(session), staff_account(session, "王磊"), staff_account(session, role=Role.LEAD)
    service = staff_account(session, "赵敏", Role.SERVICE)
    for owner, name in ((li, "王磊"), (service, "赵敏")):
        one = made(session, li)
        step = NextStep("寄样品", owner, "2026-11-27")
        follow_up(session, one, FollowUp("2026-11-23", Channel.CALL, "要样品", step), li, NOW)
        assert hand_over(session, one, wang, lead, NOW)
        held = held_values(session, one)
        assert (held["record.next_owner"], one.next_owner and one.next_owner.name) == (name, name)
        assert held["record.next_on"] == "2026-11-27"


def test_lost_update_who_comes_too_late_changes_nothing(session: Session) -> None:
    li, wang, boss = staff_account(session), staff_account(session), staff_account(session, role=Role.ADMINISTRATOR)
    one = made(session, li)
    session.expunge(one)  # as it was read
    current = session.get_one(Customer, one.id)
    assert hand_over(session, current, wang, boss, NOW)
    assert not hand_over(session, one, boss, boss, NOW)


@pytest.fixture
def lead(browser: Browser, sqlite_app: Flask) -> str:
    email = account(sqlite_app, Role.LEAD, "周敏")
    browser.sign_in(email)
    return email


def test_a_lead_hands_over_within_the_team(browser: Browser, sqlite_app: Flask, lead: str) -> None:
    li, wang = account(sqlite_app, name="李强"), account(sqlite_app, name="王磊")
    team(sqlite_app, lead, li, wang)
    given = invited(sqlite_app, li)
    waiting = answered(sqlite_app, given)
    other = customer(sqlite_app, li)
    page = browser.post_from(
        "/customers/", "/customers/hand-over", {"numbers": [given.number, other], "to": id_of(sqlite_app, wang)}
    )
    assert "已移交给王磊：2 位" in page.text
    assert [owner_of(sqlite_app, number) for number in (given.number, other)] == [wang, wang]
    with sqlite_app.app_context():
        assert db.session.get_one(Submission, waiting).assigned_to == int(id_of(sqlite_app, li))
    page = browser.submit(
        browser.get(f"/customers/{other}"), {"to": id_of(sqlite_app, li)}, action=f"/customers/{other}/hand-over"
    )
    assert "已移交给李强：1 位" in page.text
    assert owner_of(sqlite_app, other) == li


def test_foreign_id_neither_customer_nor_colleague_of_another_team(
    browser: Browser, sqlite_app: Flask, lead: str
) -> None:
    member, stranger = account(sqlite_app), account(sqlite_app)
    team(sqlite_app, lead, member)
    own, foreign = customer(sqlite_app, member), customer(sqlite_app, stranger)
    before = everything(sqlite_app)
    for numbers, to in (([foreign], member), ([own], stranger)):
        values = {"numbers": numbers, "to": id_of(sqlite_app, to)}
        assert browser.post_from("/customers/", "/customers/hand-over", values).find_all("div", class_="note bad")
    path = f"/customers/{foreign}/hand-over"
    browser.post_from("/customers/", path, {"to": id_of(sqlite_app, member)}, status=404)
    assert everything(sqlite_app) == before


def test_a_manager_has_nobody_to_hand_over_to(browser: Browser, sqlite_app: Flask) -> None:
    email = account(sqlite_app)
    number = customer(sqlite_app, email)
    browser.sign_in(email)
    page = browser.post_from("/customers/", f"/customers/{number}/hand-over", {"to": "1"}, status=403)
    assert page.heading
    assert "移交" not in browser.get("/customers/").text
    assert owner_of(sqlite_app, number) == email
