"""Cleaning text: what hides or disguises goes, what people wrote stays."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.fields import Text, clean, clean_line, half_width
from tests.fields.examples import PROPERTY


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  甲\r\n乙\r丙\u2028丁  ", "甲\n乙\n丙\n丁"),
        ("a\tb \n\u3000c\u3000\n", "a b\n\u3000c"),
        ("a\0b\x07c\ud800d", "abcd"),
        ("\ufeff\u202ea\u200bb\u2066c\u200f", "abc"),
        ("e\u0301", "é"),
        ("\u3000\n ", ""),
    ],
)
def test_clean_keeps_lines(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("深圳征途网络科技\u3000有限公司 ", "深圳征途网络科技有限公司"),
        (" Li \n  Jing ", "Li Jing"),
        ("高新区 A 座", "高新区 A 座"),
        ("\u200b\u00a0", ""),
    ],
)
def test_clean_line_keeps_one_space_and_none_between_han(raw: str, cleaned: str) -> None:
    assert clean_line(raw) == cleaned


def test_half_width_is_narrower_than_nfkc() -> None:
    assert half_width("１３８（Ａ－ｚ）＠。—～￥") == "138(A-z)@.-~¥"
    assert half_width("²") == "²"


@pytest.mark.parametrize(
    ("language", "found"), [("zh_CN", "甲"), ("zh-Hant", "甲"), ("en", "a"), ("de", "a"), ("", "a")]
)
def test_language(language: str, found: str) -> None:
    assert Text("甲", "a").in_(language) == found


@PROPERTY
@given(st.text(st.characters(codec=None)))
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)
    assert clean_line(clean_line(raw)) == clean_line(raw)
    assert "\0" not in clean(raw)
    clean(raw).encode()
    assert "\n" not in clean_line(raw)


def test_multipart_and_size_runs_of_combining_marks_are_cut() -> None:
    """Sorting them costs the square of their number: 45,000 of them held a server for half a minute."""
    run = "a" + "\u0315" * 5000 + "\u0300" * 5000 + "b"
    assert len(clean(run)) == len(half_width(run)) == 32
    assert clean("e\u0301" * 40) == "é" * 40


def test_every_combining_mark_is_seen_as_one() -> None:
    marks = filter(unicodedata.combining, map(chr, range(sys.maxunicode + 1)))
    assert not [mark for mark in marks if len(clean(f"a{mark * 100}b")) > 62]  # U+0344 comes apart into two


def test_letters_that_show_nothing_are_nothing() -> None:
    assert clean("\u3164\u115f\u1160\uffa0\u2800\u034f\u17b4") == ""
    assert clean_line("张\u3164敏") == "张敏"
