"""Every code has its words, in both languages, and every wording is in use."""

import re
import string
from pathlib import Path

import pytest

import formsvc.fields
from formsvc.fields import Wrong, sentence
from formsvc.fields.errors import MESSAGES

SOURCES = [path.read_text() for path in Path(formsvc.fields.__file__).parent.rglob("*.py")]
FALLBACK = "check"


def holes(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def codes_in_use() -> set[str]:
    """Every string within a Wrong(…), or given to number_from as the code to raise."""
    calls = [call for source in SOURCES for call in re.findall(r"(?:Wrong|number_from)\(\s*([^\n]*)", source)]
    return {text for call in calls for text in re.findall(r'"([a-z][a-z-]*)"', call) if text in MESSAGES}


def test_every_wording_is_in_use() -> None:
    assert codes_in_use() == set(MESSAGES) - {FALLBACK}


def test_every_code_has_words() -> None:
    first = {code for source in SOURCES for code in re.findall(r'Wrong\(\s*"([^"]+)"', source)}
    assert first <= set(MESSAGES)


@pytest.mark.parametrize("code", MESSAGES)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_template_names_the_field(code: str, language: str) -> None:
    template = MESSAGES[code].in_(language)
    params = dict.fromkeys(holes(template) - {"label"}, "7")
    text = sentence(Wrong(code, **params), "年营收 {x} / 名称：", language)
    assert "年营收 {x} / 名称" in text
    assert "：" not in text or language == "zh_CN"
    assert text.endswith("。" if language == "zh_CN" else (".", "”.", "; it has 7."))


@pytest.mark.parametrize("code", MESSAGES)
def test_both_languages_have_the_same_holes_or_fewer(code: str) -> None:
    assert holes(MESSAGES[code].en) <= holes(MESSAGES[code].zh) or holes(MESSAGES[code].zh) <= holes(MESSAGES[code].en)


def test_a_parameter_in_both_languages() -> None:
    wrong = Wrong("together", other_zh="电话", other_en="Phone")
    assert sentence(wrong, "姓名", "zh_CN") == "已填写电话，请一并填写姓名。"
    assert sentence(wrong, "Name", "en") == "You entered Phone, so enter Name as well."


def test_an_unknown_code_still_names_the_field() -> None:
    assert sentence(Wrong("from-a-newer-version"), "Name", "en") == "Check Name."


def test_the_mobile_as_people_read_it() -> None:
    assert (
        sentence(Wrong("mobile"), "手机号", "zh_CN")
        == "手机号应为 11 位数字，例如 13800138000；国外及港澳台号码请以 + 开头，例如 +852 6123 4567。"
    )
    assert sentence(Wrong("mobile"), "Mobile", "en").startswith("Enter Mobile as 11 digits, ")
