"""What a form's cells say, as if it had been typed into the controls of the page. Pure."""

from collections.abc import Callable, Mapping, Sequence

from formsvc.fields import TYPES, Field, Raw, Wrong
from formsvc.fields.options import find
from formsvc.fields.text import packed
from formsvc.fields.types.base import is_nothing
from formsvc.questionnaires.xlsx.slots import key_of, slots

YES = frozenset({"✓", "✔", "√", "☑", "v", "y", "yes", "true", "1", "是", "对", "有", "选"})
NO = frozenset({"✗", "✘", "×", "☐", "n", "no", "false", "0", "否", "不", "没有"})
Cells = Mapping[str, Sequence[str]]


def typed(questions: Mapping[str, Field], cells: Cells) -> dict[str, Raw]:
    """What stands in the controls of the questions that `cells` say something of, by field.

    What is understood stands there as the page would write it; a word that says "nothing" empties its control; what
    is not understood stays as it was typed, so that the page says what is wrong with it.
    """
    found = {key: _KINDS.get(field.type, _one)(field, cells) for key, field in questions.items()}
    return {key: raw for key, raw in found.items() if raw is not None}


def surplus(questions: Mapping[str, Field], cells: Cells) -> list[str]:
    """The keys of `cells` that none of the questions has: they were asked in another form."""
    known = {slot.key for field in questions.values() for slot in slots(field)}
    return [key for key in cells if key not in known]


def _one(field: Field, cells: Cells) -> Raw | None:
    """A control with one cell for each of its parts."""
    texts = {part: _first(cells, key_of(field, part)) for part in TYPES[field.type].parts}
    if not any(texts.values()):
        return None
    return _understood(field, {part: [text] if text and not is_nothing(text) else [] for part, text in texts.items()})


def _list(field: Field, cells: Cells) -> Raw | None:
    lines = cells.get(key_of(field), ())
    return _understood(field, {"": ["\n".join(lines)] if not all(map(is_nothing, lines)) else []}) if lines else None


def _select(field: Field, cells: Cells) -> Raw | None:
    """An option may be called what says nothing elsewhere: 无."""
    text = _first(cells, key_of(field))
    code = find(text, field) if text else None
    return {"": [code]} if code else _one(field, cells)


def _several(field: Field, cells: Cells) -> Raw | None:
    """The options that are ticked, and other words; a mark that says neither yes nor no is for the page to refuse."""
    marks = {option.code: _first(cells, key_of(field, code=option.code)) for option in field.options}
    other = _first(cells, key_of(field, "other"))
    if not (any(marks.values()) or other):
        return None
    chosen = [word for code, mark in marks.items() if (word := _ticked(field, code, mark))]
    return _understood(field, {"": chosen, "other": [other] if other and not is_nothing(other) else []})


def _ticked(field: Field, code: str, text: str) -> str:
    """The option's code where it is ticked, "" where it is not; any other text as it is."""
    mark = packed(text)
    if mark in YES or find(text, field) == code:
        return code
    return "" if not text or mark in NO or is_nothing(text) else text


def _understood(field: Field, raw: Raw) -> Raw:
    """`raw` as the page writes what it says: held and typed values are compared by that."""
    kind = TYPES[field.type]
    try:
        return kind.raw(kind.parse(raw, field), field)
    except Wrong:
        return raw


def _first(cells: Cells, key: str) -> str:
    return next(iter(cells.get(key, ())), "")


_KINDS: dict[str, Callable[[Field, Cells], Raw | None]] = {
    "list": _list, "select": _select, "multi-select": _several,
}  # fmt: skip
