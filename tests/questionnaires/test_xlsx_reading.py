"""Files that are forms, and files that are anything else: bounded, and never an error of ours (M56)."""

import io
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from formsvc.questionnaires.xlsx.cells import cell_text
from formsvc.questionnaires.xlsx.marker import Marker
from formsvc.questionnaires.xlsx.reading import MAX_FILE, MAX_UNPACKED, NotAForm, read
from tests.questionnaires import forms
from tests.questionnaires.forms import opened, saved

MARK = Marker("customer-info", 1).text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), ("  甲 ", "甲"), (13856780001.0, "13856780001"), (1200.5, "1200.5"), (1e-07, "0.0000001"),
        (datetime(2024, 5, 10, 9, 30), "2024-05-10"), (date(2024, 5, 10), "2024-05-10"), (time(9), "09:00:00"),
        (True, "True"), (float("inf"), "inf"), ("=1+1", "=1+1"), ("a\0b\u202e", "ab"),
        (ArrayFormula("A1", "=SUM(A1)"), "=SUM(A1)"),
    ],
)  # fmt: skip
def test_a_cell_is_what_a_person_would_type(cell: object, text: str) -> None:
    assert cell_text(cell, 1000) == text


def test_a_row_is_found_by_its_key_wherever_it_stands() -> None:
    book, sheet = opened(forms.form({"contacts-name": ["张敏"]}))
    sheet.insert_rows(5, 3)
    book.create_sheet("第一页", 0)
    found = read(saved(book))
    assert found.marker == Marker("customer-info", 1)
    assert found.cells == {"contacts-name": ["张敏"]}
    assert found.labels == {"contacts-name": "主要对接人姓名 *"}


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_with(*rows: list[object]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    return saved(book)


FOREIGN = {
    "empty": b"",
    "a CSV that is called .xlsx": "客户全称,张敏\n".encode(),
    "an old .xls, or one with a password": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
    "a zip": zipped({"readme": b"hello"}),
    "another workbook": sheet_with(["客户全称", "张敏"]),
    "a format that is not known yet": sheet_with([MARK.replace("form 1", "form 2"), "", ""]),
    "too large": b"PK\x03\x04" + b"x" * MAX_FILE,
    "a bomb": zipped({**unzipped(forms.form()), "xl/media/a": b"\0" * MAX_UNPACKED}),
    "very many parts": zipped({**unzipped(forms.form()), **{f"xl/{number}": b"" for number in range(300)}}),
    "a long text": sheet_with([MARK], ["contacts-name", "", "x" * 30_000], ["a", "", "x" * 30_000]),
}
CODES = ["empty", "not-xlsx", "not-xlsx", "not-xlsx", "not-ours", "not-ours", "too-large", "too-large", "too-large",
         "too-large"]  # fmt: skip


@pytest.mark.parametrize(("what", "code"), list(zip(FOREIGN, CODES, strict=True)))
def test_what_is_no_form_is_refused_with_its_reason(what: str, code: str) -> None:
    with pytest.raises(NotAForm) as refusal:
        read(FOREIGN[what])
    assert refusal.value.code == code


def test_multipart_and_size_an_archive_that_lies_about_its_size_is_refused() -> None:
    parts = unzipped(forms.form())
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"<si>", b"<si>" + b" " * 3000)
    honest = zipped(parts)
    size = len(parts["xl/sharedStrings.xml"]).to_bytes(4, "little")
    with pytest.raises(NotAForm, match="not-xlsx"):
        read(honest.replace(size, (99).to_bytes(4, "little")))


def test_multipart_and_size_entities_are_refused() -> None:
    parts = unzipped(forms.form())
    bomb = b'<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"<sst", bomb + b"<sst", 1)
    with pytest.raises(NotAForm, match="not-xlsx"):
        read(zipped(parts))


def test_multipart_and_size_a_cell_in_the_last_corner_costs_nothing() -> None:
    book, sheet = opened(forms.form({"contacts-name": ["张敏"]}))
    sheet["XFD1048576"] = "x" * 30_000
    assert read(saved(book)).cells == {"contacts-name": ["张敏"]}


def test_formulas_macros_and_links_are_text_or_nothing() -> None:
    parts = unzipped(forms.form({"contacts-name": ['=HYPERLINK("http://evil.test","x")'], "needs-special": ["=1+1"]}))
    content = parts["[Content_Types].xml"]
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    parts["[Content_Types].xml"] = content.replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", macro
    )
    parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0" * 100
    assert macro in parts["[Content_Types].xml"]
    found = read(zipped(parts)).cells
    assert found == {"contacts-name": ['=HYPERLINK("http://evil.test","x")'], "needs-special": ["=1+1"]}


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(NotAForm):
        read(content)


@given(st.data())
@settings(max_examples=40)
def test_multipart_and_size_a_damaged_form_is_read_or_refused(data: st.DataObject) -> None:
    parts = unzipped(forms.form())
    victim = data.draw(st.sampled_from(sorted(name for name in parts if parts[name])))
    place = data.draw(st.integers(0, len(parts[victim]) - 1))
    put = data.draw(st.sampled_from([b"", b"<", b"9", b'"', b"<v>x</v>", b"9" * 5000]))
    parts[victim] = parts[victim][:place] + put + parts[victim][place + 1 :]
    try:
        read(zipped(parts))
    except NotAForm as refusal:
        assert refusal.code in ("not-xlsx", "not-ours", "too-large")  # noqa: PT017
