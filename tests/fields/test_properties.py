"""What holds for every type and any input whatever."""

import json
from collections.abc import Callable

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from formsvc.fields import TYPES, Value, Wrong, masked, sentence
from formsvc.fields.types.base import is_nothing
from tests.fields.examples import FIELDS, PROPERTY

# Pieces of what people type, so that what is generated is often nearly right.
CHARACTERS = "0123456789１.,-+/、;：(（)） \n\t\0\ud800\u3000\u200b²・•~至元年月人分约甲无万亿转邮@¥ßﬁ"
WORDS = (
    "13800138000|010-12345678|ext|+86|2024|其他|其他：|电话|邮箱|邮件|phone|other|甲、乙"
    "|TCP/IP 网关|a@example.com|x.cn|1e999|NaN|e\u0301"
)
PIECES = st.sampled_from([*CHARACTERS, *WORDS.split("|")])
ANYTHING = st.text(st.characters(codec=None)) | st.lists(PIECES, max_size=8).map("".join)
SHORT = ("\0", "\ud800", "²", "1e999", "NaN", "Infinity", "{label}", "%s")
REPEATED = ("1", "-", " ", "\n", "、", "a@", "其他：", "电话+")
HOSTILE = [*SHORT, *(piece * (100_000 // len(piece)) for piece in REPEATED)]


def accepted(name: str, typed: list[str], cell: str) -> list[Value]:
    """What `parse` and `read` accept, each as far as it does; anything but Wrong fails the test."""
    field = FIELDS[name]
    kind = TYPES[field.type]
    ways: list[Callable[[], Value]] = [
        lambda: kind.parse(dict.fromkeys(kind.parts, typed), field),
        lambda: kind.parse({"": typed}, field),
        lambda: kind.read(cell, field),
    ]
    return [value for way in ways if (value := value_or_none(way)) is not None]


def value_or_none(way: Callable[[], Value]) -> Value:
    """The value, or None after a look at the sentence that the refusal makes."""
    try:
        return way()
    except Wrong as wrong:
        sentences = [sentence(wrong, "栏目", language) for language in ("zh_CN", "en")]
    assert all("栏目" in text and text.encode() for text in sentences)
    return None


def check_laws(name: str, value: Value) -> None:
    field = FIELDS[name]
    kind = TYPES[field.type]
    assert kind.parse(kind.raw(value, field), field) == value
    if not (isinstance(value, str) and is_nothing(value)):
        assert kind.read(kind.write(value, field), field) == value
    written = json.dumps(value, ensure_ascii=False)
    assert json.loads(written) == value
    assert b"\0" not in written.encode()
    assert "\\u0000" not in written
    for language in ("zh_CN", "en"):
        assert kind.show(value, field, language)


@pytest.mark.parametrize("name", FIELDS)
@PROPERTY
@given(typed=st.lists(ANYTHING, max_size=3), cell=ANYTHING)
def test_any_input_is_a_value_or_wrong(name: str, typed: list[str], cell: str) -> None:
    for value in accepted(name, typed, cell):
        check_laws(name, value)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("raw", HOSTILE, ids=lambda raw: f"{raw[:8].encode('unicode_escape').decode()}x{len(raw)}")
def test_hostile_input(name: str, raw: str) -> None:
    for value in accepted(name, [raw], raw):
        check_laws(name, value)


@pytest.mark.parametrize("name", FIELDS)
@PROPERTY
@given(st.none() | st.text() | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_any_held_value_can_be_shown(name: str, value: Value) -> None:
    """An older version may have held another type under the same key."""
    field = FIELDS[name]
    kind = TYPES[field.type]
    for text in (kind.show(value, field, "zh_CN"), kind.show(value, field, "en"), kind.write(value, field)):
        assert isinstance(text, str)
    assert set(kind.raw(value, field)) == set(kind.parts)


@PROPERTY
@given(st.none() | st.text() | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
@example("1234567")
@example("12345678")
def test_masked_shows_the_last_four_at_most(value: Value) -> None:
    assume(value is not None)
    bullets, shown = masked(value)[:6], masked(value)[6:]
    assert bullets == "••••••"
    assert shown in ("", str(value)[-4:])
    assert not shown or len(str(value)) >= 8


def test_masked_nothing() -> None:
    assert masked(None) == ""
    assert masked("11010519491231002X") == "••••••002X"
