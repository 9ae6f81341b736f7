"""A calendar date."""

import re
from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import half_width
from formsvc.fields.types.base import OneLine, Value

MIN_YEAR, MAX_YEAR = 1900, 2999
MAX_LENGTH = 60

# A spreadsheet's date cell comes with a midnight behind it.
_DATE = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号]?|([0-9]{2})([0-9]{2}))"
    r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
)
_ISO = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})")
_SPACED = re.compile(r" *([-/.年月日号]) *(?!00:)")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Date(OneLine):
    """An ISO 8601 date as a str, year 1900 to 2999. Also accepts 2024/5/10, 2024.5.10, 2024年5月10日, 20240510."""

    name = "date"
    attrs: ClassVar[dict[str, str]] = {"type": "date"}

    def value(self, text: str, field: Field) -> str:
        year, month, day = _parts(text)
        if not MIN_YEAR <= year <= MAX_YEAR:
            raise Wrong("date-year")
        try:
            iso = date(year, month, day).isoformat()
        except ValueError:
            raise Wrong("date-unreal") from None
        if field.min is not None and iso < field.min:
            raise Wrong("date-min", min=field.min)
        if field.max is not None and iso > field.max:
            raise Wrong("date-max", max=field.max)
        return iso

    def show(self, value: Value, field: Field, language: str) -> str:
        match = _ISO.fullmatch(self.write(value, field))
        if match is None:
            return self.write(value, field)
        year, month, day = (int(part) for part in match.groups())
        return f"{year}年{month}月{day}日" if language.startswith("zh") else f"{day} {_MONTHS[month - 1]} {year}"

    def problems(self, field: Field) -> Iterator[str]:
        for limit in (field.min, field.max):
            if limit is not None and not _is_iso(limit):
                yield "min and max must be dates like 2024-05-10"


def _is_iso(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _parts(text: str) -> Iterator[int]:
    """Year, month and day. Raises Wrong."""
    match = len(text) <= MAX_LENGTH and (_ISO.fullmatch(text) or _DATE.fullmatch(_compact(text)))
    if not match:
        raise Wrong("date")
    return (int(part) for part in match.groups() if part and part.isdecimal())


def _compact(text: str) -> str:
    """Without the spaces people leave around the separators; the one before a time of day stays."""
    return _SPACED.sub(r"\1", half_width(text))
