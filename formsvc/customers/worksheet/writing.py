"""Rows of a worksheet into a file: XLSX or CSV, in which what looks like a formula stays text. Pure."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path

from xlsxwriter import Workbook

FORMULA = re.compile(r"'*[=+\-@\t\r]")  # also behind apostrophes, so that reading takes off only the one put before


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write `rows` under `header` to `path`, by its ending; the number of rows. The file appears when it is whole."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        count = (_xlsx if path.suffix.lower() == ".xlsx" else _csv)(fresh, header, rows)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return count


def escaped(cell: str) -> str:
    """`cell` for a CSV file, with an apostrophe before what a spreadsheet would calculate."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A small CSV file as text."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([escaped(cell) for cell in row] for row in (header, *rows))
    return "\ufeff" + text.getvalue()  # the mark tells Excel that it is UTF-8


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # the mark tells Excel that it is UTF-8
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow([escaped(cell) for cell in row])
            count += 1
    return count


def _xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    count = 0
    with Workbook(str(path), {"constant_memory": True}) as book:
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
