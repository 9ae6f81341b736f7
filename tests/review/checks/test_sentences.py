"""What is said of findings: in both languages, of any answers whatever, and nothing sensitive (M21)."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formsvc.customers.duplicates.alike import Alike
from formsvc.fields import Text
from formsvc.review.checks import CHECKS, Seen, flagged
from tests.fields.examples import PROPERTY
from tests.review.checks.looking import COMPLETE, DEFINITION, PERSON, seen

SECRET = "11010519491231002Y"  # the check character is wrong
CARD = {**PERSON, "basic.id_type": "resident-id"}
SENSITIVE = [key for key, field in DEFINITION.fields.items() if field.sensitive]
NAMED = Alike("CX202605001", "合肥云盾", ("mobile", "email"))
PLAUSIBLE = st.sampled_from(
    ["张总", "1e999999", "2022-05-01", "9999999999", "+8613856780001", "{label}", "\ud800", "²"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | PLAUSIBLE
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["from", "to", "a"]), inner)
)
RECORDS = st.dictionaries(st.sampled_from([*DEFINITION.fields, "record.category"]), ANYTHING, max_size=12)


def said(given: Seen, language: str) -> list[str]:
    return [check.says(finding, language) for check, finding in flagged(given)]


@PROPERTY
@given(RECORDS, RECORDS, RECORDS, st.sampled_from(["enterprise", "individual"]))
@example({}, {}, {}, "enterprise")
def test_any_answers_at_all_are_looked_at(base: dict, held: dict, answers: dict, audience: str) -> None:
    keys = frozenset(DEFINITION.fields)
    unreached = {"unconfirmed": keys, "undeliverable": keys, "is_proved": False}
    looked = seen(answers, held, base, audience, alike=(NAMED, Alike(None, None, ("name",))), **unreached)
    for check, finding in flagged(looked):
        assert finding.field is None or finding.field in looked.fields
        assert all("{label" not in check.sentence.in_(language) or finding.params["label"] for language in ("zh", "en"))
    assert all(map(str.strip, said(looked, "zh_CN") + said(looked, "en")))


@pytest.mark.parametrize("key", [key for key in SENSITIVE if DEFINITION.fields[key].enabled])
@pytest.mark.parametrize("value", [SECRET, [SECRET], {"from": SECRET, "to": SECRET}, {"a": [SECRET]}, int(SECRET[:-1])])
def test_sentences_show_nothing_sensitive(key: str, value: Any) -> None:
    for base, held, answers in (
        ({}, {}, {key: value}),
        ({key: value}, {key: value}, {key: None}),
        ({key: value}, {key: [value]}, {key: "E1"}),
        ({}, {key: value}, {key: f"{value}{value}"}),
    ):
        looked = seen(CARD | answers, CARD | held, CARD | base, "individual")
        words = said(looked, "zh_CN") + said(looked, "en")
        assert words
        assert [text for text in words if SECRET[-6:-1] in text] == []


@pytest.mark.parametrize(
    ("looked", "zh", "en"),
    [
        (
            seen({**COMPLETE, "basic.founded_on": "2022-05-01", "history.since": "2019-01-01"}),
            "成立时间（2022年5月1日）晚于合作起始时间（2019年1月1日）。",
            "Founded on (1 May 2022) is after Customer since (1 January 2019).",
        ),
        (
            seen(
                {"needs.budget": {"from": "1", "to": "60000"}}, {**COMPLETE, "needs.budget": {"from": "1", "to": "6"}}
            ),
            "预算范围（万元）由 1–6 万元 变为 1–60,000 万元，相差 1,000 倍以上，请核对单位。",
            "Budget, CNY 10k goes from 1–6 CNY 10k to 1–60,000 CNY 10k, 1,000 times or more apart: check the unit.",
        ),
        (
            seen({"basic.staff_count": 0}, {**COMPLETE, "basic.staff_count": 120}),
            "员工数由 120 人 变为 0 人，请核对：是没有员工了，还是不便填写？",
            "Employees goes from 120 people to 0 people: is nobody left, or is the number not known?",
        ),
        (
            seen(COMPLETE, alike=(Alike("CX202605001", "合肥云盾", ("mobile", "email")),)),
            "与客户 CX202605001 合肥云盾 可能是同一客户：手机号、邮箱地址一致。",
            "Probably one customer with CX202605001 合肥云盾: the same Mobile, Email.",
        ),
        (
            seen(COMPLETE, alike=(Alike(None, None, ("code",)),)),
            "与其他同事的一位客户可能是同一客户：统一社会信用代码一致。",
            "Probably one customer with a colleague's customer: the same Unified social credit code.",
        ),
        (
            seen(COMPLETE, alike=(Alike(None, None, ("mobile",)),)),
            "手机号与其他同事的一位客户的相同。",
            "Mobile is also that of a colleague's customer.",
        ),
        (
            seen(COMPLETE, alike=(Alike("CX202605001", "合肥云盾", ("similar",), 92),)),
            "客户全称 / 姓名与客户 CX202605001 合肥云盾 的相近，请确认是否为同一客户。",
            "Full name is much like that of CX202605001 合肥云盾: make sure that they are two.",
        ),
        (
            seen({**COMPLETE, "needs.term": None}, {**COMPLETE, "needs.term": "long"}, {**COMPLETE}),
            "期望合作周期在发出邀请后由“空”改为“长期（1 年以上）”，客户看到的可能是旧的内容。",
            "Expected term was changed from nothing to Long (1 year or more) after the customer was asked, "
            "who may have seen the former.",
        ),
        (
            seen({"needs.special": None}, {**COMPLETE, "needs.special": "长" * 1000}),
            f"客户清空了特殊要求，原为“{'长' * 60}…”。",
            f"The customer emptied Special requirements, which was {'长' * 60}….",
        ),
    ],
)
def test_sentences_name_the_things(looked: Seen, zh: str, en: str) -> None:
    assert zh in said(looked, "zh_CN")
    assert en in said(looked, "en")


def test_every_check_has_a_name_for_addresses_and_is_said_in_both_languages() -> None:
    for name, check in CHECKS.items():
        assert check.name == name
        assert name.replace("-", "").isalpha()
        assert len(name) <= 40
        for words in (check.title, check.sentence):
            assert isinstance(words, Text)
            assert all(words)
            assert words.zh != words.en
    titles = [check.title for check in CHECKS.values()]
    assert len({title.zh for title in titles}) == len({title.en for title in titles}) == len(CHECKS)
