"""Rows of a worksheet into a file: XLSX or CSV, in which what looks like a formula stays text. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO

from xlsxwriter import Workbook

FORMULA = re.compile(r"'*[=+\-@\t\r]")  # also behind apostrophes, so that reading takes off only the one put before


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write `rows` under `header` to `path`, by its ending; the number of rows. The file appears when it is whole."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        with fresh.open("wb") as file:
            count = (write_xlsx if path.suffix.lower() == ".xlsx" else _csv)(file, header, rows)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return count


def escaped(cell: str) -> str:
    """`cell` for a CSV file, with an apostrophe before what a spreadsheet would calculate."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a CSV file; the mark at its begin tells Excel that it is UTF-8."""
    line = io.StringIO()
    writer = csv.writer(line)
    for row in chain([header], ([escaped(cell) for cell in row] for row in rows)):
        writer.writerow(row)
        yield line.getvalue() if row is not header else "\ufeff" + line.getvalue()
        line.seek(0)
        line.truncate()


def write_xlsx(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a workbook to `file`, row by row; the number of rows."""
    count = 0
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "bg_color": "#EAF1F6", "bottom": 1})
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, len(header) - 1, 18)
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, bold)
        for row in rows:
            count += 1
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(count, column, cell)
    return count


def _csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    count = -1  # without the header
    for line in csv_lines(header, rows):
        file.write(line.encode())
        count += 1
    return count
