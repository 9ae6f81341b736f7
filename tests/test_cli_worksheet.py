"""The worksheet on the console: in, out, and what is refused (M43)."""

import csv
import json
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers.models import Customer
from tests.customers.sheets import ROW, as_csv
from tests.factories import writing
from tests.filling import account, everything
from tests.test_cli import said

DATA = Path(__file__).parent / "data"
TRUTH = json.loads((DATA / "worksheet-120.truth.json").read_text("utf-8"))


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return Path(copy(DATA / "worksheet-120.xlsx", tmp_path))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_worksheet_comes_in_with_counts_refusals_and_probable_duplicates(sqlite_app: Flask, sheet: Path) -> None:
    result = said(sqlite_app, ["customers", "import", str(sheet)])
    assert "120 rows: 102 created, 0 changed, 0 unchanged, 18 refused" in result.stdout
    refused = table(sheet.with_name(sheet.name + ".refused.csv"))
    assert {row["客户编号"] for row in refused} == set(TRUTH["refused"])
    assert all(row["row"] and row["column"] and row["reason"] for row in refused)
    for pair in TRUTH["duplicates"]:
        assert any(all(number in line for number in pair) for line in result.stdout.splitlines()), pair
    again = said(sqlite_app, ["customers", "import", str(sheet)]).stdout
    assert "0 created, 0 changed, 102 unchanged, 18 refused" in again


def test_a_dry_run_writes_nothing(sqlite_app: Flask, sheet: Path) -> None:
    before = everything(sqlite_app)
    assert "Would be: 120 rows: 102 created" in said(
        sqlite_app, ["customers", "import", str(sheet), "--dry-run"]
    ).stdout  # fmt: skip
    assert everything(sqlite_app) == before
    assert [path.name for path in sheet.parent.glob("worksheet*")] == [sheet.name]


def test_a_dry_run_names_who_may_be_there_already(sqlite_app: Flask, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", ROW)
    said(sqlite_app, ["customers", "import", str(path)])
    as_csv(path, ROW | {"客户名称/个人姓名": "合肥云盾科技（集团）有限公司", "手机号码": "13900000000"})
    result = said(sqlite_app, ["customers", "import", str(path), "--dry-run"])
    assert "row 2: 合肥云盾科技(集团)有限公司 is perhaps CX" in result.stdout.replace("（", "(").replace("）", ")")
    assert "same email" in result.stdout


def test_what_goes_out_comes_in_again_without_a_change(sqlite_app: Flask, sheet: Path) -> None:
    said(sqlite_app, ["customers", "import", str(sheet)])
    for ending in (".csv", ".xlsx"):
        target = sheet.with_name(f"out{ending}")
        assert f"102 customers to {target}" in said(sqlite_app, ["customers", "export", str(target)]).stdout
        again = said(sqlite_app, ["customers", "import", str(target)]).stdout
        assert "102 rows: 0 created, 0 changed, 102 unchanged, 0 refused" in again


def test_new_customers_are_the_owners(sqlite_app: Flask) -> None:
    owner = account(sqlite_app)
    template = DATA / "worksheet-template.csv"
    said(sqlite_app, ["customers", "import", str(template), "--owner", owner.upper()])
    with writing(sqlite_app) as session:
        assert {held.owner.email for held in session.scalars(select(Customer)) if held.owner} == {owner}
    assert "no account" in said(
        sqlite_app, ["customers", "import", str(template), "--owner", "x@example.com"], status=1
    ).stderr  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04 broken", b"\xff\xfe\x00\x01\x02", b"\0" * 100])
def test_a_file_that_is_no_worksheet_is_refused_whole_in_one_line(
    sqlite_app: Flask, tmp_path: Path, content: bytes
) -> None:
    before = everything(sqlite_app)
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(content)
    result = said(sqlite_app, ["customers", "import", str(path)], status=1)
    assert result.stderr.startswith(f"Error: {path}: it ")
    assert result.stderr.count("\n") == 1
    assert everything(sqlite_app) == before


def test_an_export_into_nowhere_is_refused(sqlite_app: Flask, tmp_path: Path) -> None:
    assert "nowhere" in said(sqlite_app, ["customers", "export", str(tmp_path / "nowhere" / "x.csv")], status=1).stderr
