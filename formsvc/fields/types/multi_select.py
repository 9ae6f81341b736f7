"""Several of several options, and what is not among them."""

import re
from collections.abc import Iterable, Iterator

from formsvc.fields import options
from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.text import Text, clean, clean_line
from formsvc.fields.types.base import FieldType, Raw, Value, is_nothing, strings

MAX_OTHERS = 20
MAX_OTHER_LENGTH = 120
MAX_TEXT = 3000
OTHER = Text("其他", "Other")
PREFIX = "other:"

# Within a character class of a regular expression.
_STRONG = "、,，;；\n"
_WEAK = "+＋/／ \u3000"

_CUT = re.compile(f"[{_STRONG}]")
_MAYBE_CUT = re.compile(f" ?[{_WEAK}] ?")
_OTHERS = re.compile(rf"(?<![^{_STRONG}{_WEAK}])(?:其他|其它|[Oo]thers?)\s*[(（]([^()（）]*)[)）]")
_OTHER = re.compile(r"(?:其他|其它|others?)(?:\s*[:：]\s*(?P<text>.*)|\s*[(（](?P<inner>.*)[)）])?", re.IGNORECASE)


class MultiSelect(FieldType):
    """The codes of the chosen options, in the definition's order, then "other:TEXT" for each free text.

    Free text comes in the part "other" (several: by 、 , ; or lines); a word in it that is an option counts as one.
    """

    name = "multi-select"
    control = "checkboxes"
    parts = ("", "other")

    def parse(self, raw: Raw, field: Field) -> Value:
        ticked = list(dict.fromkeys(filter(None, map(clean_line, raw.get("", ())))))
        typed = list(_words("\n".join(raw.get("other", ())), field))
        if field.other and "other" in ticked and "other" not in field.by_code:
            ticked.remove("other")
            if not typed:
                raise Wrong("other-text")
        return _value([*(options.option_code(text, field) for text in ticked), *typed], field)

    def read(self, cell: str, field: Field) -> Value:
        whole = options.find(cell, field)
        if whole is None and is_nothing(cell):
            return None
        return _value([whole] if whole else _words(cell, field), field)

    def raw(self, value: Value, field: Field) -> dict[str, list[str]]:
        codes = [item for item in strings(value) if not item.startswith(PREFIX)]
        others = [item.removeprefix(PREFIX) for item in strings(value) if item.startswith(PREFIX)]
        return {"": codes, "other": ["、".join(others)] if others else []}

    def show(self, value: Value, field: Field, language: str) -> str:
        labels = (_label(item, field, language) for item in strings(value))
        return ("、" if language.startswith("zh") else ", ").join(labels)

    def write(self, value: Value, field: Field) -> str:
        free = any(item.startswith(PREFIX) for item in strings(value))
        items = (_label(i, field, "zh") if i.startswith(PREFIX) else options.written(i, field) for i in strings(value))
        return ("、" if free else field.joined_by).join(items)

    def problems(self, field: Field) -> Iterator[str]:
        if not field.options and not field.other:
            yield "a multi-select needs options or other"


def _value(words: Iterable[str], field: Field) -> list[str] | None:
    """The chosen codes and texts, each once and in order. Raises Wrong."""
    chosen = dict.fromkeys(words)
    others = [word for word in chosen if word.startswith(PREFIX)]
    for other in others:
        if len(other) > MAX_OTHER_LENGTH + len(PREFIX):
            raise Wrong("item-too-long", max=str(MAX_OTHER_LENGTH), item=other.removeprefix(PREFIX)[:10])
    value = [option.code for option in field.options if option.code in chosen] + others
    most = field.max_items or len(field.options) + MAX_OTHERS
    if len(value) > most:
        raise Wrong("too-many", max=str(most), count=str(len(value)))
    return value or None


def _words(text: str, field: Field) -> Iterator[str]:
    """Codes and "other:…" of a text with several words in it. Raises Wrong for a word that is neither."""
    text = clean(text)
    if len(text) > MAX_TEXT:
        raise Wrong("too-long", max=str(MAX_TEXT), length=str(len(text)))
    for chunk in _chunks(text, field) if text else ():
        yield from _word(chunk, field)


def _chunks(text: str, field: Field) -> Iterator[str]:
    """`text` cut at its separators, but not within an option's own name."""
    text = _OTHERS.sub("\n\\1\n", text)
    names = {word for option in field.options for word in option.words if _CUT.search(word)}
    if names:
        choice = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        whole = re.compile(f"(?<![^{_STRONG}{_WEAK}])(?:{choice})(?![^{_STRONG}{_WEAK}])")
        yield from whole.findall(text)
        text = whole.sub("\n", text)
    yield from filter(None, (" ".join(chunk.split()) for chunk in _CUT.split(text)))


def _word(chunk: str, field: Field) -> Iterator[str]:
    """+ / and space separate only where an option stands beside them: TCP/IP is one word."""
    code = options.find(chunk, field)
    bare = _bare(chunk)
    parts = _MAYBE_CUT.split(bare)
    if code:
        yield code
    elif len(parts) > 1 and all(parts) and any(options.find(_bare(part), field) for part in parts):
        for part in parts:
            yield from _word(part, field)
    elif chunk != (simpler := clean_line(bare)) and simpler:
        yield from _word(simpler, field)
    else:
        yield _free(bare, chunk, field)


def _bare(text: str) -> str:
    """Without the 其他： before it."""
    while match := _OTHER.fullmatch(text):
        text = (match["text"] or match["inner"] or "").strip()
    return text


def _free(text: str, typed: str, field: Field) -> str:
    if not field.other:
        raise options.not_an_option(typed, field)
    if not text:
        raise Wrong("other-text")
    return PREFIX + text


def _label(item: str, field: Field, language: str) -> str:
    if not item.startswith(PREFIX):
        return options.label(item, field, language)
    return f"{OTHER.in_(language)}{'：' if language.startswith('zh') else ': '}{item.removeprefix(PREFIX)}"
