"""Whose row it is: what a row brings to a customer that is there already (M26, M40, M43)."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers import record
from formsvc.customers.held import held_values
from formsvc.customers.models import Customer, CustomerValue, Origin
from formsvc.customers.record import Source
from formsvc.db import db
from formsvc.fields import Value
from tests.customers.sheets import ROW, as_csv, bring_in, told
from tests.factories import staff_account, writing
from tests.installation import NOW

NUMBER, NAME, MOBILE, MAIL = "客户编号", "客户名称/个人姓名", "手机号码", "电子邮箱"
NUMBERED = ROW | {NUMBER: "CX202405001"}


def only(session: Session) -> Customer:
    return session.scalars(select(Customer)).one()


@pytest.mark.parametrize(
    "change",
    [{MOBILE: "13900000000"}, {NAME: "合肥云盾集团"}, {MOBILE: "13900000000", MAIL: "new@example.com"}],
    ids=str,
)
def test_a_numbered_customer_may_change_its_name_or_how_it_is_reached(
    app: Flask, tmp_path: Path, change: dict[str, str]
) -> None:
    with app.app_context():
        bring_in(as_csv(tmp_path / "a.csv", NUMBERED))
        assert told(bring_in(as_csv(tmp_path / "b.csv", NUMBERED | change))) == {"changed": 1}
        assert only(db.session).number == "CX202405001"


def test_two_customers_under_one_number_both_stay_and_the_second_gets_its_own(app: Flask, tmp_path: Path) -> None:
    other = {NUMBER: "CX202405001", NAME: "苏州安达物流有限公司", "联系人": "王芳", MOBILE: "13900000000"}
    path = as_csv(tmp_path / "a.csv", NUMBERED, other)
    with app.app_context():
        report = bring_in(path)
        assert told(report) == {"created": 2}
        assert [(row.given_number, row.number) for row in report.renumbered] == [("CX202405001", "CX202611001")]
        assert told(bring_in(path)) == {"unchanged": 2}


def test_people_of_one_name_stay_two_where_one_has_no_mail(app: Flask, tmp_path: Path) -> None:
    """An empty cell is no likeness."""
    rows = [{NAME: "李静", "联系人": "李静", MOBILE: mobile} for mobile in ("13900010002", "13900010003")]
    path = as_csv(tmp_path / "a.csv", *rows)
    with app.app_context():
        assert told(bring_in(path)) == {"created": 2}
        assert told(bring_in(path)) == {"unchanged": 2}


def test_a_row_without_number_mobile_and_mail_is_known_by_its_name(app: Flask, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", {NAME: "苏州安达物流有限公司", "联系人": "王芳"})
    with app.app_context():
        assert [told(bring_in(path)) for _ in range(2)] == [{"created": 1}, {"unchanged": 1}]


def test_an_old_worksheet_does_not_undo_what_the_customer_said_since(app: Flask, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", NUMBERED)
    with app.app_context():
        bring_in(path)
    with writing(app) as session:
        held = only(session)
        newer = {"contacts.name": "王芳", "contacts.email": None}
        record.change(session, held, newer, Source(Origin.WORKSHEET), NOW, seen=held.version)
    with app.app_context():
        assert told(bring_in(path)) == {"unchanged": 1}
        assert (only(db.session).contact, only(db.session).email) == ("王芳", None)


def test_the_day_of_a_next_step_comes_with_it_and_stays_as_long_as_it_does(app: Flask, tmp_path: Path) -> None:
    planned = NUMBERED | {"最近跟进时间": "2026-11-20", "下一步计划": "12月5日前寄出报价单"}
    path = as_csv(tmp_path / "a.csv", planned)
    with app.app_context():
        bring_in(path)
        assert only(db.session).next_on == "2026-12-05"
    with writing(app) as session:
        held = only(session)
        later: dict[str, Value] = {"record.next_on": "2026-12-12"}
        record.change(session, held, later, Source(Origin.WORKSHEET), NOW, seen=held.version)
    with app.app_context():
        assert told(bring_in(path)) == {"unchanged": 1}
        for step, on in {"12月5日电话回访": "2026-12-05", "下周三拜访，带样品": None}.items():
            bring_in(as_csv(tmp_path / "b.csv", planned | {"下一步计划": step}))
            assert only(db.session).next_on == on


def test_what_a_talk_leaves_behind_is_as_new_as_the_talk(app: Flask, tmp_path: Path) -> None:
    talks = [
        {"最近跟进时间": "2026-11-16", "跟进人": "李强", "跟进内容": "电话回访", "下一步计划": "11月20日前寄样品"},
        {"最近跟进时间": "2026-11-20", "跟进人": "王磊", "跟进内容": "签样品单", "下一步计划": "11月27日前报价"},
        {"最近跟进时间": "2026-11-23", "跟进人": "李强", "跟进内容": "电话回访", "下一步计划": "11月20日前寄样品"},
    ]
    columns = "record.followed_up_on", "record.followed_up_by", "record.follow_up", "record.next_step"
    with app.app_context():
        for number, latest in ((0, 0), (1, 1), (0, 1), (2, 2), (1, 2)):
            bring_in(as_csv(tmp_path / "a.csv", NUMBERED | talks[number]))
            held = held_values(db.session, only(db.session))
            assert [held[column] for column in columns] == list(talks[latest].values())


def test_an_empty_cell_empties_nothing(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        bring_in(as_csv(tmp_path / "a.csv", NUMBERED))
        assert told(bring_in(as_csv(tmp_path / "b.csv", NUMBERED | {MAIL: "-", "联系人": ""}))) == {"unchanged": 1}
        assert only(db.session).contact == "张敏"


@pytest.mark.parametrize("number", ["CX20240500", "2024001", "CX202413001", "=CX202405001"])
def test_what_is_no_number_refuses_the_row(app: Flask, tmp_path: Path, number: str) -> None:
    with app.app_context():
        report = bring_in(as_csv(tmp_path / "a.csv", ROW | {NUMBER: number}))
        assert [problem.column for row in report.refused for problem in row.problems] == [NUMBER]


def test_a_row_with_more_cells_than_the_header_is_refused(app: Flask, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", ROW)
    path.write_text(path.read_text("utf-8").rstrip("\r\n") + ",多出的内容\n", "utf-8")
    with app.app_context():
        (row,) = bring_in(path).refused
    assert [problem.value for problem in row.problems] == ["多出的内容"]


def test_who_imports_a_customer_of_nobody_becomes_its_manager_once(app: Flask, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", NUMBERED)
    with writing(app) as session:
        first, second = staff_account(session, "李强"), staff_account(session, "王磊")
    with app.app_context():
        bring_in(path)
        assert [told(bring_in(path, owner)) for owner in (first, second)] == [{"changed": 1}, {"unchanged": 1}]
        assert only(db.session).owner_id == first.id


def test_the_manager_of_what_is_imported_is_not_who_brought_it(app: Flask, tmp_path: Path) -> None:
    """Who runs the command is not known."""
    with writing(app) as session:
        manager = staff_account(session, "李强")
    with app.app_context():
        bring_in(as_csv(tmp_path / "a.csv", NUMBERED), manager)
        assert only(db.session).owner_id == manager.id
        assert db.session.scalars(select(CustomerValue.staff_id).distinct()).all() == [None]
