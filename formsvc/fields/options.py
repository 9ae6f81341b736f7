"""Choices by whatever word stands for them: code, label in either language, alias."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field, Option
from formsvc.fields.text import clean_line, half_width

_SHOWN = 10


def option_code(text: str, field: Field) -> str:
    """The code of the option that `text` stands for. Raises Wrong."""
    code = find(text, field.options)
    if code is None:
        raise not_an_option(text, field)
    return code


def find(text: str, options: tuple[Option, ...]) -> str | None:
    """The code of the option that `text` stands for, if there is one."""
    for option in options:
        if option.code == text:
            return text
    return _index(options).get(fold(text))


def label(code: str, field: Field, language: str) -> str:
    """The label of a code; the code itself where the option is no longer there."""
    return next((option.label.in_(language) for option in field.options if option.code == code), code)


@lru_cache(maxsize=256)
def _index(options: tuple[Option, ...]) -> Mapping[str, str]:
    return {fold(word): option.code for option in reversed(options) for word in words(option)}


def words(option: Option) -> Iterator[str]:
    """All that stands for an option."""
    yield from (option.code, *option.label, *option.aliases)


def fold(text: str) -> str:
    """What two spellings of one word have in common."""
    return re.sub(r"\s", "", half_width(clean_line(text))).casefold()


def not_an_option(text: str, field: Field) -> Wrong:
    """The refusal of a word, with what could be chosen instead."""
    shown, more = field.options[:_SHOWN], len(field.options) > _SHOWN
    return Wrong(
        "option",
        value=clean_line(text[:200])[:40],
        choices_zh="；".join(option.written for option in shown) + ("等" if more else ""),
        choices_en="; ".join(option.label.en for option in shown) + (" …" if more else ""),
    )
