"""A decimal number."""

from collections.abc import Iterator
from typing import ClassVar

from formsvc.fields.field import Field
from formsvc.fields.numbers import canonical, grouped, number_from, problems_of_limits, with_unit, within_limits
from formsvc.fields.types.base import OneLine, Value


class DecimalType(OneLine):
    """Canonical digits as a str, exact as typed: ``1,200.50`` is "1200.5". Up to 15 digits, within min and max."""

    name = "decimal"
    attrs: ClassVar[dict[str, str]] = {"type": "text", "inputmode": "decimal"}

    def value(self, text: str, field: Field) -> str:
        return canonical(within_limits(number_from(text, field.unit, "decimal"), field))

    def show(self, value: Value, field: Field, language: str) -> str:
        return with_unit(grouped(self.write(value, field)), field.unit, language)

    def problems(self, field: Field) -> Iterator[str]:
        yield from problems_of_limits(field)
