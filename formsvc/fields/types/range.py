"""A lowest and a highest number."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.numbers import (
    canonical,
    grouped,
    number_from,
    problems_of_limits,
    unit_power,
    with_unit,
    within_limits,
)
from formsvc.fields.text import clean_line, packed
from formsvc.fields.types.base import FieldType, Raw, Value, first, is_nothing

_BETWEEN = re.compile(r"-+|~+|至|到|(?<=[0-9万亿元w])(?:to)(?=[0-9])")
_OPEN = re.compile(r"以上|以下|以内|起|不超过|不低于|超过|低于|至少|最多|[<>≥≤]|\+$")
_POWER = re.compile(r"(?:百万|千万|万|亿|千|k|w)?(?:元|圆|块|rmb|cny|人民币)?$")


class Range(FieldType):
    """{"from": lowest, "to": highest} as canonical decimals, not negative, in the field's unit.

    ``10-15万``, ``10~15万元`` and ``10万-15万`` are read, in one control too; a single number of a worksheet is both
    ends. One end alone (50万以上) is refused: a budget without an end cannot be compared, and a guess would be held as
    the customer's word.
    """

    name = "range"
    control = "range"
    attrs: ClassVar[dict[str, str]] = {"type": "text", "inputmode": "decimal"}
    parts = ("from", "to")

    def parse(self, raw: Raw, field: Field) -> Value:
        lowest, highest = (clean_line(first(raw, part)) for part in self.parts)
        if lowest and highest:
            return _range(lowest, highest, field)
        alone = lowest or highest
        if alone and not _BETWEEN.search(packed(alone)):
            raise Wrong("range-open")
        return self.read(alone, field)

    def read(self, cell: str, field: Field) -> Value:
        if is_nothing(cell):
            return None
        text = packed(clean_line(cell))
        if _OPEN.search(text) or text.endswith(("-", "~")):
            raise Wrong("range-open")
        ends = _BETWEEN.split(text)
        if len(ends) > 2:
            raise Wrong("range")
        return _range(ends[0] + _missing_power(ends[0], ends[-1]), ends[-1], field)

    def raw(self, value: Value, field: Field) -> dict[str, list[str]]:
        return {part: [end] if end else [] for part, end in zip(self.parts, _ends(value), strict=True)}

    def show(self, value: Value, field: Field, language: str) -> str:
        lowest, highest = (grouped(end) for end in _ends(value))
        return with_unit(lowest if lowest == highest else f"{lowest}–{highest}", field.unit, language)

    def write(self, value: Value, field: Field) -> str:
        lowest, highest = _ends(value)
        if not lowest:
            return ""
        unit = field.unit.zh.removesuffix("元") if field.unit and unit_power(field.unit) else ""
        return (lowest if lowest == highest else f"{lowest}-{highest}") + unit

    def problems(self, field: Field) -> Iterator[str]:
        yield from problems_of_limits(field)


def _range(lowest: str, highest: str, field: Field) -> dict[str, str]:
    low, high = _end(lowest, field), _end(highest, field)
    if low > high:
        raise Wrong("range-order", low=canonical(high), high=canonical(low))
    return {"from": canonical(low), "to": canonical(high)}


def _end(text: str, field: Field) -> Decimal:
    number = number_from(text, field.unit, "range")
    if number < 0:
        raise Wrong("min", min="0")
    return within_limits(number, field)


def _missing_power(lowest: str, highest: str) -> str:
    """In ``10-15万`` the 万 counts for both ends."""
    found = _POWER.search(highest)
    return found[0] if found and lowest[-1:].isdecimal() else ""


def _ends(value: Value) -> tuple[str, str]:
    return (value.get("from", ""), value.get("to", "")) if isinstance(value, dict) else ("", "")
