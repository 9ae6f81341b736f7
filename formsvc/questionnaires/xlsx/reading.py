"""What somebody typed into the cells of a form, read from a file that may be anything. Pure."""

import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from openpyxl import load_workbook

from formsvc.questionnaires.xlsx.cells import DAMAGED, cell_text
from formsvc.questionnaires.xlsx.marker import Marker

MAX_FILE = 1024 * 1024  # bytes: a form has 12 kB, and five times that when other programs have saved it
MAX_UNPACKED = 3 * 512 * 1024  # what other programs put into it, included; larger ones take seconds to read
MAX_PARTS = 200  # files in the archive
MAX_SHEETS, MAX_ROWS, COLUMNS = 8, 1000, 3
MAX_TEXT = 40_000  # characters in all cells together


class NotAForm(ValueError):
    """A file that is no form of ours; `code` names why: empty, too-large, not-xlsx or not-ours."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Typed:
    """The cells that are filled in: their texts by the keys of their rows, and the labels of these rows."""

    marker: Marker
    cells: Mapping[str, list[str]]
    labels: Mapping[str, str]


def read(content: bytes) -> Typed:
    """What is typed into the form in `content`. Raises NotAForm."""
    if not content:
        raise NotAForm("empty")
    if len(content) > MAX_FILE:
        raise NotAForm("too-large")
    try:
        _check_size(content)
        with warnings.catch_warnings(action="ignore"):  # what openpyxl thinks of styles and parts that nobody reads
            return _form(content)
    except NotAForm:
        raise
    except DAMAGED as error:
        raise NotAForm("not-xlsx") from error


def _check_size(content: bytes) -> None:
    """What the archive says of its size holds: no part is unpacked further. Raises NotAForm."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise NotAForm("too-large")


def _form(content: bytes) -> Typed:
    """The first sheet that is a form of ours. Raises NotAForm."""
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    for sheet in book.worksheets[:MAX_SHEETS]:
        sheet.reset_dimensions()  # what a file says of its own size may be wrong, or there to do harm
        rows = sheet.iter_rows(max_col=COLUMNS, max_row=MAX_ROWS, values_only=True)
        lines = ([cell_text(cell, MAX_TEXT + 1) for cell in row] for row in rows)
        if marker := Marker.read(next(lines, [""])[0]):
            return _typed(marker, lines)
    raise NotAForm("not-ours")


def _typed(marker: Marker, lines: Iterator[list[str]]) -> Typed:
    cells: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    length = 0
    for key, label, text in lines:
        length += len(key) + len(label) + len(text)
        if length > MAX_TEXT:
            raise NotAForm("too-large")
        if key and text:
            cells.setdefault(key, []).append(text)
            labels.setdefault(key, label)
    return Typed(marker, cells, labels)
