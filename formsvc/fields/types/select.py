"""One of several options."""

from collections.abc import Iterator

from formsvc.fields import options
from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import clean_line
from formsvc.fields.types.base import OneLine, Raw, Value, is_nothing


class Select(OneLine):
    """The code of one option. Accepts its code, its label in either language or an alias."""

    name = "select"
    control = "select"

    def parse(self, raw: Raw, field: Field) -> Value:
        chosen = set(filter(None, map(clean_line, raw.get("", ()))))
        if len(chosen) > 1:
            raise Wrong("one-option")
        return self.value(chosen.pop(), field) if chosen else None

    def value(self, text: str, field: Field) -> str:
        return options.option_code(text, field)

    def show(self, value: Value, field: Field, language: str) -> str:
        return "" if value is None else options.label(str(value), field, language)

    def write(self, value: Value, field: Field) -> str:
        return "" if value is None else options.written(str(value), field)

    def read(self, cell: str, field: Field) -> Value:
        found = options.find(cell, field)
        return found if found is not None or is_nothing(cell) else options.option_code(cell, field)

    def problems(self, field: Field) -> Iterator[str]:
        if not field.options:
            yield "a select needs options"
        if field.other:
            yield "only a multi-select can have other"
