"""What a type of question is, and what the types share."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, TypeAlias

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import clean_line, half_width

Raw: TypeAlias = Mapping[str, Sequence[str]]
Value: TypeAlias = str | int | list[str] | dict[str, str] | None

_NOTHING = frozenset({"-", "--", "/", "无", "n/a"})


class FieldType(ABC):
    """What a value of one question type is. `None` is "not answered"; every refusal is a `Wrong`.

    For each value `v` that `parse` or `read` has returned, ``parse(raw(v)) == v`` and ``read(write(v)) == v``
    (but for a text that says no more than "-" or 无, which a worksheet reads as nothing).
    """

    name: ClassVar[str]
    control: ClassVar[str] = "input"
    attrs: ClassVar[Mapping[str, str]] = MappingProxyType({})
    parts: ClassVar[tuple[str, ...]] = ("",)

    @abstractmethod
    def parse(self, raw: Raw, field: Field) -> Value:
        """The value of what a form posted, by part of the control. Raises Wrong."""

    @abstractmethod
    def raw(self, value: Value, field: Field) -> dict[str, list[str]]:
        """What to put into the controls."""

    @abstractmethod
    def show(self, value: Value, field: Field, language: str) -> str:
        """For people; an empty string for None."""

    @abstractmethod
    def write(self, value: Value, field: Field) -> str:
        """For a cell of the Chinese worksheet."""

    @abstractmethod
    def read(self, cell: str, field: Field) -> Value:
        """The value of a worksheet's cell, tolerant of what people type. Raises Wrong."""

    def problems(self, field: Field) -> Iterator[str]:
        """What a definition of this type lacks or gets wrong, for the one who edits it."""
        yield from ()


class OneLine(FieldType):
    """A type whose value is typed into one control as one line; a subclass says what the line means."""

    @abstractmethod
    def value(self, text: str, field: Field) -> Value:
        """The value of a cleaned, non-empty text. Raises Wrong."""

    def parse(self, raw: Raw, field: Field) -> Value:
        text = self.cleaned(first(raw))
        return self.value(text, field) if text else None

    def read(self, cell: str, field: Field) -> Value:
        return None if is_nothing(cell) else self.parse({"": [cell]}, field)

    def raw(self, value: Value, field: Field) -> dict[str, list[str]]:
        return {"": [] if value is None else [str(value)]}

    def show(self, value: Value, field: Field, language: str) -> str:
        return self.write(value, field)

    def write(self, value: Value, field: Field) -> str:
        return "" if value is None else str(value)

    def cleaned(self, text: str) -> str:
        return clean_line(text)


def first(raw: Raw, part: str = "") -> str:
    """The first value of a part, or an empty string."""
    return next(iter(raw.get(part, ())), "")


def is_nothing(cell: str) -> bool:
    """Whether a cell only says that there is nothing: empty, or one of - — / 无 N/A."""
    text = half_width(clean_line(cell)).casefold()
    return not text or text in _NOTHING


def strings(value: Value) -> list[str]:
    """The items of a list value; of anything else that an older version may have stored, its text."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    return [] if value is None else [str(value)]


def within_length(text: str, field: Field, default: int) -> str:
    """`text`, if its length is within the field's limits. Raises Wrong."""
    longest = default if field.max_length is None else field.max_length
    if len(text) > longest:
        raise Wrong("too-long", max=str(longest), length=str(len(text)))
    if field.min_length is not None and len(text) < field.min_length:
        raise Wrong("too-short", min=str(field.min_length))
    return text
