"""The lines of a workbook: only what its rows need is unpacked, none of it further than its bound. Pure."""

import io
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import count
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHARED_STRINGS

from formsvc.customers.worksheet.lines import MAX_CELL, MAX_ROWS, MAX_UNPACKED, Line, NotAWorksheet
from formsvc.customers.worksheet.strings import shared_strings
from formsvc.questionnaires.xlsx.cells import DAMAGED, cell_text

MAX_COLUMNS, MAX_RATIO, MAX_PARTS = 60, 200, 10_000
MAX_PART = 2 * 1024 * 1024  # bytes of the workbook, its styles and its relations, each
MAX_STRINGS = 120 * 1024 * 1024  # bytes: 200,000 rows with 19 texts that no other row has
LAST_ROW = 1_048_576


class _Parts(ZipFile):
    """A workbook's parts. What is read as a whole is bounded: the size that a part says of itself may be a lie."""

    def open(self, name: Any, *args: Any, **kwargs: Any) -> IO[bytes]:
        if self.getinfo(getattr(name, "filename", name)).compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise NotAWorksheet("not-xlsx")  # the other methods unpack without a bound
        return super().open(name, *args, **kwargs)

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        with self.open(name, pwd=pwd) as part:
            content = part.read(MAX_PART + 1)
        if len(content) > MAX_PART:
            raise NotAWorksheet("too-large")
        return content


def xlsx_lines(file: IO[bytes]) -> tuple[Iterator[Line], int]:
    """The lines of the first visible sheet, and how many rows it says that it has. Raises NotAWorksheet."""
    size = file.seek(0, io.SEEK_END)
    try:
        parts = _Parts(file)
        unpacked = sum(info.file_size for info in parts.infolist())
        if len(parts.infolist()) > MAX_PARTS or unpacked > min(MAX_UNPACKED, max(size * MAX_RATIO, MAX_UNPACKED // 10)):
            raise NotAWorksheet("too-large")
        with _quietly():
            sheet = _first_sheet(file, parts)
        about = min(max((sheet.max_row or 0) - 1, 0), MAX_ROWS) if sheet else 0
    except NotAWorksheet:
        raise
    except DAMAGED as error:
        raise NotAWorksheet("not-xlsx") from error
    return _lines_of(sheet), about


def _first_sheet(file: IO[bytes], parts: ZipFile) -> Any:
    """The first visible sheet, if any. openpyxl itself would also read links, themes, names and charts."""
    reader: Any = ExcelReader(file, read_only=True, keep_links=False)
    reader.archive = parts
    reader.read_manifest()
    strings = _strings(parts, reader.package.find(SHARED_STRINGS))
    reader.read_workbook()
    apply_stylesheet(parts, reader.wb)
    for sheet, relation in reader.parser.find_sheets():
        is_there = relation.target in parts.NameToInfo and "chartsheet" not in relation.Type
        if is_there and sheet.state == "visible":
            return ReadOnlyWorksheet(reader.wb, sheet.name, relation.target, strings)
    return None


def _strings(parts: ZipFile, override: Any) -> list[str]:
    if override is None:
        return []
    name = override.PartName[1:]
    if parts.getinfo(name).file_size > MAX_STRINGS:  # no more than it says is unpacked
        raise NotAWorksheet("too-large")
    with parts.open(name) as part:
        return shared_strings(part, MAX_CELL)


def _quietly() -> AbstractContextManager[object]:
    """Without what openpyxl thinks of styles, dates and parts that nobody reads."""
    return warnings.catch_warnings(action="ignore")


def _lines_of(sheet: Any) -> Iterator[Line]:
    if sheet is None:
        return
    try:
        sheet.reset_dimensions()  # what a file says of its own size may be wrong, or there to do harm
        rows = iter(sheet.iter_rows(max_col=MAX_COLUMNS, max_row=LAST_ROW, values_only=True))
        for number in count(1):
            with _quietly():
                row = next(rows, None)
            if row is None:
                return
            if any(row) and any(line := [cell_text(cell, MAX_CELL) for cell in row]):
                yield number, line
    except DAMAGED as error:
        raise NotAWorksheet("not-xlsx") from error
