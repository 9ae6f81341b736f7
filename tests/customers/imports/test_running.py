"""What becomes of the rows of a worksheet that was brought in by the browser (M26, M43)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.audit import AuditFact
from formsvc.customers import contacts, record
from formsvc.customers.duplicates.pairs import DuplicatePair
from formsvc.customers.imports import verbs
from formsvc.customers.imports.models import Import, ImportState
from formsvc.customers.imports.verbs import Decision
from formsvc.customers.models import Customer, CustomerValue, Origin
from formsvc.customers.record import Source
from formsvc.db import db
from formsvc.staff.models import Role, Staff
from tests.customers.imports.bringing import MAIL, MOBILE, NAME, NUMBER, company, read, rows_of, run, state
from tests.customers.merged import merge, two
from tests.factories import customer, staff_account, writing
from tests.installation import NOW

HELD = {NAME: "合肥云盾科技有限公司", "联系人": "张敏", MOBILE: "13856780001", MAIL: "zhangmin@example.com"}


@pytest.fixture
def manager(app: Flask) -> Staff:
    with writing(app) as session:
        return staff_account(session)


def decide(app: Flask, id_: int, by: Staff, **decisions: Decision) -> None:
    """Decisions by the rows' numbers, as r2."""
    with writing(app) as session:
        made = {int(row[1:]): decision for row, decision in decisions.items()}
        verbs.choose(session, session.get_one(Import, id_), by, made, NOW)


def test_rows_are_read_shown_confirmed_and_brought_in_by_who_confirmed(app: Flask, manager: Staff) -> None:
    id_ = read(app, manager, company(1), company(2), company(3) | {MOBILE: "1"})
    assert state(app, id_) == (ImportState.READY, {"created": 2, "refused": 1}, {})
    with app.app_context():
        assert db.session.scalars(select(Customer)).all() == []
    run(app, id_, manager)
    assert state(app, id_)[::2] == (ImportState.DONE, {"created": 2, "refused": 1})
    with app.app_context():
        assert set(db.session.scalars(select(Customer.owner_id))) == {manager.id}
        sources = db.session.execute(select(CustomerValue.origin, CustomerValue.staff_id).distinct()).all()
        assert sources == [(Origin.WORKSHEET, manager.id)]
        facts = select(AuditFact.actor).where(AuditFact.action == "customer.created")
        assert set(db.session.scalars(facts)) == {manager.actor}


def test_a_file_that_is_read_again_is_unchanged(app: Flask, manager: Staff) -> None:
    rows = company(1), company(2)
    run(app, read(app, manager, *rows), manager)
    assert state(app, read(app, manager, *rows))[1] == {"unchanged": 2}


def test_a_change_says_what_was_and_what_would_be(app: Flask, manager: Staff) -> None:
    with writing(app) as session:
        number = customer(session, manager).number
    id_ = read(app, manager, HELD | {NUMBER: number, MOBILE: "13900000000"})
    with app.app_context():
        change = {"before": "+8613856780001", "after": "+8613900000000", "conflict": None, "take": None}
        assert rows_of(db.session, id_)[2].changes == {"contacts.mobile": change}
    run(app, id_, manager)
    with app.app_context():
        assert db.session.scalars(select(Customer.mobile)).all() == ["+8613900000000"]
        facts = select(AuditFact.actor, AuditFact.detail).where(AuditFact.action == "customer.imported")
        assert db.session.execute(facts).all() == [(manager.actor, {"fields": ["contacts.mobile"]})]


@pytest.mark.parametrize(("take", "mobile"), [(True, "+8613900000000"), (False, "+8613856780001"), (None, None)])
def test_what_the_customer_confirmed_is_changed_by_who_says_so_alone(
    app: Flask, manager: Staff, take: bool | None, mobile: str | None
) -> None:
    with writing(app) as session:
        held = customer(session, manager)
        for row in session.scalars(select(CustomerValue).where(CustomerValue.field == "contacts.mobile")):
            row.verified_at = NOW
    id_ = read(app, manager, HELD | {NUMBER: held.number, MOBILE: "13900000000", "职位": "总经理"})
    assert state(app, id_)[1] == {"unsure": 1}
    if take is not None:
        decide(app, id_, manager, r2=Decision(takes={"contacts.mobile": take}))
    run(app, id_, manager)
    assert state(app, id_)[2] == {"left" if take is None else "changed": 1}
    with app.app_context():
        assert db.session.scalars(select(Customer.mobile)).one() == (mobile or "+8613856780001")


def test_old_news_are_shown_and_passed_over_unless_somebody_takes_them(app: Flask, manager: Staff) -> None:
    with writing(app) as session:
        held = customer(session, manager)
        source = Source(Origin.WORKSHEET)
        record.change(session, held, {"contacts.mobile": "+8613900000000"}, source, NOW, seen=held.version)
    row = HELD | {NUMBER: held.number}
    id_ = read(app, manager, row)
    assert state(app, id_)[1] == {"unchanged": 1}
    decide(app, id_, manager, r2=Decision(takes={"contacts.mobile": True}))
    run(app, id_, manager)
    with app.app_context():
        assert db.session.scalars(select(Customer.mobile)).one() == "+8613856780001"


def test_lost_update_a_record_that_changed_since_is_left_as_it_is(app: Flask, manager: Staff) -> None:
    with writing(app) as session:
        held = customer(session, manager)
    id_ = read(app, manager, HELD | {NUMBER: held.number, "职位": "总经理"})
    with writing(app) as session:
        source = Source(Origin.WORKSHEET)
        record.change(session, session.get_one(Customer, held.id), {"basic.address": "x"}, source, NOW, seen=1)
    run(app, id_, manager)
    with app.app_context():
        row = rows_of(db.session, id_)[2]
        assert (row.result, row.reason) == ("left", "changed-since")


def test_a_customer_that_somebody_made_meanwhile_is_not_made_twice(app: Flask, manager: Staff) -> None:
    id_ = read(app, manager, HELD)
    with writing(app) as session:
        customer(session, manager)
    run(app, id_, manager)
    with app.app_context():
        assert rows_of(db.session, id_)[2].reason == "exists-now"
        assert len(db.session.scalars(select(Customer)).all()) == 1


@pytest.mark.parametrize(
    ("choice", "result", "made"),
    [(None, "left", 0), ("new", "created", 1), ("skip", "left", 0), ("CX202611001", "changed", 0), ("CX1", "left", 0)],
)
def test_probable_duplicates_wait_for_a_choice(
    app: Flask, manager: Staff, choice: str | None, result: str, made: int
) -> None:
    with writing(app) as session:
        assert customer(session, manager).number == "CX202611001"
    id_ = read(app, manager, HELD | {NAME: "云盾科技", "职位": "总经理"})
    with app.app_context():
        (alike,) = rows_of(db.session, id_)[2].alike
        assert (alike["number"], alike["evidence"]) == ("CX202611001", ["mobile", "email", "similar"])
    if choice:
        decide(app, id_, manager, r2=Decision(choice))
    run(app, id_, manager)
    assert state(app, id_)[2] == {result: 1}
    with app.app_context():
        assert len(db.session.scalars(select(Customer)).all()) == 1 + made
        told = [(pair.state, pair.settled_by) for pair in db.session.scalars(select(DuplicatePair))]
        assert told == [("distinct", manager.id)] * made


@pytest.mark.parametrize(
    ("choice", "result"), [(None, {"created": 1, "left": 1}), ("row:2", {"created": 1, "changed": 1}),
                           ("new", {"created": 2})],
)  # fmt: skip
def test_two_rows_that_are_one_customer_are_told(
    app: Flask, manager: Staff, choice: str | None, result: dict[str, int]
) -> None:
    id_ = read(app, manager, company(1), company(1, 职位="总经理"))
    with app.app_context():
        assert rows_of(db.session, id_)[3].alike == [{"row": 2, "evidence": ["name", "mobile"]}]
    if choice:
        decide(app, id_, manager, r3=Decision(choice))
    run(app, id_, manager)
    assert state(app, id_)[2] == result


def test_another_person_of_a_double_is_one_more_contact_and_overwrites_none(app: Flask, manager: Staff) -> None:
    with writing(app) as session:
        held = customer(session, manager)
    other = HELD | {NAME: "云盾科技", "联系人": "李强", MOBILE: "13900000000", MAIL: "li@example.com"}
    for result in ("changed", "unchanged"):
        id_ = read(app, manager, other)
        decide(app, id_, manager, r2=Decision(held.number))
        run(app, id_, manager)
        assert state(app, id_)[2] == {result: 1}
    with app.app_context():
        primary, further = contacts.of(db.session, db.session.get_one(Customer, held.id))
        assert (primary.name, further.name) == ("张敏", "李强")
        assert {key: row.content for key, row in further.values.items()}["contacts.mobile"] == "+8613900000000"
        assert db.session.scalars(select(Customer.mobile)).one() == "+8613856780001"


def test_another_person_in_a_second_row_is_one_more_contact(app: Flask, manager: Staff) -> None:
    id_ = read(app, manager, company(1), company(1) | {"联系人": "李强", MOBILE: "13900000000"})
    decide(app, id_, manager, r3=Decision("row:2"))
    with app.app_context():
        assert {key: change["after"] for key, change in rows_of(db.session, id_)[3].changes.items()} == {
            "contacts.name": "李强", "contacts.mobile": "+8613900000000",
        }  # fmt: skip
    run(app, id_, manager)
    assert state(app, id_)[2] == {"created": 1, "changed": 1}
    with app.app_context():
        made = db.session.scalars(select(Customer)).one()
        assert [each.name for each in contacts.of(db.session, made)] == ["王芳", "李强"]


def test_foreign_id_a_colleagues_customer_is_refused_and_nobody_named(app: Flask, manager: Staff) -> None:
    with writing(app) as session:
        colleague = staff_account(session, "王磊")
        number = customer(session, colleague).number
    known = HELD | {"职位": "总经理"}
    id_ = read(app, manager, known, {NUMBER: number, **company(1)}, HELD | {NAME: "云盾"})
    with app.app_context():
        rows = rows_of(db.session, id_)
        assert [rows[row].outcome for row in (2, 3)] == ["refused", "refused"]
        assert "王磊" not in str([row.problems for row in rows.values()])
        assert rows[4].alike == [{"number": None, "name": None, "evidence": ["mobile", "email", "similar"]}]
    decide(app, id_, manager, r4=Decision(number))
    run(app, id_, manager)
    assert state(app, id_)[2] == {"refused": 2, "left": 1}
    with app.app_context():
        assert db.session.scalars(select(Customer.version)).all() == [1]


def test_foreign_id_a_customer_that_was_handed_over_meanwhile_is_left(app: Flask, manager: Staff) -> None:
    with writing(app) as session:
        held, colleague = customer(session, manager), staff_account(session)
    id_ = read(app, manager, HELD | {NUMBER: held.number, "职位": "总经理"})
    with writing(app) as session:
        session.get_one(Customer, held.id).owner_id = colleague.id
    run(app, id_, manager)
    with app.app_context():
        assert rows_of(db.session, id_)[2].reason == "not-yours"


def test_a_customer_that_was_merged_meanwhile_is_left_as_changed(app: Flask, manager: Staff) -> None:
    with writing(app) as session:
        staying, going = two(session)
        staying.owner_id = going.owner_id = manager.id
        session.flush()
    id_ = read(app, manager, HELD | {NUMBER: going.number, NAME: going.name, "职位": "总经理"})
    with writing(app) as session:
        merge(session, session.get_one(Customer, staying.id), session.get_one(Customer, going.id))
    run(app, id_, manager)
    with app.app_context():
        assert rows_of(db.session, id_)[2].reason == "changed-since"


def test_nobody_gets_customers_who_may_have_none_any_more(app: Flask, manager: Staff) -> None:
    with writing(app) as session:
        chief, owner = staff_account(session, role=Role.ADMINISTRATOR), staff_account(session, "王磊")
    id_ = read(app, chief, company(1), owner=owner)
    with writing(app) as session:
        session.get_one(Staff, owner.id).role = Role.AUDITOR
    with writing(app) as session, pytest.raises(verbs.OwnerGone):
        verbs.confirm(session, session.get_one(Import, id_), session.get_one(Staff, chief.id), NOW)


def test_a_customer_of_nobody_gets_the_owner(app: Flask) -> None:
    with writing(app) as session:
        chief, owner = staff_account(session, role=Role.ADMINISTRATOR), staff_account(session, "王磊")
        customer(session)
    id_ = read(app, chief, HELD, owner=owner)
    assert state(app, id_)[1] == {"changed": 1}
    run(app, id_, chief)
    with app.app_context():
        assert db.session.scalars(select(Customer.owner_id)).all() == [owner.id]


def test_the_number_of_another_customer_is_not_taken(app: Flask, manager: Staff) -> None:
    with writing(app) as session:
        number = customer(session, manager).number
    run(app, read(app, manager, {NUMBER: number, **company(1)}), manager)
    with app.app_context():
        assert db.session.scalars(select(Customer.number).order_by(Customer.id)).all() == [number, "CX202611002"]
