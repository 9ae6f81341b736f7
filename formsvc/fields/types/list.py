"""Several short texts."""

import re
from collections.abc import Iterable

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import clean, clean_line
from formsvc.fields.types.base import FieldType, Raw, Value, is_nothing, strings

MAX_ITEMS = 50
MAX_ITEM_LENGTH = 120

_BULLET = "• "
_CUT = re.compile("[、;；]")


class List(FieldType):
    """A list of cleaned lines, each once, up to the field's max_items and max_length, else 50 of 120 characters."""

    name = "list"
    control = "textarea"

    def parse(self, raw: Raw, field: Field) -> Value:
        return _checked("\n".join(clean(text) for text in raw.get("", ())).split("\n"), field)

    def read(self, cell: str, field: Field) -> Value:
        return None if is_nothing(cell) else _checked(_in_cell(cell), field)

    def raw(self, value: Value, field: Field) -> dict[str, list[str]]:
        return {"": ["\n".join(strings(value))] if value else []}

    def show(self, value: Value, field: Field, language: str) -> str:
        return ("、" if language.startswith("zh") else "; ").join(strings(value))

    def write(self, value: Value, field: Field) -> str:
        items = strings(value)
        joined = "、".join(items)
        plain = not is_nothing(joined) and _in_cell(joined) == items
        return joined if plain else "\n".join(f"{_BULLET}{item}" for item in items)


def _in_cell(cell: str) -> list[str]:
    """The items in a cell: by lines where there are several or a bullet, else by 、 and semicolon."""
    lines = clean(cell).split("\n")
    return lines if len(lines) > 1 or lines[0].startswith("•") else _CUT.split(lines[0])


def _checked(lines: Iterable[str], field: Field) -> list[str] | None:
    bare = (clean_line(line).lstrip(_BULLET) for line in lines if line and not line.isspace())
    items = list(dict.fromkeys(item for item in bare if item))
    most, longest = field.max_items or MAX_ITEMS, field.max_length or MAX_ITEM_LENGTH
    if len(items) > most:
        raise Wrong("too-many", max=str(most), count=str(len(items)))
    for item in items:
        if len(item) > longest:
            raise Wrong("item-too-long", max=str(longest), item=item[:10])
    return items or None
