"""Rows of a worksheet from a file, read as they are asked for. Pure.

Of a workbook only the texts that its cells share are in memory as a whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO

from formsvc.customers.worksheet.columns import REPORT, REPORT_ZH, folded, titles
from formsvc.customers.worksheet.lines import MAX_LOOKED_AT, MAX_ROWS, Line, NotAWorksheet, csv_lines, is_zip
from formsvc.customers.worksheet.workbook import xlsx_lines

MAX_CELL, MAX_ROW_TEXT = 5000, 20_000  # characters that a row may have to be checked: more than any record can hold
MAX_TEXT = 100_000_000  # characters of all rows: many cells of a small workbook may share one long text
MAX_SURPLUS = 200
NEEDED = ("客户名称/个人姓名", "手机号码")


@dataclass(frozen=True)
class SheetRow:
    """One row: its number in the file, its text by column title, and text beyond the last column, if any.

    `too_long` is the title of the longest cell of a row that has more text than is read; its cells are cut.
    """

    number: int
    cells: dict[str, str]
    surplus: str = ""
    too_long: str = ""


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
    is_xlsx = is_zip(file) or name.lower().endswith(".xlsx")
    lines, about = xlsx_lines(file) if is_xlsx else csv_lines(file)
    first = list(islice(lines, MAX_LOOKED_AT))
    if not first:
        raise NotAWorksheet("empty")
    header, rest = _header(first)
    lines = chain(rest, lines)
    places, unknown = _places(header[1])
    width = _width(header[1])
    rows = (_row(number, line, places, width) for number, line in _bounded(lines))
    yield Sheet(_bounded_text(rows), unknown, about)


def _header(first: Sequence[Line]) -> tuple[Line, Sequence[Line]]:
    """The line of the titles and those below it: a heading may stand above them, or what tells Excel the separator."""
    wanted = set(map(folded, NEEDED))
    place = next((place for place, line in enumerate(first) if wanted <= set(map(folded, line[1]))), 0)
    return first[place], first[place + 1 :]


def _bounded(lines: Iterator[Line]) -> Iterator[Line]:
    yield from islice(lines, MAX_ROWS)
    if next(lines, None) is not None:
        raise NotAWorksheet("too-many-rows", str(MAX_ROWS))


def _bounded_text(rows: Iterable[SheetRow]) -> Iterator[SheetRow]:
    left = MAX_TEXT
    for row in rows:
        left -= sum(map(len, row.cells.values()))
        if left < 0:
            raise NotAWorksheet("too-large")
        yield row


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
        elif title and folded(title) not in (*REPORT, *REPORT_ZH):
            unknown.append(title)
    missing = [title for title in NEEDED if title not in places.values()]
    if missing:
        raise NotAWorksheet("no-columns", "、".join(missing))
    return places, tuple(unknown)


def _width(header: Sequence[str]) -> int:
    return max(place for place, title in enumerate(header, start=1) if title)


def _row(number: int, line: Sequence[str], places: dict[int, str], width: int) -> SheetRow:
    cells = {title: line[place] if place < len(line) else "" for place, title in places.items()}
    surplus = " ".join(line[width:]).strip()[:MAX_SURPLUS]
    longest = max(cells, key=lambda title: len(cells[title]))
    if len(cells[longest]) <= MAX_CELL and sum(map(len, cells.values())) <= MAX_ROW_TEXT:
        return SheetRow(number, cells, surplus)
    share = MAX_ROW_TEXT // len(cells)
    return SheetRow(number, {title: cell[:share] for title, cell in cells.items()}, surplus, longest)
