"""A questionnaire as an XLSX form: one sheet to read, fill in and print, with no value of anybody in it (M28). Pure."""

import io
from datetime import datetime
from functools import lru_cache
from math import ceil
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from formsvc.fields import Field
from formsvc.questionnaires.definition import Definition, Module
from formsvc.questionnaires.xlsx import limits, wording
from formsvc.questionnaires.xlsx.looks import HEIGHT, ROOM, WIDTHS, Looks, width
from formsvc.questionnaires.xlsx.marker import Marker
from formsvc.questionnaires.xlsx.slots import Slot, slots

KEY, LABEL, INPUT, HINT = range(4)  # the columns: what a row is for stands hidden in the first
SHEET, LISTS = ("客户填写", "Form"), "lists"
WRITTEN = datetime(2026, 1, 1)  # so that the same form is the same bytes, whenever it is made
MADE = 64  # forms that a process keeps: a version has some for its audiences, situations and languages


class Asking(NamedTuple):
    """What a form asks: a version of a questionnaire, by its number, of an audience in a situation."""

    definition: Definition
    number: int
    audience: str
    situation: str


@lru_cache(maxsize=MADE)
def made(asking: Asking, language: str) -> bytes:
    """The form as a file, the same bytes each time."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        _Form(book, asking, language).draw()
    return file.getvalue()


def file_name(definition: Definition, language: str) -> str:
    """What the file is called: the title, without what no file may be called."""
    title = "".join(" " if c in '\\/:*?"<>|' or not c.isprintable() else c for c in definition.title.in_(language))
    return f"{' '.join(title.split())[:60].strip('. ') or definition.key}.xlsx"


class _Form:
    """One workbook while it is written, from the top down."""

    def __init__(self, book: Workbook, asking: Asking, language: str) -> None:
        self.asking, self.definition, self.language = asking, asking.definition, language
        self.modules = asking.definition.asked(asking.audience, asking.situation)
        self.fields = {field.key: field for module in self.modules for field in module.fields}
        self.sheet: Worksheet = book.add_worksheet(SHEET[0] if language.startswith("zh") else SHEET[1])
        self.lists: Worksheet = book.add_worksheet(LISTS)
        self.looks = Looks(book, language)
        self.row, self.listed = 0, 0
        book.set_properties({"title": self.definition.title.in_(language), "created": WRITTEN})

    def draw(self) -> None:
        self._set_up()
        self._say_what_for()
        first = self.row
        for module in self.modules:
            self._ask(module)
        self.sheet.print_area(0, LABEL, self.row - 1, HINT)
        self.sheet.set_selection(first + 2, INPUT, first + 2, INPUT)  # below a gap and the module's title
        self.sheet.set_top_left_cell(0, 0)

    def _set_up(self) -> None:
        sheet = self.sheet
        for column, wide in enumerate(WIDTHS):
            sheet.set_column(column, column, wide, None, {"hidden": column == KEY})
        sheet.protect("", {"format_rows": True, "format_columns": True})
        sheet.hide_gridlines(2)
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer(f"&C{wording.PAGES.in_(self.language)}")
        self.lists.very_hidden()
        self.lists.protect()

    def _say_what_for(self) -> None:
        definition, sheet, looks = self.definition, self.sheet, self.looks
        marker = Marker(definition.key, self.asking.number)
        sheet.write_string(0, KEY, marker.text, looks.plain)
        sheet.set_row(0, HEIGHT * 2)
        sheet.merge_range(0, LABEL, 0, HINT, definition.title.in_(self.language), looks.title)
        self.row = 1
        self._head(wording.ABOUT.in_(self.language))
        for name, word in wording.PRIVACY.items():
            self._paragraph(word.in_(self.language), getattr(definition.privacy, name).in_(self.language))
        self._head(wording.HOW.in_(self.language))
        for number, step in enumerate(wording.STEPS, start=1):
            self._paragraph(str(number), step.in_(self.language))

    def _ask(self, module: Module) -> None:
        self._head(module.title.in_(self.language))
        for field in module.fields:
            source = self._list(limits.choices(field, self.language))
            said = wording.hint(field, self.fields, self.language)
            for number, slot in enumerate(slots(field)):
                self._slot(field, slot, said if number == 0 else "", source)

    def _slot(self, field: Field, slot: Slot, said: str, source: str) -> None:
        sheet, looks, label = self.sheet, self.looks, slot.label.in_(self.language)
        beside = looks.more if slot.is_more else looks.label
        sheet.set_row(self.row, _height((f"{label} *", LABEL), (said, HINT)))
        if field.required and not slot.is_more:
            sheet.write_rich_string(self.row, LABEL, label, looks.star, " *", beside)
        else:
            sheet.write_string(self.row, LABEL, label, beside)
        sheet.write_string(self.row, HINT, said, looks.hint)
        if slot.key:
            self._input(field, slot, source)
        self.row += 1

    def _input(self, field: Field, slot: Slot, source: str) -> None:
        is_free = field.type == "multi-select" and not slot.is_tick
        number_format = limits.TEXT if is_free else limits.number_format(field)
        look = self.looks.input(number_format, is_tick=slot.is_tick)
        self.sheet.write_string(self.row, KEY, slot.key, self.looks.plain)
        self.sheet.write_blank(self.row, INPUT, None, look)
        if not is_free and (rule := limits.rule(field, source, self.language)):
            self.sheet.data_validation(self.row, INPUT, self.row, INPUT, rule)
        if field.type == "long-text":
            self.sheet.set_row(self.row, HEIGHT * 3)

    def _head(self, text: str) -> None:
        self.sheet.set_row(self.row, HEIGHT * 0.5)
        self.row += 1
        self.sheet.set_row(self.row, HEIGHT * 1.3)
        self.sheet.merge_range(self.row, LABEL, self.row, HINT, text, self.looks.head)
        self.row += 1

    def _paragraph(self, word: str, text: str) -> None:
        wide = WIDTHS[INPUT] + WIDTHS[HINT]
        self.sheet.set_row(self.row, HEIGHT * max(1, ceil(width(text) / wide)) + 5)
        self.sheet.write_string(self.row, LABEL, word, self.looks.word)
        self.sheet.merge_range(self.row, INPUT, self.row, HINT, text, self.looks.text)
        self.row += 1

    def _list(self, words: list[Any]) -> str:
        """Where `words` stand on the hidden sheet, as a formula; "" without any."""
        if not words:
            return ""
        first = self.listed
        for word in words:
            self.lists.write(self.listed, 0, word)
            self.listed += 1
        return f"={LISTS}!$A${first + 1}:$A${self.listed}"


def _height(*texts: tuple[str, int]) -> float:
    """What a row needs in points for texts in their columns: spreadsheets do not agree on doing that themselves."""
    lines = (ceil(width(text) / ROOM[column]) for text, column in texts)
    return HEIGHT * max(1, *lines) + 6
