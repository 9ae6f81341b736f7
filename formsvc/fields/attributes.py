"""How each attribute of a field is read from data."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from formsvc.fields.field import Option
from formsvc.fields.text import Text, clean, clean_line

MAX_DAYS = 3650  # ten years


def text_from_data(value: object) -> Text:
    """Both languages, from {zh=…, en=…} or from one string for both. Raises ValueError."""
    given = {"zh": value, "en": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or set(given) != {"zh", "en"}:
        raise ValueError(f"{value!r} must be a text, or have zh and en and nothing else")
    zh, en = (clean(part) if isinstance(part, str) else "" for part in (given["zh"], given["en"]))
    if not zh or not en:
        raise ValueError(f"{value!r} lacks its {'English' if zh else 'Chinese'} text")
    return Text(zh, en)


def _label(value: object) -> Text:
    label = text_from_data(value)
    return Text(clean_line(label.zh), clean_line(label.en))


def word_from_data(value: object) -> str:
    """One line. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} must be a string")
    return clean_line(value)


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise ValueError(f"{value!r} must be a list of strings")
    return tuple(word_from_data(item) for item in value)


def _set(value: object) -> frozenset[str]:
    return frozenset(_words(value))


def flag_from_data(value: object) -> bool:
    """Raises ValueError."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} must be true or false")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} must be a whole number from 0")
    return value


def days_from_data(value: object) -> int:
    """A number of days. Raises ValueError."""
    if _count(value) > MAX_DAYS:
        raise ValueError(f"{value!r} must be at most {MAX_DAYS} days")
    return _count(value)


def _limit(value: object) -> str:
    """TOML writes limits as numbers or dates, JSON as strings too."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, date)):
        raise ValueError(f"{value!r} must be a number or a date")
    return clean_line(str(value))


def _options(value: object) -> tuple[Option, ...]:
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{value!r} must be a list of options")
    return tuple(_option(item) for item in value)


def _option(value: object) -> Option:
    if not isinstance(value, Mapping) or not {"code", "label"} <= set(value) <= {"code", "label", "aliases"}:
        raise ValueError(f"option {value!r} must have a code and a label, may have aliases, and nothing else")
    aliases = tuple(filter(None, _words(value.get("aliases", ()))))
    return Option(word_from_data(value["code"]), _label(value["label"]), aliases)


READERS: dict[str, Callable[[object], Any]] = {
    "key": word_from_data,
    "type": word_from_data,
    "label": _label,
    "hint": text_from_data,
    "example": text_from_data,
    "audiences": _set,
    "situations": _set,
    "required": flag_from_data,
    "sensitive": flag_from_data,
    "staff_only": flag_from_data,
    "enabled": flag_from_data,
    "options": _options,
    "other": flag_from_data,
    "rules": _words,
    "together_with": word_from_data,
    "depends_on": word_from_data,
    "min": _limit,
    "max": _limit,
    "min_length": _count,
    "max_length": _count,
    "max_items": _count,
    "autocomplete": word_from_data,
    "unit": _label,
    "normalise": word_from_data,
    "joined_by": word_from_data,
    "fresh_days": days_from_data,
}
