"""A rating on a scale."""

import re
from collections.abc import Iterator

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.numbers import number_from
from formsvc.fields.types.base import OneLine, Value

MIN, MAX = 1, 5


class Scale(OneLine):
    """An int from the field's min to its max, 1 to 5 unless said; ``4分`` and ``4星`` are read too."""

    name = "scale"
    control = "radios"

    def value(self, text: str, field: Field) -> int:
        lowest, highest = limits(field)
        try:
            number = number_from(text, field.unit, "scale")
            if number == number.to_integral_value() and lowest <= number <= highest:
                return int(number)
        except Wrong:
            pass
        raise Wrong("scale", min=str(lowest), max=str(highest))

    def show(self, value: Value, field: Field, language: str) -> str:
        return "" if value is None else f"{value} / {limits(field)[1]}"

    def problems(self, field: Field) -> Iterator[str]:
        if not all(re.fullmatch("[0-9]{1,3}", limit) for limit in (field.min, field.max) if limit is not None):
            yield "min and max must be whole numbers of up to 3 digits"
        elif limits(field)[0] >= limits(field)[1]:
            yield "min must be less than max"


def limits(field: Field) -> tuple[int, int]:
    """The lowest and the highest point of the scale."""
    return int(field.min or MIN), int(field.max or MAX)
