"""Rows of a worksheet from a file: XLSX or CSV, UTF-8 or GB 18030, with bounds on what is read. Pure."""

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from formsvc.customers.worksheet.columns import REPORT, folded, titles
from formsvc.fields import clean

MAX_COLUMNS, MAX_ROWS, MAX_CELL = 60, 200_000, 32_767
MAX_UNPACKED, MAX_RATIO = 200 * 1024 * 1024, 200
LAST_ROW = 1_048_576
Line = tuple[int, list[str]]
DAMAGED = (  # what zipfile, expat and openpyxl raise on a damaged workbook, some of it while its rows are read
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, OSError, EOFError,
    ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError,
)  # fmt: skip
ESCAPED = re.compile(r"'+[=+\-@\t\r]")
NEEDED = ("客户名称/个人姓名", "手机号码")


class NotAWorksheet(ValueError):
    """A file that cannot be read as a worksheet; `code` names why, `detail` what."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class SheetRow:
    """One row: its number in the file, its text by column title, and text beyond the last column, if any."""

    number: int
    cells: dict[str, str]
    surplus: str = ""


@dataclass(frozen=True)
class Sheet:
    """A worksheet's rows, and the titles of columns that it has besides its own."""

    rows: list[SheetRow]
    unknown: tuple[str, ...]


def read(path: Path) -> Sheet:
    """The worksheet in `path`; rows without any text are left out. Raises NotAWorksheet."""
    lines = _xlsx(path) if _is_zip(path) or path.suffix.lower() == ".xlsx" else _csv(path)
    if not lines:
        raise NotAWorksheet("empty")
    if len(lines) > MAX_ROWS + 1:
        raise NotAWorksheet("too-many-rows", str(MAX_ROWS))
    (_, header), *rest = lines
    places, unknown = _places(header)
    return Sheet([_row(number, line, places, _width(header)) for number, line in rest], unknown)


def _places(header: Sequence[str]) -> tuple[dict[int, str], tuple[str, ...]]:
    """Which column of the file has which title; the others' titles. Raises NotAWorksheet."""
    wanted = {folded(title): title for title in titles()}
    places: dict[int, str] = {}
    unknown: list[str] = []
    for place, title in enumerate(header):
        known = wanted.get(folded(title))
        if known and known in places.values():
            raise NotAWorksheet("column-twice", known)
        if known:
            places[place] = known
        elif title and folded(title) not in REPORT:
            unknown.append(title)
    missing = [title for title in NEEDED if title not in places.values()]
    if missing:
        raise NotAWorksheet("no-columns", "、".join(missing))
    return places, tuple(unknown)


def _width(header: Sequence[str]) -> int:
    return max(place for place, title in enumerate(header, start=1) if title)


def _row(number: int, line: Sequence[str], places: dict[int, str], width: int) -> SheetRow:
    cells = {title: line[place] if place < len(line) else "" for place, title in places.items()}
    return SheetRow(number, cells, " ".join(line[width:]).strip())


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _xlsx(path: Path) -> list[Line]:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > min(MAX_UNPACKED, max(path.stat().st_size * MAX_RATIO, MAX_UNPACKED // 10)):
            raise NotAWorksheet("too-large")
        with warnings.catch_warnings(action="ignore"):  # what openpyxl thinks of styles and parts that nobody reads
            return _first_sheet(path)
    except NotAWorksheet:
        raise
    except DAMAGED as error:
        raise NotAWorksheet("not-xlsx") from error


def _first_sheet(path: Path) -> list[Line]:
    with path.open("rb") as file:  # of a damaged one, the library leaves open what it opened itself
        return _lines_of(file)


def _lines_of(file: BinaryIO) -> list[Line]:
    book = load_workbook(file, read_only=True)
    sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        raise NotAWorksheet("empty")
    sheet.reset_dimensions()  # what a file says of its own size may be wrong, or there to do harm
    rows = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=LAST_ROW, values_only=True)
    lines = ((number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, start=1) if any(row))
    return list(islice((line for line in lines if any(line[1])), MAX_ROWS + 2))


def _csv(path: Path) -> list[Line]:
    content = path.read_bytes()
    if len(content) > MAX_UNPACKED:
        raise NotAWorksheet("too-large")
    if b"\0" in content[:1000]:
        raise NotAWorksheet("not-text")
    text = _decode(content)
    first = text.split("\n", 1)[0]
    delimiter = max((",", "\t", ";"), key=first.count)
    try:
        parsed = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1)
        lines = [(number, [unescaped(cell) for cell in line]) for number, line in parsed]
    except csv.Error as error:
        raise NotAWorksheet("not-csv", str(error)) from error
    return [line for line in lines if any(line[1])]


def _decode(content: bytes) -> str:
    """UTF-8, with or without a mark, or what Excel writes on a Chinese Windows."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotAWorksheet("not-text")


def cell_text(cell: Any) -> str:
    """A cell as a person would type it: dates as 2024-05-10, whole numbers without a point, formulas as text."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return clean(str(cell)[:MAX_CELL])


def unescaped(cell: str) -> str:
    """The text of a CSV cell that was written by `writing.escaped`."""
    return clean((cell[1:] if ESCAPED.match(cell) else cell)[:MAX_CELL])
