"""Rules and the check of all answers together."""

import pytest

from formsvc.fields import TYPES, Field, Value, Wrong, check
from tests.fields.examples import TODAY, field, option


def broken(rule: str, value: Value, audience: str = "enterprise", **answers: Value) -> str:
    """The code of what the rule finds wrong, or nothing."""
    asked = field("text", key="test.field", rules=[rule], depends_on="test.kind")
    held = {"test.field": value} | {f"test.{name}": answer for name, answer in answers.items()}
    problem = check([asked], held, audience, TODAY).get("test.field")
    return problem.code if problem else ""


def test_uscc_of_an_authority_that_is_a_letter() -> None:
    assert broken("uscc", "N2110108MF0123456") == "uscc-length"
    assert [c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if not broken("uscc", "N2110108MF0123456" + c)] != []


def test_a_code_is_normalised_before_it_is_judged() -> None:
    asked = field("text", rules=["uscc"])
    assert TYPES["text"].read(" 91440300-7084 61136ｔ", asked) == "91440300708461136T"


@pytest.mark.parametrize("kind", ["passport", None])
def test_only_a_resident_id_is_judged_as_one(kind: str | None) -> None:
    assert broken("id-number", "E12345678", "individual", kind=kind) == ""
    assert broken("id-number", "E12345678", "individual", kind="resident-id") == "id-length"


@pytest.mark.parametrize(
    ("rule", "value", "problem"),
    [
        ("past", "2026-11-21", ""),
        ("past", "2026-11-22", "future"),
        ("digits", "6222021234567890123", ""),
        ("digits", "1234567", "digits"),
        ("digits", "1" * 31, "digits"),
        ("digits", "1234567A", "digits"),
        ("digits", "１２３４５６７８", "digits"),
        ("mobile", "+8613800138000", ""),
        ("mobile", "+861012345678", "mobile"),
        ("mobile", "+8613800138000;ext=8", "mobile"),
        ("mobile", "+85221234567", ""),
    ],
)
def test_rule(rule: str, value: str, problem: str) -> None:
    assert broken(rule, value) == problem


NAME = field("text", key="basic.name", label={"zh": "姓名", "en": "Name"}, required=True)
PHONE = field("tel", key="basic.phone", label={"zh": "电话", "en": "Phone"}, together_with="basic.name")
KIND = field("select", key="basic.kind", required=True, options=[option("a", "甲", "A")])


@pytest.mark.parametrize(
    ("fields", "answers", "problems"),
    [
        ([NAME, KIND], {}, {"basic.name": "required", "basic.kind": "choose"}),
        ([NAME, KIND], {"basic.name": "李静", "basic.kind": "a"}, {}),
        ([NAME], {"basic.name": None}, {"basic.name": "required"}),
        ([PHONE], {"basic.phone": "+8613800138000"}, {}),
        ([PHONE], {}, {}),
    ],
)
def test_check(fields: list[Field], answers: dict[str, Value], problems: dict[str, str]) -> None:
    assert {key: wrong.code for key, wrong in check(fields, answers, "individual", TODAY).items()} == problems


def test_what_belongs_together_is_missed_where_it_is_empty() -> None:
    name = field("text", key="basic.name", together_with="basic.phone")
    found = check([name, PHONE], {"basic.phone": "+8613800138000"}, "individual", TODAY)
    assert {key: (wrong.code, wrong.params["other_zh"]) for key, wrong in found.items()} == {
        "basic.name": ("together", "电话")
    }
    assert list(check([name, PHONE], {"basic.name": "李静"}, "individual", TODAY)) == ["basic.phone"]


def test_only_what_is_asked_is_required_but_every_value_is_judged() -> None:
    off = field("text", key="a.off", required=True, enabled=False, rules=["digits"])
    enterprise = field("text", key="a.firm", required=True, audiences=["enterprise"])
    assert check([off, enterprise], {}, "individual", TODAY) == {}
    assert list(check([off], {"a.off": "x"}, "individual", TODAY)) == ["a.off"]


def test_wrong_is_a_value_error() -> None:
    assert issubclass(Wrong, ValueError)
