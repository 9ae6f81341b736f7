"""A whole number."""

from collections.abc import Iterator
from typing import ClassVar

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.numbers import grouped, number_from, problems_of_limits, with_unit, within_limits
from formsvc.fields.types.base import OneLine, Value


class Integer(OneLine):
    """An int of up to 15 digits within the field's min and max; ``120.0``, as spreadsheets give it, is 120."""

    name = "integer"
    attrs: ClassVar[dict[str, str]] = {"type": "text", "inputmode": "numeric"}

    def value(self, text: str, field: Field) -> int:
        number = number_from(text, field.unit, "integer")
        if number != number.to_integral_value():
            raise Wrong("integer")
        return int(within_limits(number, field))

    def show(self, value: Value, field: Field, language: str) -> str:
        return with_unit(grouped(self.write(value, field)), field.unit, language)

    def problems(self, field: Field) -> Iterator[str]:
        yield from problems_of_limits(field)
