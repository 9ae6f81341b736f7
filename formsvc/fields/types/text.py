"""One line of text."""

from collections.abc import Iterator
from typing import ClassVar

from formsvc.fields.field import Field
from formsvc.fields.text import clean_line, half_width
from formsvc.fields.types.base import OneLine, within_length

MAX_LENGTH = 200

# A code is kept in capitals without spaces and hyphens, so that one code is one text. These rules judge nothing else.
CODE = "code"
CODE_RULES = frozenset({"uscc", "id-number", "digits"})

_CAPITALS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", " -")


class TextType(OneLine):
    """A cleaned line of up to 200 characters, or the field's max_length; a code where a rule is one for codes."""

    name = "text"
    attrs: ClassVar[dict[str, str]] = {"type": "text"}

    def value(self, text: str, field: Field) -> str | None:
        if field.normalise == CODE or not CODE_RULES.isdisjoint(field.rules):
            text = half_width(text).translate(_CAPITALS)
        return within_length(clean_line(text), field, MAX_LENGTH) if text else None

    def problems(self, field: Field) -> Iterator[str]:
        if field.normalise not in (None, CODE):
            yield f"normalise must be {CODE}"
