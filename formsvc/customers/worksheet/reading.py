"""Rows of a worksheet from a file: XLSX or CSV, UTF-8 or GB 18030, with bounds on what is read. Pure.

Rows are read as they are asked for: of a workbook only the texts that its cells share are in memory as a whole.
"""

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count, islice
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from formsvc.customers.worksheet.columns import REPORT, folded, titles
from formsvc.fields import clean

MAX_COLUMNS, MAX_ROWS, MAX_CELL = 60, 200_000, 32_767
MAX_UNPACKED, MAX_RATIO = 200 * 1024 * 1024, 200
MAX_LINE = 2 * 1024 * 1024  # characters of a CSV file without a line break
PIECE = 1024 * 1024  # bytes
LAST_ROW = 1_048_576
Line = tuple[int, list[str]]
DAMAGED = (  # what zipfile, expat and openpyxl raise on a damaged workbook, some of it while its rows are read
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, OSError, EOFError,
    ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError,
)  # fmt: skip
LINE = re.compile(r"[^\r\n]*(?:\n|\r\n|\r(?=[^\n]))")
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
    """A worksheet's rows, the titles of columns that it has besides its own, and how many rows about it has.

    `about` is 0 where the file does not say it.
    """

    rows: Iterable[SheetRow]
    unknown: tuple[str, ...]
    about: int = 0


def read(path: Path) -> list[SheetRow]:
    """All rows of the worksheet in `path`. Raises NotAWorksheet."""
    with path.open("rb") as file, opened(file, path.name) as sheet:
        return list(sheet.rows)


@contextmanager
def opened(file: IO[bytes], name: str) -> Iterator[Sheet]:
    """The worksheet in `file`, called `name`, whose rows are read one by one; those without any text are left out.

    Raises NotAWorksheet, also while rows are read: then none of them is to be trusted.
    """
    is_xlsx = _is_zip(file) or name.lower().endswith(".xlsx")
    lines, about = _xlsx(file) if is_xlsx else _csv(file)
    header = next(lines, None)
    if header is None:
        raise NotAWorksheet("empty")
    places, unknown = _places(header[1])
    width = _width(header[1])
    yield Sheet((_row(number, line, places, width) for number, line in _bounded(lines)), unknown, about)


def _bounded(lines: Iterator[Line]) -> Iterator[Line]:
    yield from islice(lines, MAX_ROWS)
    if next(lines, None) is not None:
        raise NotAWorksheet("too-many-rows", str(MAX_ROWS))


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


def _is_zip(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(4) == b"PK\x03\x04"


def _xlsx(file: IO[bytes]) -> tuple[Iterator[Line], int]:
    size = file.seek(0, io.SEEK_END)
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > min(MAX_UNPACKED, max(size * MAX_RATIO, MAX_UNPACKED // 10)):
            raise NotAWorksheet("too-large")
        with _quietly():
            book = load_workbook(file, read_only=True)
        sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
        about = min(max((sheet.max_row or 0) - 1, 0), MAX_ROWS) if sheet else 0
    except NotAWorksheet:
        raise
    except DAMAGED as error:
        raise NotAWorksheet("not-xlsx") from error
    return _lines_of(sheet), about


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
            if any(row) and any(line := [cell_text(cell) for cell in row]):
                yield number, line
    except DAMAGED as error:
        raise NotAWorksheet("not-xlsx") from error


def _csv(file: IO[bytes]) -> tuple[Iterator[Line], int]:
    if file.seek(0, io.SEEK_END) > MAX_UNPACKED:
        raise NotAWorksheet("too-large")
    file.seek(0)
    if b"\0" in file.read(1000):
        raise NotAWorksheet("not-text")
    encoding, breaks = _encoding(file)
    file.seek(0)
    lines = _text_lines(file, encoding)
    first = next(lines, "")
    delimiter = max((",", "\t", ";"), key=first.count)
    return _parsed(chain((first,), lines), delimiter), min(max(breaks - 1, 0), MAX_ROWS)


def _encoding(file: IO[bytes]) -> tuple[str, int]:
    """UTF-8, with or without a mark, or what Excel writes on a Chinese Windows; and how many line breaks there are."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder, breaks = codecs.getincrementaldecoder(encoding)(), 0
        file.seek(0)
        try:
            while piece := file.read(PIECE):
                decoder.decode(piece)
                breaks += piece.count(b"\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding, breaks
    raise NotAWorksheet("not-text")


def _text_lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Lines with their breaks. One without an end is not read as a whole."""
    decoder, rest = codecs.getincrementaldecoder(encoding)(), ""
    while piece := file.read(PIECE):
        rest += decoder.decode(piece)
        end = 0
        for line in LINE.finditer(rest):
            end = line.end()
            yield line[0]
        rest = rest[end:]
        if len(rest) > MAX_LINE:
            raise NotAWorksheet("not-csv", f"a line of more than {MAX_LINE} characters")
    if rest:
        yield rest


def _parsed(lines: Iterable[str], delimiter: str) -> Iterator[Line]:
    try:
        for number, line in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), start=1):
            if any(cells := [unescaped(cell) for cell in line]):
                yield number, cells
    except csv.Error as error:
        raise NotAWorksheet("not-csv", str(error)) from error


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
