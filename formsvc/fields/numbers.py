"""Numbers as people write them: 1,200 · １２００ · 1.2万 · ¥500000元 · 120人."""

import re
from collections.abc import Iterator
from decimal import Decimal

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import Text, packed

MAX_DIGITS = 15

# Whoever writes more characters than this has not written a number of 15 digits with its signs and unit.
_LONGEST = 60

_NUMBER = re.compile(
    r"(?:约|大约)?(?:¥|rmb|cny|人民币)?"
    r"(?P<number>[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|[+-]?\.[0-9]+)"
    r"(?P<power>百万|千万|万|亿|千|k|w)?(?P<yuan>元|圆|块|rmb|cny|人民币)?[人名位个家分星]?(?:左右)?"
)
_WHOLE = re.compile(r"-?[0-9]{1,30}")
_LIMIT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_POWERS = {"千": 3, "k": 3, "万": 4, "w": 4, "百万": 6, "千万": 7, "亿": 8}


def within_limits(number: Decimal, field: Field) -> Decimal:
    """`number`, if it lies within the field's min and max. Raises Wrong."""
    if field.min is not None and number < Decimal(field.min):
        raise Wrong("min", min=grouped(field.min))
    if field.max is not None and number > Decimal(field.max):
        raise Wrong("max", max=grouped(field.max))
    return number


def number_from(text: str, unit: Text | None, code: str) -> Decimal:
    """The number in `text`, counted in `unit`: where the unit is 万元, both ``50万`` and ``500000元`` are 50.

    Raises Wrong: `code` for what is no number, digits-limit for more than 15 digits.
    """
    if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
        return Decimal(text)
    plain = packed(text)
    if len(plain) > _LONGEST:
        raise Wrong("digits-limit" if plain.isdecimal() else code, max=str(MAX_DIGITS))
    match = _NUMBER.fullmatch(plain) or _NUMBER.fullmatch(_without_unit(plain, unit))
    if match is None:
        raise Wrong(code)
    number = Decimal(match["number"].replace(",", ""))
    if match["power"] or match["yuan"]:
        number = number.scaleb(_POWERS.get(match["power"], 0) - unit_power(unit))
    if len(canonical(number).strip("-").replace(".", "")) > MAX_DIGITS:
        raise Wrong("digits-limit", max=str(MAX_DIGITS))
    return number


def problems_of_limits(field: Field) -> Iterator[str]:
    """Which of min and max is no number, and whether they are the wrong way round."""
    limits = [Decimal(limit) for limit in (field.min, field.max) if limit and _LIMIT.fullmatch(limit)]
    if len(limits) < len([limit for limit in (field.min, field.max) if limit is not None]):
        yield "min and max must be numbers"
    elif limits != sorted(limits):
        yield "min is more than max"


def canonical(number: Decimal) -> str:
    """Decimal digits without exponent, trailing zeros or a negative zero."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def grouped(number: str) -> str:
    """A canonical number for people: 1,200.5."""
    whole, point, fraction = number.partition(".")
    return f"{int(whole):,}{point}{fraction}" if _WHOLE.fullmatch(whole) and whole != "-0" else number


def with_unit(text: str, unit: Text | None, language: str) -> str:
    """`text` and, where the field has one, its unit."""
    return f"{text} {unit.in_(language)}" if unit and text else text


def unit_power(unit: Text | None) -> int:
    """The power of ten in a unit: 4 in 万元."""
    return _POWERS.get(unit.zh[:1], 0) if unit else 0


def _without_unit(plain: str, unit: Text | None) -> str:
    for word in unit or ():
        plain = plain.removesuffix(packed(word))
    return plain
