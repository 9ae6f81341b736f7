"""A worksheet in: what becomes of its rows (M43)."""

import csv
import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from formsvc.customers.duplicates import comparing
from formsvc.customers.duplicates import listing as pair_list
from formsvc.customers.held import held_values
from formsvc.customers.models import Customer, CustomerValue
from formsvc.customers.worksheet import files
from formsvc.db import db
from tests.customers.sheets import DATA, REAL, ROW, TEMPLATE, as_csv, bring_in, told
from tests.factories import staff_account, writing

TRUTH = json.loads((DATA / "worksheet-120.truth.json").read_text("utf-8"))
COLUMNS = {
    # what the truth calls a reason, and the column that it is about
    "plan": "下一步计划", "mobile": "手机号码", "vague name": "客户名称/个人姓名", "email": "电子邮箱",
    "budget": "预算范围", "date": "最近跟进时间", "category": "客户类型",
}  # fmt: skip


def test_exactly_what_is_wrong_in_the_real_worksheet_is_refused(app: Flask) -> None:
    with app.app_context():
        report = bring_in(REAL)
        refused = {row.given_number: [problem.column for problem in row.problems] for row in report.refused}
        assert refused == {number: [COLUMNS[why]] for number, why in TRUTH["refused"].items()}
        assert told(report) == {"created": TRUTH["ok"], "refused": len(TRUTH["refused"])}
        assert all(problem.reason for row in report.refused for problem in row.problems)


def test_its_duplicates_are_shown_and_not_merged(app: Flask) -> None:
    with app.app_context():
        report = bring_in(REAL)
        while comparing.compare_due():
            pass
        pairs = list(pair_list.among(db.session, report.numbers))
        found = {frozenset((pair.older.number, pair.newer.number)) for pair in pairs}
        assert found == {frozenset(pair) for pair in TRUTH["duplicates"]}
        assert db.session.scalar(select(func.count()).select_from(Customer)) == TRUTH["ok"]


def test_its_formulas_are_text(app: Flask) -> None:
    with app.app_context():
        bring_in(REAL)
        held = select(CustomerValue.customer_id, CustomerValue.value)
        cells = {id_ for id_, value in db.session.execute(held) if str(value).startswith("=HYPERLINK(")}
        numbers = db.session.scalars(select(Customer.number).where(Customer.id.in_(cells)))
        assert sorted(numbers) == sorted(set(TRUTH["formulas"]) - set(TRUTH["refused"]))


def test_the_template_is_read_as_people_mean_it(app: Flask) -> None:
    with app.app_context():
        assert told(bring_in(TEMPLATE)) == {"created": 2}
        company, person = db.session.scalars(select(Customer).order_by(Customer.number))
        assert (company.number, company.audience, person.audience) == ("CX202405001", "enterprise", "individual")
        assert (person.email, person.mobile) == (None, "+8613900010002")
        values = held_values(db.session, company)
        assert (values["needs.budget"], values["needs.channel"]) == ({"from": "50", "to": "80"}, ["phone", "mail"])


@pytest.mark.parametrize("path", [REAL, TEMPLATE], ids=lambda path: path.name)
def test_importing_twice_changes_nothing(app: Flask, path: Path) -> None:
    with app.app_context():
        first = bring_in(path)
        again = told(bring_in(path))
        assert again == {"unchanged": first.counts["created"], **({"refused": 18} if path == REAL else {})}  # type: ignore[index]


def test_a_dry_run_says_the_same_and_writes_nothing(app: Flask) -> None:
    with app.app_context():
        tried = bring_in(REAL, dry_run=True)
        assert db.session.scalars(select(Customer)).all() == []
        db.session.rollback()
        assert told(bring_in(REAL)) == told(tried)


def test_refused_rows_are_mended_in_their_file_and_imported(app: Flask, tmp_path: Path) -> None:
    target = tmp_path / "real.xlsx.refused.csv"
    with app.app_context():
        report = bring_in(REAL)
        assert files.write_refused(target, report.refused) == len(report.refused)
        mended = _mended(target)
        assert {(row["row"] != "", row["reason"] != "") for row in mended} == {(True, True)}
        as_csv(target, *mended, header=list(mended[0]))
        assert told(bring_in(target)) == {"created": len(TRUTH["refused"])}
        assert told(bring_in(REAL)) == {"unchanged": TRUTH["ok"], "refused": len(TRUTH["refused"])}


def _mended(path: Path) -> list[dict[str, str]]:
    right = {
        "下一步计划": "5月15日前提供报价单", "手机号码": "13812345678", "客户名称/个人姓名": "上海新名贸易有限公司",
        "电子邮箱": "new@example.com", "预算范围": "10-15万", "最近跟进时间": "2024-05-10", "客户类型": "意向客户",
    }  # fmt: skip
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row | {row["column"]: right[row["column"]]} for row in rows]


def test_the_refused_file_names_row_column_value_and_reason(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        report = bring_in(as_csv(tmp_path / "a.csv", ROW, ROW | {"手机号码": "123"}))
        files.write_refused(tmp_path / "refused.csv", report.refused)
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["column"], row["value"]) == ("3", "手机号码", "123")
    assert "手机号码应为 11 位数字" in row["reason"]


@pytest.mark.parametrize(
    ("column", "cell"),
    [("联系人", "#N/A"), ("职位", " #ref! "), ("备注", "#DIV/0!"), ("最近跟进时间", "2026-11-24")],
)
def test_what_a_formula_failed_at_and_a_talk_of_tomorrow_are_refused(
    app: Flask, tmp_path: Path, column: str, cell: str
) -> None:
    with app.app_context():
        report = bring_in(as_csv(tmp_path / "a.csv", ROW | {column: cell}))
        assert [problem.column for row in report.refused for problem in row.problems] == [column]


def test_who_has_bought_is_an_existing_customer_from_then_on(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        for category, situation in {"意向客户": "new", "成交客户": "existing"}.items():
            bring_in(as_csv(tmp_path / "a.csv", ROW | {"客户类型": category}))
            assert db.session.scalars(select(Customer.situation)).all() == [situation]


def test_the_one_who_follows_up_becomes_the_manager(app: Flask, tmp_path: Path) -> None:
    with writing(app) as session:
        colleague, _, _ = (staff_account(session, name) for name in ("李强", "王磊", "王磊"))
    rows = [{"客户名称/个人姓名": f"苏州{name}公司", "联系人": "甲", "跟进人": name} for name in ("李强", "王磊")]
    path = as_csv(tmp_path / "a.csv", *rows)
    with app.app_context():
        bring_in(path)
        owners = db.session.scalars(select(Customer.owner_id).order_by(Customer.id)).all()
    assert owners == [colleague.id, None]
