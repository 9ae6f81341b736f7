"""How a form looks: columns, type and colours, as those of the pages. Pure."""

from typing import Any
from unicodedata import east_asian_width

from xlsxwriter import Workbook
from xlsxwriter.format import Format

WIDTHS = (4, 30, 36, 44)  # characters, by column
ROOM = (4, 28, 36, 48)  # what of their own type fits into a line, beside indents: hints are smaller
HEIGHT = 17.0  # points, of a line
FONTS = {"zh": ("Microsoft YaHei", 10.5), "en": ("Calibri", 11)}
INK, SOFT, LINE, BOX = "#17212B", "#566270", "#D9E0E7", "#8794A1"
ACCENT, BAND, STAR = "#084A8C", "#EAF2FB", "#B3261E"


class Looks:
    """The formats of one workbook. All cells are locked but the inputs."""

    def __init__(self, book: Workbook, language: str) -> None:
        font, size = FONTS["zh" if language.startswith("zh") else "en"]
        self._book, self._font = book, {"font_name": font, "font_size": size, "font_color": INK}
        self._inputs: dict[tuple[str, bool], Format] = {}
        wrapped = {"text_wrap": True, "valign": "vcenter"}
        row = wrapped | {"bottom": 1, "bottom_color": LINE}
        self.plain = self._made()
        self.title = self._made(bold=True, font_size=18, valign="vcenter")
        self.head = self._made(bold=True, font_color=ACCENT, bg_color=BAND, valign="vcenter", indent=1)
        self.word = self._made(font_color=SOFT, valign="top", indent=1)
        self.text = self._made(text_wrap=True, valign="top")
        self.label = self._made(**row, bold=True, indent=1)
        self.more = self._made(**row, indent=3)
        self.hint = self._made(**row, font_color=SOFT, font_size=size - 1.5, indent=1)
        self.star = self._made(bold=True, font_color=STAR)

    def input(self, number_format: str, is_tick: bool) -> Format:
        """The look of a cell that is filled in."""
        if (number_format, is_tick) not in self._inputs:
            self._inputs[number_format, is_tick] = self._made(
                locked=False, num_format=number_format, text_wrap=True, border=1, border_color=BOX, indent=0,
                valign="vcenter", align="center" if is_tick else "left",
            )  # fmt: skip
        return self._inputs[number_format, is_tick]

    def _made(self, **look: Any) -> Format:
        return self._book.add_format(self._font | look)


def width(text: str) -> int:
    """The width of `text` in characters, of which one of Chinese takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
