"""A field from data and back: TOML, JSON, XLSForm and the editor all come through here (design habit 10)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields

from formsvc.fields.attributes import READERS, text_from_data
from formsvc.fields.field import AUDIENCES, SITUATIONS, Field, Option
from formsvc.fields.rules import RULES
from formsvc.fields.text import Text, packed
from formsvc.fields.types import TYPES

__all__ = ["Field", "Option", "field_from_data", "field_to_data", "text_from_data"]

_KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_CODE = re.compile(r"[\w.-]{1,64}")


def field_from_data(data: Mapping[str, object]) -> Field:
    """The field that `data` describes. Raises ValueError, naming the field's key and the problem."""
    key = data.get("key")
    for problem in _problems_of_data(data):
        raise ValueError(f"field {key!r}: {problem}")
    try:
        field = Field(**{name: READERS[name](value) for name, value in data.items() if value is not None})
    except ValueError as problem_of_value:
        raise ValueError(f"field {key!r}: {problem_of_value}") from None
    for problem in _problems(field):
        raise ValueError(f"field {key!r}: {problem}")
    return field


def field_to_data(field: Field) -> dict[str, object]:
    """What `field_from_data` makes the same field of: JSON-able, without what is as it is by default."""
    return {
        each.name: _plain(getattr(field, each.name))
        for each in fields(field)
        if getattr(field, each.name) != each.default
    }


def _plain(value: object) -> object:
    if isinstance(value, Text):
        return value._asdict()
    if isinstance(value, Option):
        aliases = {"aliases": list(value.aliases)} if value.aliases else {}
        return {"code": value.code, "label": value.label._asdict(), **aliases}
    if isinstance(value, frozenset):
        return sorted(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _problems_of_data(data: Mapping[str, object]) -> Iterator[str]:
    for name in ("key", "type", "label"):
        if data.get(name) in (None, ""):
            yield f"{name} is missing"
    for name in data:
        if name not in READERS:
            yield f"{name!r} is no attribute; there are {', '.join(READERS)}"


def _problems(field: Field) -> Iterator[str]:
    for name in ("key", "together_with", "depends_on"):
        if not _KEY.fullmatch(getattr(field, name) or "a.a"):
            yield f"{name} must look like module.field, in small letters, digits and _"
    for rule in field.rules:
        if rule not in RULES:
            yield f"rule {rule!r} is unknown; there are {', '.join(RULES)}"
    for name, values, known in (
        ("audiences", field.audiences, AUDIENCES),
        ("situations", field.situations, SITUATIONS),
    ):
        if not values or values - known:
            yield f"{name} must be some of {', '.join(sorted(known))}"
    if (field.min_length or 0) > (field.max_length or field.min_length or 0):
        yield "min_length is more than max_length"
    yield from _problems_of_options(field)
    if field.type in TYPES:
        yield from TYPES[field.type].problems(field)
    else:
        yield f"type {field.type!r} is unknown; there are {', '.join(TYPES)}"


def _problems_of_options(field: Field) -> Iterator[str]:
    for code, count in Counter(option.code for option in field.options).items():
        if not _CODE.fullmatch(code):
            yield f"option code {code!r} must be 1 to 64 letters, digits, _ . or -"
        if count > 1:
            yield f"option code {code!r} is there twice"
    spoken = Counter(word for option in field.options for word in set(map(packed, option.words)))
    for word, count in spoken.items():
        if count > 1:
            yield f"{word!r} stands for two options"
