"""What a spreadsheet is told to take into a cell, with our own sentence for what it refuses. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from formsvc.fields import Field, Wrong, sentence
from formsvc.fields.types.date import MAX_YEAR, MIN_YEAR
from formsvc.fields.types.scale import limits
from formsvc.questionnaires.xlsx.slots import TICK

MOST = 10**15 - 1  # fifteen digits: what a number of ours, and one of a spreadsheet, has at most
MAX_TITLE, MAX_MESSAGE = 32, 255  # characters, by the file format
FORMATS: Mapping[str, str] = {"integer": "0", "decimal": "General", "range": "General", "scale": "0",
                              "date": "yyyy-mm-dd"}  # fmt: skip
TEXT = "@"  # so that eighteen digits stay eighteen digits
Rule = dict[str, Any]


def number_format(field: Field) -> str:
    """How the cells of `field` take what is typed."""
    return FORMATS.get(field.type, TEXT)


def choices(field: Field, language: str) -> list[str | int]:
    """The words of the cell's drop-down; none where anything can be typed."""
    if field.type == "select":
        return [option.label.in_(language) for option in field.options]
    if field.type == "scale":
        lowest, highest = limits(field)
        return list(range(lowest, highest + 1))
    return [TICK] if field.type == "multi-select" else []


def rule(field: Field, source: str, language: str) -> Rule | None:
    """What the cells of `field` must hold; `source` is where its choices stand, "" where it has none."""
    if source:
        wrong = Wrong("scale", **_scale(field)) if field.type == "scale" else Wrong("choose")
        return {"validate": "list", "source": source, **_said(field, wrong, language=language)}
    make = _RULES.get(field.type)
    return make(field, language) if make else None


def _scale(field: Field) -> dict[str, str]:
    lowest, highest = limits(field)
    return {"min": str(lowest), "max": str(highest)}


def _number(field: Field, language: str) -> Rule:
    bounds = {"minimum": float(field.min or -MOST), "maximum": float(field.max or MOST)}
    kind = "integer" if field.type == "integer" else "decimal"
    wrongs = [Wrong(kind), *_limits(field)]
    return {"validate": kind, "criteria": "between", **bounds, **_said(field, *wrongs, language=language)}


def _end(field: Field, language: str) -> Rule:
    bounds = {"minimum": max(0.0, float(field.min or 0)), "maximum": float(field.max or MOST)}
    said = _said(field, Wrong("range"), *_limits(field), language=language)
    return {"validate": "decimal", "criteria": "between", **bounds, **said}


def _date(field: Field, language: str) -> Rule:
    first = date.fromisoformat(field.min) if field.min else date(MIN_YEAR, 1, 1)
    last: date | str = date.fromisoformat(field.max) if field.max else date(MAX_YEAR, 12, 31)
    wrongs = [Wrong("date")]
    if "past" in field.rules and not field.max:
        last = "=TODAY()"
        wrongs.append(Wrong("future"))
    said = _said(field, *wrongs, language=language)
    return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last, **said}


def _limits(field: Field) -> list[Wrong]:
    ends = {"min": field.min, "max": field.max}
    return [Wrong(name, **{name: end}) for name, end in ends.items() if end is not None]


def _said(field: Field, *wrongs: Wrong, language: str) -> Rule:
    """The words of a refusal: as many of the sentences as there is room for."""
    label, between = field.label.in_(language), "" if language.startswith("zh") else " "
    message = ""
    for wrong in wrongs:
        longer = between.join(filter(None, (message, sentence(wrong, label, language))))
        message = longer if len(longer) <= MAX_MESSAGE else message
    return {"error_title": label[:MAX_TITLE], "error_message": message[:MAX_MESSAGE]}


_RULES: dict[str, Callable[[Field, str], Rule]] = {
    "integer": _number, "decimal": _number, "range": _end, "date": _date,
}  # fmt: skip
