"""The lines of a CSV file, UTF-8 or GB 18030, with bounds on what is read. Pure."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import IO

from formsvc.fields import clean

MAX_ROWS, MAX_CELL = 200_000, 32_767
MAX_UNPACKED = 200 * 1024 * 1024  # bytes
MAX_LINE = 2 * 1024 * 1024  # characters of a CSV file without a line break
PIECE = 1024 * 1024  # bytes
MAX_LOOKED_AT = 10  # lines, the first of which may be a heading
DELIMITERS = ",", "\t", ";"
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
    first = list(islice(lines, MAX_LOOKED_AT))
    titles = next((line for line in first if max(map(line.count, DELIMITERS)) > 1), "".join(first[:1]))
    delimiter = max(DELIMITERS, key=titles.count)
    return _parsed(chain(first, lines), delimiter), min(max(breaks - 1, 0), MAX_ROWS)


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
