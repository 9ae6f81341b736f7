"""A worksheet after a merge or an archive: the number of the one that went means the one that stays (M26, M43)."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from formsvc.customers.archiving import verbs as archiving
from formsvc.customers.archiving.verbs import Reason
from formsvc.customers.held import held_values
from formsvc.customers.merging.choices import Choices
from formsvc.customers.merging.sides import Side
from formsvc.customers.models import Customer
from formsvc.db import db
from formsvc.staff.models import Staff
from tests.customers.merged import LATER, merge
from tests.customers.sheets import ROW, as_csv, bring_in, told
from tests.factories import staff_account, writing

NUMBER, NAME, MOBILE, ADDRESS = "客户编号", "客户名称/个人姓名", "手机号码", "企业地址(个人住址)"
MAIL = "电子邮箱"
STAYS = ROW | {NUMBER: "CX202405001", ADDRESS: "合肥"}
GOES = ROW | {NUMBER: "CX202405002", NAME: "云盾信息（合肥）公司", MOBILE: "13900010009", MAIL: "it@example.com"}


def by_number(number: str) -> Customer:
    return db.session.scalars(select(Customer).where(Customer.number == number)).one()


def merged(app: Flask, folder: Path) -> None:
    """Both rows are imported; of the one that goes nothing was chosen that the other had."""
    with app.app_context():
        bring_in(as_csv(folder / "first.csv", STAYS, GOES))
    with writing(app) as session:
        found = {each.number: each for each in session.scalars(select(Customer))}
        staying, going = (found[row[NUMBER]] for row in (STAYS, GOES))
        mine = {f"{key}": Side.STAYING for key in ("0-basic.full_name", "1-contacts.mobile", "1-contacts.email")}
        merge(session, staying, going, Choices(mine), staff_account(session))


def test_an_old_worksheet_brings_nothing_back(app: Flask, tmp_path: Path) -> None:
    merged(app, tmp_path)
    with app.app_context():
        report = bring_in(as_csv(tmp_path / "again.csv", GOES, STAYS))
        assert told(report) == {"unchanged": 2}
        assert [row.number for row in report.renumbered] == [STAYS[NUMBER]]
        assert by_number(STAYS[NUMBER]).name == STAYS[NAME]


def test_news_under_the_number_that_went_is_news_of_the_one_that_stays(app: Flask, tmp_path: Path) -> None:
    merged(app, tmp_path)
    with app.app_context():
        assert told(bring_in(as_csv(tmp_path / "news.csv", GOES | {ADDRESS: "芜湖"}))) == {"changed": 1}
        assert held_values(db.session, by_number(STAYS[NUMBER]))["basic.address"] == "芜湖"
        assert "basic.address" not in held_values(db.session, by_number(GOES[NUMBER]))


def test_a_row_without_a_number_is_not_the_record_that_went(app: Flask, tmp_path: Path) -> None:
    merged(app, tmp_path)
    with app.app_context():
        row = {key: value for key, value in GOES.items() if key != NUMBER}
        assert told(bring_in(as_csv(tmp_path / "news.csv", row))) == {"created": 1}


def test_no_worksheet_brings_an_archived_record_back(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        bring_in(as_csv(tmp_path / "first.csv", STAYS))
    with writing(app) as session:
        who: Staff = staff_account(session)
        archiving.archive(session, session.scalars(select(Customer)).one(), who, Reason.ENDED, LATER)
    with app.app_context():
        assert told(bring_in(as_csv(tmp_path / "same.csv", STAYS))) == {"unchanged": 1}
        report = bring_in(as_csv(tmp_path / "news.csv", STAYS | {ADDRESS: "芜湖"}))
        assert told(report) == {"refused": 1}
        assert [problem.reason for problem in report.refused[0].problems] == [
            "该客户已归档，档案未改动。请先在客户页面恢复档案，再导入这一行。"
        ]
        assert by_number(STAYS[NUMBER]).archived_at == LATER
