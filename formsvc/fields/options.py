"""Choices by whatever word stands for them: code, label in either language, alias."""

from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import clean_line, packed

_SHOWN = 10


def option_code(text: str, field: Field) -> str:
    """The code of the option that `text` stands for. Raises Wrong."""
    code = find(text, field)
    if code is None:
        raise not_an_option(text, field)
    return code


def find(text: str, field: Field) -> str | None:
    """The code of the option that `text` stands for, if there is one."""
    return field.codes.get(text) or field.codes.get(packed(clean_line(text)))


def label(code: str, field: Field, language: str) -> str:
    """The label of a code; the code itself where the option is no longer there."""
    option = field.by_code.get(code)
    return option.label.in_(language) if option else code


def written(code: str, field: Field) -> str:
    """The word of a code for the Chinese worksheet; the code itself where the option is no longer there."""
    option = field.by_code.get(code)
    return option.written if option else code


def not_an_option(text: str, field: Field) -> Wrong:
    """The refusal of a word, with what could be chosen instead."""
    shown, more = field.options[:_SHOWN], len(field.options) > _SHOWN
    return Wrong(
        "option",
        value=clean_line(text[:200])[:40],
        choices_zh="；".join(option.label.zh for option in shown) + ("等" if more else ""),
        choices_en="; ".join(option.label.en for option in shown) + (" …" if more else ""),
    )
