"""The cells that a question has in a form, one below the other, each by the key that stands hidden in its row. Pure.

A key is the name of a control of the page, and behind "=" the code of an option that is ticked in that row.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from formsvc.fields import TYPES, Field, Text
from formsvc.fields.types.multi_select import OTHER

LEAST_ITEMS, MOST_ITEMS = 1, 6  # cells of a list: more items share the last one, a line each
TICK = "✓"
ENDS = {"from": Text("最低", "lowest"), "to": Text("最高", "highest")}
OWN_WORDS = Text("请填写", "in your own words")


class Slot(NamedTuple):
    """One row: `label` stands beside its cell, `is_more` says that the row belongs to the question above it."""

    key: str
    label: Text
    is_more: bool = False

    @property
    def is_tick(self) -> bool:
        return "=" in self.key


def key_of(field: Field, part: str = "", code: str = "") -> str:
    """The key of a part of the field's control, or of one of its options."""
    name = f"{field.name}-{part}" if part else field.name
    return f"{name}={code}" if code else name


def slots(field: Field) -> list[Slot]:
    """The rows of `field`. One without a key is a heading, and takes no answer."""
    return list(_KINDS.get(field.type, _parts)(field))


def _parts(field: Field) -> Iterator[Slot]:
    """A cell for each part of the control."""
    for part in TYPES[field.type].parts:
        yield Slot(key_of(field, part), field.label)


def _ticks(field: Field) -> Iterator[Slot]:
    """The question, then each option to be ticked: seen at once on a phone and on paper, and nothing to be typed."""
    yield Slot("", field.label)
    for option in field.options:
        yield Slot(key_of(field, code=option.code), option.label, is_more=True)
    if field.other:
        label = Text(f"{OTHER.zh}（{OWN_WORDS.zh}）", f"{OTHER.en} ({OWN_WORDS.en})")
        yield Slot(key_of(field, "other"), label, is_more=True)


def _ends(field: Field) -> Iterator[Slot]:
    for number, (part, end) in enumerate(ENDS.items()):
        label = Text(f"{field.label.zh}：{end.zh}", f"{field.label.en}: {end.en}")
        yield Slot(key_of(field, part), label, is_more=number > 0)


def _items(field: Field) -> Iterator[Slot]:
    for number in range(1, max(LEAST_ITEMS, min(field.max_items or MOST_ITEMS, MOST_ITEMS)) + 1):
        yield Slot(key_of(field), Text(*(f"{label} {number}" for label in field.label)), is_more=number > 1)


_KINDS: dict[str, Callable[[Field], Iterator[Slot]]] = {"multi-select": _ticks, "range": _ends, "list": _items}
