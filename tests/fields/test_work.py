"""The work that a text makes grows no faster than its length (threat class: multipart and size)."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages
from types import FrameType
from typing import Any

import pytest

import formsvc.fields
from formsvc.fields import TYPES, Wrong
from tests.fields.examples import FIELDS

# These look at each character a few times, whatever stands around it, or give up after a few characters. Any other
# may try again from each place, so that what it is given must be short.
LINEAR = {
    *("text._INVISIBLE", "text._UNCLEAN", "text._LINE_END", "text._BETWEEN_HAN", "text._MAYBE_MARKS"),
    *("types.range._BETWEEN", "types.range._OPEN", "types.range._POWER", "types.list._CUT", "numbers._WHOLE"),
    *("types.tel._MAINLAND", "types.date._ISO"),
}
SHORT = 3000
PIECES = (
    *("1", "-", "1-1-", "1,1", ".", "年", "2024-", "万", "至", "1to"),
    *("(", "()", "转", "转1", "x1", "#", "@", "a@", "a.a-", "科技", "某", "继续"),
    *("其他（", "其他(a)", "其他：", "电话+", "电话 ", "甲、", "、", "•", "\n", "甲\n"),
    *("\xa0", "\0", "\u202e", "\ud800", "e\u0301", "\u0315\u0300", "\uff11"),
)


class Spy:
    """A pattern that keeps the length of the longest text it was given."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.longest = 0

    def __getattr__(self, method: str) -> Callable[..., object]:
        def call(*given: Any, **more: Any) -> object:
            self.longest = max(self.longest, len(given[method == "sub"]))
            return getattr(self.pattern, method)(*given, **more)

        return call


def ways(name: str, text: str) -> Iterator[Callable[[], object]]:
    """All that can be done with a text that was typed, or that was held by an older version."""
    field = FIELDS[name]
    kind = TYPES[field.type]
    yield lambda: kind.parse({part: [text] for part in kind.parts}, field)
    yield lambda: kind.parse({kind.parts[0]: [text]}, field)
    yield lambda: kind.parse({kind.parts[-1]: [text]}, field)
    yield lambda: kind.read(text, field)
    yield lambda: kind.raw(text, field)
    yield lambda: kind.show(text, field, "en")
    yield lambda: kind.write(text, field)


@pytest.mark.parametrize("name", FIELDS)
def test_what_may_try_again_is_given_short_texts_only(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spies = dict(watched(monkeypatch))
    for piece in PIECES:
        for way in ways(name, piece * (20_000 // len(piece))):
            with suppress(Wrong):
                way()
    assert any(spy.longest for spy in spies.values())
    assert {place for place, spy in spies.items() if spy.longest > SHORT} <= LINEAR


def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Spy]]:
    """A spy in the place of each pattern, by the name of its place."""
    for info in walk_packages(formsvc.fields.__path__, "formsvc.fields."):
        module = import_module(info.name)
        for name, pattern in list(vars(module).items()):
            if isinstance(pattern, re.Pattern):
                spy = Spy(pattern)
                monkeypatch.setattr(module, name, spy)
                yield f"{info.name.removeprefix('formsvc.fields.')}.{name}", spy


@pytest.mark.parametrize("name", FIELDS)
def test_four_times_the_text_makes_four_times_the_calls(name: str) -> None:
    for piece in PIECES:
        for short, long in zip(ways(name, piece * 500), ways(name, piece * 2000), strict=True):
            assert calls(long) <= 4 * calls(short) + 100, piece


def calls(work: Callable[[], object]) -> int:
    count = 0

    def note(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        with suppress(Wrong):
            work()
    finally:
        sys.setprofile(None)
    return count
