"""The texts that the cells of a workbook share, read without a tree of their parts. Pure."""

from typing import IO
from xml.etree.ElementTree import XMLParser

from openpyxl.xml.constants import SHEET_MAIN_NS

PIECE = 256 * 1024  # bytes
ITEM, TEXT, SPOKEN = (f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("si", "t", "rPh"))


def shared_strings(part: IO[bytes], most: int) -> list[str]:
    """The texts in their order, each of `most` characters or somewhat more. Raises SyntaxError or ValueError where
    the part is damaged.
    """
    target = _Texts(most)
    parser = XMLParser(target=target)  # noqa: S314 - a document type, which could define entities, is refused
    while piece := part.read(PIECE):
        parser.feed(piece)
    parser.close()
    return target.texts


class _Texts:
    """What the parser tells the items to: their texts, in pieces of any font, without how they are spoken."""

    def __init__(self, most: int) -> None:
        self.texts: list[str] = []
        self._most, self._left = most, 0
        self._pieces: list[str] = []
        self._is_text = self._is_spoken = False

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise ValueError("no workbook has a document type")

    def start(self, tag: str, attributes: object) -> None:
        if tag == TEXT:
            self._is_text = not self._is_spoken
        elif tag == ITEM:
            self._pieces, self._left = [], self._most
        elif tag == SPOKEN:
            self._is_spoken = True

    def data(self, text: str) -> None:
        if self._is_text and self._left > 0:
            self._pieces.append(text)
            self._left -= len(text)

    def end(self, tag: str) -> None:
        if tag == TEXT:
            self._is_text = False
        elif tag == ITEM:
            self.texts.append("".join(self._pieces))
        elif tag == SPOKEN:
            self._is_spoken = False

    def close(self) -> None:
        """Nothing is left to do."""
