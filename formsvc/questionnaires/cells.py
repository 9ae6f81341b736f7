"""A question as it stands on a page: what is typed, what is wrong, what is said beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import render_template

from formsvc.fields import TYPES, Field, Raw, Value
from formsvc.fields.types import FieldType
from formsvc.web.holes import EDGE, as_html, hole

NOTHING = "—"  # the line of what nothing is held of
_DATE = re.compile("([0-9]{4}-[0-9]{2}-[0-9]{2})?")  # what a date picker can show


@dataclass
class Cell:
    """One question of one page, with all that can be said of it.

    `mask` is what may be shown of a held secret, `note` a reviewer's word, `theirs` what was typed on another device,
    `held` the record's value; `folded` is the line that stands for a value which needs no new look, and `is_good`
    whether that is known to be right.
    """

    question: Field
    typed: Raw
    errors: Sequence[str] = ()
    held: Value = None
    mask: str = ""
    note: str = ""
    theirs: str = ""
    folded: str = ""
    is_good: bool = True

    @property
    def type_(self) -> FieldType:
        return TYPES[self.question.type]

    @property
    def first_id(self) -> str:
        """The id of the control that a link to this question leads to."""
        suffix = {"range": "-from", "checkboxes": "-1", "radios": f"-{self.question.min}"}
        return self.question.name + suffix.get(self.type_.control, "")

    @property
    def unknown(self) -> str:
        """A held word that the list does not offer."""
        is_listed = any(option.code == self.held for option in self.question.options)
        return str(self.held) if self.held and self.type_.control == "select" and not is_listed else ""

    def good(self, word: str) -> str:
        """`word` beside a folded value: that it needs no new look."""
        return word if self.is_good and self.folded != NOTHING else ""

    @property
    def input_type(self) -> str:
        """The input's type; what a date picker cannot show stays readable as text."""
        return "text" if is_odd(self.question, self.typed, None) else self.type_.attrs["type"]

    def text(self, part: str = "") -> str:
        """What is typed into `part` of the control."""
        values = self.typed.get(part)
        return values[0] if values else ""

    def lines(self) -> str:
        """What is typed into a control of several lines."""
        return "\n".join(self.typed.get("", ()))

    def chosen(self, code: str, word: str) -> str:
        """The attribute `word` where the option `code` is chosen."""
        return f" {word}" if code in self.typed.get("", ()) else ""


class _Blank(Cell):
    """A cell that says holes: what is rendered from it is cut there."""

    @property
    def input_type(self) -> str:
        return self.type_.attrs["type"]

    def text(self, part: str = "") -> str:
        return hole(f"text:{part}:")

    def lines(self) -> str:
        return hole("lines::")

    def good(self, word: str) -> str:
        return hole(f"good:{word}:")

    def chosen(self, code: str, word: str) -> str:
        return hole(f"chosen:{word}:{code}")


class _Hole(NamedTuple):
    place: int
    kind: str
    detail: str
    code: str


class CellPieces:
    """The HTML of a question in one language, open or folded, cut where what is typed goes.

    Where nothing can be typed, but only one of the list be chosen, the HTML of each choice is kept: it names nobody.
    """

    def __init__(self, question: Field, folded: bool) -> None:
        blank = _Blank(question, {}, folded=hole("folded::") if folded else "")
        self._parts = render(blank).split(EDGE)
        places = range(1, len(self._parts), 2)
        self._holes = [_Hole(place, *self._parts[place].split(":", 2)) for place in places]
        self._is_one_text = [hole[1:] for hole in self._holes] == [("text", "", "")]
        is_closed = all(hole.kind == "chosen" for hole in self._holes)
        choices = [[], *([hole.code] for hole in self._holes)] if is_closed else ()
        self._chosen = {tuple(choice): self._with({"": choice}, "") for choice in choices}

    def filled(self, typed: Raw, folded: str, is_good: bool = True) -> str:
        """The HTML with what is typed, where nothing is said beside it: as `render` makes it of such a cell."""
        if self._is_one_text:  # as most are
            before, _hole, after = self._parts
            texts = typed.get("")
            return before + as_html(texts[0]) + after if texts else before + after
        kept = self._chosen.get(tuple(typed.get("", ()))) if self._chosen else None
        return self._with(typed, folded, is_good) if kept is None else kept

    def _with(self, typed: Raw, folded: str, is_good: bool = True) -> str:
        parts, first = self._parts.copy(), typed.get("", ())
        for place, kind, detail, code in self._holes:
            if kind == "chosen":
                parts[place] = f" {detail}" if code in first else ""
            elif kind == "text":
                texts = typed.get(detail)
                parts[place] = as_html(texts[0]) if texts else ""
            elif kind == "good":
                parts[place] = detail if is_good and folded != NOTHING else ""
            else:
                parts[place] = as_html("\n".join(first) if kind == "lines" else folded)
        return "".join(parts)


def may_be_odd(question: Field) -> bool:
    """Whether there are values that make `is_odd` true."""
    return question.type in ("date", "select")


def is_odd(question: Field, typed: Raw, held: Value) -> bool:
    """Whether the control alone cannot show what is typed or held: a date in words, a word that is not in the list."""
    if question.type == "date":
        return any(_DATE.fullmatch(text) is None for text in typed.get("", ()))
    if question.type != "select" or held is None:
        return False
    return held not in [option.code for option in question.options]


def render(cell: Cell) -> str:
    """The HTML of `cell`, whatever there is to say about it."""
    return render_template("questionnaires/cell.html", cell=cell)
