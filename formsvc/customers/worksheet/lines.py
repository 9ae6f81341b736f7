"""The lines of a file: XLSX or CSV, UTF-8 or GB 18030, with bounds on what is read. Pure."""

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import chain, count
from typing import IO, Any

from openpyxl import load_workbook

from formsvc.fields import clean
from formsvc.questionnaires.xlsx.cells import DAMAGED, cell_text

MAX_COLUMNS, MAX_ROWS, MAX_CELL = 60, 200_000, 32_767
MAX_UNPACKED, MAX_RATIO = 200 * 1024 * 1024, 200
MAX_LINE = 2 * 1024 * 1024  # characters of a CSV file without a line break
PIECE = 1024 * 1024  # bytes
LAST_ROW = 1_048_576
Line = tuple[int, list[str]]
LINE = re.compile(r"[^\r\n]*(?:\n|\r\n|\r(?=[^\n]))")
ESCAPED = re.compile(r"'+[=+\-@\t\r]")


class NotAWorksheet(ValueError):
    """A file that cannot be read as a worksheet; `code` names why, `detail` what."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


def is_zip(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(4) == b"PK\x03\x04"


def xlsx_lines(file: IO[bytes]) -> tuple[Iterator[Line], int]:
    """The lines of the first visible sheet, and how many rows it says that it has. Raises NotAWorksheet."""
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
            if any(row) and any(line := [cell_text(cell, MAX_CELL) for cell in row]):
                yield number, line
    except DAMAGED as error:
        raise NotAWorksheet("not-xlsx") from error


def csv_lines(file: IO[bytes]) -> tuple[Iterator[Line], int]:
    """The lines, and how many rows there are at most. Raises NotAWorksheet."""
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


def unescaped(cell: str) -> str:
    """The text of a CSV cell that was written by `writing.escaped`."""
    return clean((cell[1:] if ESCAPED.match(cell) else cell)[:MAX_CELL])
