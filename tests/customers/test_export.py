"""The master record out, and in again: nothing is lost, nothing is calculated (M43)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from formsvc.customers.worksheet import files, reading, writing
from formsvc.customers.worksheet.columns import titles
from formsvc.customers.worksheet.lines import unescaped
from formsvc.fields import clean
from tests.customers.sheets import REAL, ROW, as_csv, bring_in, told

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "'=1", "''+1", "'", "'a"]


@pytest.mark.parametrize("name", ["all.xlsx", "all.csv"])
def test_an_export_that_is_imported_changes_nothing(app: Flask, tmp_path: Path, name: str) -> None:
    with app.app_context():
        bring_in(REAL)
        assert files.export(tmp_path / name) == 102
        assert told(bring_in(tmp_path / name)) == {"unchanged": 102}
        assert sorted(path.name for path in tmp_path.glob("*.part")) == []


def test_an_export_has_the_worksheets_columns(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        files.export(tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text("utf-8-sig").strip().split(",") == titles()


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_injection_in_csv_what_looks_like_a_formula_begins_with_an_apostrophe(
    sqlite_app: Flask, tmp_path: Path, formula: str
) -> None:
    with sqlite_app.app_context():
        bring_in(as_csv(tmp_path / "in.csv", ROW | {"备注": writing.escaped(formula)}))
        files.export(tmp_path / "out.csv")
        assert told(bring_in(tmp_path / "out.csv")) == {"unchanged": 1}
    cell = reading.read(tmp_path / "out.csv")[0].cells["备注"]
    assert cell == formula
    assert not [
        line for line in (tmp_path / "out.csv").read_text("utf-8-sig").split(",") if line[:1] in "=+-@" and line
    ]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_injection_in_xlsx_every_cell_is_a_string(sqlite_app: Flask, tmp_path: Path, formula: str) -> None:
    with sqlite_app.app_context():
        bring_in(as_csv(tmp_path / "in.csv", ROW | {"备注": writing.escaped(formula)}))
        files.export(tmp_path / "out.xlsx")
        assert told(bring_in(tmp_path / "out.xlsx")) == {"unchanged": 1}
    book = load_workbook(tmp_path / "out.xlsx")
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert formula in [cell.value for cell in cells]


@pytest.mark.parametrize("text", ["_x0041_", "x005F_", "a_x000D_b"])
def test_what_a_workbook_escapes_is_read_as_it_was(tmp_path: Path, text: str) -> None:
    writing.write(tmp_path / "out.xlsx", list(ROW), [[*list(ROW.values())[:-1], text]])
    assert reading.read(tmp_path / "out.xlsx")[0].cells["电子邮箱"] == text


@given(st.text())
@example("'=1")
def test_what_csv_escapes_is_read_as_it_was(text: str) -> None:
    assert unescaped(writing.escaped(clean(text))) == clean(text)
    assert writing.escaped(clean(text))[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_an_export_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text("before")

    def broken() -> Iterator[list[str]]:
        yield ["a"]
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        writing.write(path, ["title"], broken())
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["all.csv"]
