"""Files that are worksheets, and files that are not."""

import io
import tracemalloc
import zipfile
import zlib
from datetime import date, datetime, time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.xml.constants import SHEET_MAIN_NS
from xlsxwriter import Workbook as SharingWorkbook

from formsvc.customers.worksheet import lines, reading, workbook
from formsvc.customers.worksheet.checking import check_row
from formsvc.customers.worksheet.columns import columns, titles
from formsvc.customers.worksheet.lines import NotAWorksheet
from formsvc.customers.worksheet.reading import SheetRow, opened, read
from formsvc.customers.worksheet.strings import shared_strings
from formsvc.questionnaires.definition import default_data, definition_from_data
from formsvc.questionnaires.xlsx.cells import cell_text
from tests.customers.sheets import REAL, ROW, as_csv, as_xlsx

COLUMNS = columns(definition_from_data(default_data()).fields)
PIECES = st.sampled_from(
    ["13800138000", "10-15万", "CX202611001", "电话+邮件", "=1", "@", "某公司", "2024-02-30", "-", ",", "\0"]
)
CELLS = st.dictionaries(st.sampled_from(titles()), st.text() | PIECES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_as_excel_writes_it(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = as_csv(tmp_path / "a.csv", ROW)
    path.write_bytes(path.read_text("utf-8").replace(",", delimiter).encode(encoding))
    (row,) = read(path)
    assert (row.number, {title: row.cells[title] for title in ROW}) == (2, ROW)


@pytest.mark.parametrize("above", ["sep=;\n", "华南工业展 名单\n\n", "制表：李强；日期：11月20日\n"])
def test_what_stands_above_the_titles_is_no_row(tmp_path: Path, above: str) -> None:
    path = as_csv(tmp_path / "a.csv", ROW)
    path.write_text(above + path.read_text("utf-8").replace(",", ";"), "utf-8")
    assert [row.cells["联系人"] for row in read(path)] == [ROW["联系人"]]


def test_titles_may_differ_in_spaces_width_and_marks(tmp_path: Path) -> None:
    header = ["客户名称 / 个人姓名 *", "手机号码*", "企业地址（个人住址）", "别的"]
    path = as_xlsx(tmp_path / "a.xlsx", header, ["甲公司", 13800138000.0, "合肥", "x"])
    cells = {"客户名称/个人姓名": "甲公司", "手机号码": "13800138000", "企业地址(个人住址)": "合肥"}
    with path.open("rb") as file, opened(file, path.name) as sheet:
        assert (sheet.unknown, sheet.about, list(sheet.rows)) == (("别的",), 1, [SheetRow(2, cells)])


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
def test_csv_has_the_line_breaks_of_any_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, break_: str, piece: int
) -> None:
    monkeypatch.setattr(lines, "PIECE", piece)
    path = as_csv(tmp_path / "a.csv", ROW | {"备注": "甲\u2028乙"}, ROW)
    path.write_bytes(path.read_text("utf-8").replace("\n", break_).encode())
    first, second = read(path)
    assert (first.cells["备注"], second.number) == ("甲\n乙", 3)


def test_multipart_and_size_a_line_without_an_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 1000)
    monkeypatch.setattr(lines, "PIECE", 100)
    with pytest.raises(NotAWorksheet, match="not-csv"):
        read(as_csv(tmp_path / "a.csv", ROW | {"备注": "甲" * 2000}))


def test_rows_over_the_limit_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    assert len(read(as_csv(tmp_path / "a.csv", ROW, ROW))) == 2
    with pytest.raises(NotAWorksheet, match="too-many-rows"):
        read(as_csv(tmp_path / "b.csv", ROW, ROW, ROW))


@pytest.mark.parametrize(("length", "columns_"), [(reading.MAX_CELL + 1, 1), (4500, 5)])
def test_multipart_and_size_a_row_with_more_text_than_a_record_holds_is_refused(
    tmp_path: Path, length: int, columns_: int
) -> None:
    long = dict.fromkeys(titles()[-columns_:], "字" * length)
    (row, other) = read(as_csv(tmp_path / "a.csv", ROW | long, ROW))
    (problem,) = check_row(row, COLUMNS, date(2026, 11, 1), "en").problems
    assert (problem.column, len(problem.value)) == (titles()[-columns_], 200)
    assert sum(map(len, row.cells.values())) < reading.MAX_ROW_TEXT
    assert "shorten it" in problem.reason
    assert not check_row(other, COLUMNS, date(2026, 11, 1), "en").problems


def test_multipart_and_size_a_text_that_many_cells_share_counts_in_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = list((ROW | {"备注": "字" * 900}).values())
    path = as_xlsx(tmp_path / "a.xlsx", [*ROW, "备注"], row, row, row)
    assert len(read(path)) == 3
    monkeypatch.setattr(reading, "MAX_TEXT", 2000)
    with pytest.raises(NotAWorksheet, match="too-large"):
        read(path)


def test_empty_rows_are_left_out_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path / "a.xlsx", list(ROW), [], list(ROW.values()), [None, " "], list(ROW.values()))
    assert [row.number for row in read(path)] == [3, 5]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), ("  甲 ", "甲"), (13800138000, "13800138000"), (13800138000.0, "13800138000"), (1.5, "1.5"),
        (datetime(2024, 5, 10), "2024-05-10"), (datetime(2024, 5, 10, 9, 30), "2024-05-10"),
        (date(2024, 5, 10), "2024-05-10"), (time(9), "09:00:00"), (True, "True"), (float("inf"), "inf"),
        ("=1+1", "=1+1"), ("a_x0041_b_x005F_x0041_", "aAb_x0041_"), ("x005F_", "x005F_"),
        ("a\0b", "ab"), ("x" * 40_000, "x" * 32_767),
    ],
)  # fmt: skip
def test_a_cell_is_what_a_person_would_type(cell: object, text: str) -> None:
    assert cell_text(cell, 32_767) == text


def zipped(path: Path, **parts: bytes) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def changed(path: Path, **parts: bytes) -> Path:
    """A worksheet of one row, with other `parts`."""
    with ZipFile(as_xlsx(path, list(ROW), list(ROW.values()))) as archive:
        return zipped(path, **({name: archive.read(name) for name in archive.namelist()} | parts))


def declaring_less(path: Path, size: int) -> Path:
    """The zip, in which a part of that size says that it has 10 bytes, with the checksum of those."""
    whole = path.read_bytes().replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    whole = whole.replace(zlib.crc32(b" " * size).to_bytes(4, "little"), zlib.crc32(b" " * 10).to_bytes(4, "little"))
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize(
    "part", ["[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"]
)
def test_multipart_and_size_no_part_that_is_read_as_a_whole_is_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    assert len(read(changed(tmp_path / "a.xlsx"))) == 1
    with pytest.raises(NotAWorksheet, match="too-large"):
        read(changed(tmp_path / "b.xlsx", **{part: b" " * (workbook.MAX_PART + 1)}))


def test_multipart_and_size_a_part_that_lies_about_its_size_is_not_unpacked(tmp_path: Path) -> None:
    size = 64 * 1024 * 1024
    path = declaring_less(changed(tmp_path / "a.xlsx", **{"xl/styles.xml": b" " * size}), size)
    tracemalloc.start()
    with pytest.raises(NotAWorksheet, match="not-xlsx"):
        read(path)
    assert tracemalloc.get_traced_memory()[1] < size // 2
    tracemalloc.stop()


@pytest.mark.parametrize("bound", ["MAX_PARTS", "MAX_STRINGS"])
def test_multipart_and_size_parts_and_shared_texts_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    path = tmp_path / "a.xlsx"
    with SharingWorkbook(path) as book:
        book.add_worksheet().write_column(0, 0, list(ROW))
    with pytest.raises(NotAWorksheet, match="no-columns"):
        read(path)
    monkeypatch.setattr(workbook, bound, 5)
    with pytest.raises(NotAWorksheet, match="too-large"):
        read(path)


def test_shared_texts_are_read_in_any_fonts_without_how_they_are_spoken() -> None:
    fonts = "<si><r><rPr/><t>乙</t></r><r><t>丙</t></r><rPh><t>bing</t></rPh></si>"
    items = f"<si><t>甲 </t></si><si/>{fonts}<si><t>丁丁丁</t></si>"
    part = f'<sst xmlns="{SHEET_MAIN_NS}">{items}</sst>'.encode()
    assert shared_strings(io.BytesIO(part), 100) == ["甲 ", "", "乙丙", "丁丁丁"]
    with pytest.raises(ValueError, match="document type"):
        shared_strings(io.BytesIO(b"<!DOCTYPE sst>" + part), 100)


NO_WORKSHEETS = {
    "empty": b"",
    "no-columns": "姓名,电话\n甲,1\n".encode(),
    "column-twice": "客户名称/个人姓名,手机号码,手机号码*\n甲,1,2\n".encode(),
    "not-text": b"\0\1\2\3",
    "not-xlsx": b"PK\x03\x04 and no more",
}


@pytest.mark.parametrize("code", NO_WORKSHEETS)
def test_what_is_no_worksheet_is_refused_with_its_reason(tmp_path: Path, code: str) -> None:
    (tmp_path / "a").write_bytes(NO_WORKSHEETS[code])
    with pytest.raises(NotAWorksheet) as refusal:
        read(tmp_path / "a")
    assert refusal.value.code == code


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAWorksheet, match="not-xlsx"):
        read(zipped(tmp_path / "a.xlsx", readme=b"hello"))


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(NotAWorksheet):
        read(tmp_path / "a")


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_multipart_and_size_a_damaged_workbook_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Some damage shows only while rows are read."""
    with ZipFile(REAL) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    victim = data.draw(st.sampled_from(sorted(parts)))
    place = data.draw(st.integers(0, len(parts[victim]) - 1))
    put = data.draw(st.sampled_from([b"", b"<", b"9", b'"', b"<v>x</v>", b"9" * 5000]))
    parts[victim] = parts[victim][:place] + put + parts[victim][place + 1 :]
    try:
        read(zipped(tmp_path / "a.xlsx", **parts))
    except NotAWorksheet as refusal:
        assert refusal.code in ("not-xlsx", "empty", "no-columns", "column-twice")  # noqa: PT017


def test_multipart_and_size_a_cell_in_the_last_corner_costs_nothing(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for place, (title, value) in enumerate(ROW.items(), start=1):
        sheet.cell(1, place, title)
        sheet.cell(2, place, value)
    sheet["XFD1048576"] = "x"
    book.save(tmp_path / "a.xlsx")
    assert len(read(tmp_path / "a.xlsx")) == 1


def test_multipart_and_size_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(NotAWorksheet, match="too-large"):
        read(zipped(tmp_path / "a.xlsx", **{"xl/workbook.xml": b" " * 1_000_001}))


def test_multipart_and_size_a_workbook_says_what_it_unpacks_to(tmp_path: Path) -> None:
    """A declared size that is too small does not help: no more than it is unpacked."""
    whole = zipped(tmp_path / "a.xlsx", **{"xl/workbook.xml": b"x" * 5000}).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(whole.replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with zipfile.ZipFile(io.BytesIO((tmp_path / "b.xlsx").read_bytes())) as archive:
        assert archive.infolist()[0].file_size == 10
    with pytest.raises(NotAWorksheet, match="not-xlsx"):
        read(tmp_path / "b.xlsx")


@given(CELLS)
def test_any_cells_whatever_are_values_or_problems(cells: dict[str, str]) -> None:
    checked = check_row(SheetRow(2, cells), COLUMNS, date(2026, 11, 23), "zh_CN")
    assert all(problem.reason for problem in checked.problems)
    assert checked.problems or checked.values["basic.full_name"]


def test_a_quote_that_is_never_closed_swallows_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('客户名称/个人姓名,手机号码,备注\n甲公司,13856780001,"仅工作日\n乙公司,13856780002,\n', "utf-8")
    with pytest.raises(NotAWorksheet, match="not-csv"):
        read(path)
