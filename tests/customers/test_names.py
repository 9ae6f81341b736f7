"""What identifies a company's name, and what says that a name is a company's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.customers.names import core, looks_like_company

SAME = [
    ("合肥云盾科技有限公司", "合肥市云盾科技有限公司"),
    ("合肥云盾科技有限公司", "合肥云盾科技股份有限公司"),
    ("合肥云盾科技有限公司", " 合肥 云盾科技 有限责任公司 "),
    ("云盾（合肥）科技有限公司", "云盾(合肥)科技有限公司"),
    ("华为技术有限公司", "华为技术"),
    ("Yundun Technology Co., Ltd.", "YUNDUN  technology co ltd"),
    ("ＡＢＣ贸易有限公司", "ABC贸易有限公司"),
]
DIFFERENT = [
    ("合肥云盾科技有限公司", "合肥云盾信息有限公司"),
    ("合肥云盾科技有限公司", "芜湖云盾科技有限公司"),
    ("云盾科技有限公司", "合肥云盾科技有限公司"),
    ("Yundun Tech Ltd", "Yundun Trade Ltd"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_one_name_have_one_core(one: str, other: str) -> None:
    assert core(one) == core(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_word_that_differs_makes_another_company(one: str, other: str) -> None:
    assert core(one) != core(other)


@pytest.mark.parametrize("name", ["有限公司", "集团", "Co., Ltd."])
def test_a_name_that_is_a_legal_form_only_keeps_it(name: str) -> None:
    assert core(name)


@given(st.text())
def test_any_text_has_a_core(name: str) -> None:
    assert len(core(name)) <= 3 * len(name)  # NFC may take a character apart


@pytest.mark.parametrize(
    ("name", "is_company"),
    [("李静", False), ("云盾科技有限公司", True), ("老王五金店", True), ("市第一医院", True), ("Acme Inc", True),
     ("Lucy Cooper", False), ("", False)],
)  # fmt: skip
def test_what_looks_like_a_company(name: str, is_company: bool) -> None:
    assert looks_like_company(name) is is_company
