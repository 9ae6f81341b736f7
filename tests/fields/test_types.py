"""Each type by example: what people type, what is held, what is written and shown, what is refused and why."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from formsvc.fields import TYPES, Field, Option, Text, Value, Wrong
from formsvc.fields.options import not_an_option
from tests.fields.examples import FIELDS, PROPERTY, WAN, field, parse, read, show, write
from tests.fields.test_properties import value_or_none

READ: list[tuple[str, str, Value]] = [
    ("text", " 李 静 ", "李静"),
    ("code", " 9144-0300 ｔ１ ", "91440300T1"),
    ("long-text", "甲\r\n乙 ", "甲\n乙"),
    ("integer", "1,200", 1200),
    ("integer", "１２０人", 120),
    ("integer", "1.2万", 12000),
    ("integer", "120.0", 120),
    ("decimal", "1200.50", "1200.5"),
    ("decimal", "1.2亿", "12000"),
    ("decimal", "¥500000元", "50"),
    ("plain decimal", "1.2万", "12000"),
    ("plain decimal", "-0.0", "0"),
    ("date", "2024-05-10", "2024-05-10"),
    ("date", "2024/5/10", "2024-05-10"),
    ("date", "2024.5.10", "2024-05-10"),
    ("date", "2024 年 5 月 10 日", "2024-05-10"),
    ("date", "20240510", "2024-05-10"),
    ("date", "２０２４－０５－１０", "2024-05-10"),
    ("date", "2024-05-10 00:00:00", "2024-05-10"),
    ("email", " Zhang@Example.CN", "Zhang@example.cn"),
    ("email", "a＠example。com", "a@example.com"),
    ("email", "mailto:a@example.com", "a@example.com"),
    ("select", "C", "C"),
    ("select", "制造业", "C"),
    ("select", "wholesale, Retail", "F"),
    ("select", "零售", "F"),
    ("tricky select", "无", "none"),
    ("multi-select", "邮箱+电话", ["phone", "mail"]),
    ("multi-select", "电话 面谈", ["phone", "visit"]),
    ("multi-select", "Phone，Email；phone", ["phone", "mail"]),
    ("multi-select with other", "微信、电话", ["phone", "other:微信"]),
    ("multi-select with other", "其他：微信/电话", ["phone", "other:微信"]),
    ("multi-select with other", "其他（甲、乙）", ["other:甲", "other:乙"]),
    ("multi-select with other", "C++ 培训", ["other:C++ 培训"]),
    ("tricky multi-select", "甲、乙、TCP/IP 网关", ["tcp", "a"]),
    ("scale", "4分", 4),
    ("range", "10-50", {"from": "10", "to": "50"}),
    ("range", "10-15万", {"from": "10", "to": "15"}),
    ("range", "10~15万元", {"from": "10", "to": "15"}),
    ("range", "10万-15万", {"from": "10", "to": "15"}),
    ("range", "10—15", {"from": "10", "to": "15"}),
    ("range", "10 万至 1 亿", {"from": "10", "to": "10000"}),
    ("range", "500000-800000元", {"from": "50", "to": "80"}),
    ("range", "约50万", {"from": "50", "to": "50"}),
    ("plain range", "1-2", {"from": "1", "to": "2"}),
    ("list", "甲、乙；丙", ["甲", "乙", "丙"]),
    ("list", "甲、乙\n丙\n\n甲、乙", ["甲、乙", "丙"]),
]


@pytest.mark.parametrize(("name", "cell", "value"), READ)
def test_read(name: str, cell: str, value: Value) -> None:
    assert read(name, cell) == value
    assert read(name, write(name, value)) == value


REFUSED = [
    ("text", "字" * 201, "too-long"),
    ("long-text", "字" * 2001, "too-long"),
    ("integer", "1.5", "integer"),
    ("integer", "²", "integer"),
    ("integer", "1" * 16, "digits-limit"),
    ("integer", "1" * 5000, "digits-limit"),
    ("decimal", "NaN", "decimal"),
    ("decimal", "1e999", "decimal"),
    ("decimal", "1,5", "decimal"),
    ("date", "2024-13-40", "date-unreal"),
    ("date", "2023-02-29", "date-unreal"),
    ("date", "1899-12-31", "date-year"),
    ("date", "3000-01-01", "date-year"),
    ("date", "2024-05", "date"),
    ("date", "2024-05/10", "date"),
    ("date", "2024-05-10 08:30", "date"),
    ("email", "zhangxx", "email"),
    ("email", "a@example.com; b@example.com", "email"),
    ("email", "a@company.local", "email"),
    ("email", "张@example.com", "email"),
    ("email", "a@" + "b" * 300 + ".cn", "email"),
    ("select", "服务业", "option"),
    ("multi-select", "电话+微信", "option"),
    ("multi-select", "其他", "option"),
    ("multi-select with other", "其他", "other-text"),
    ("multi-select with other", "字" * 121, "item-too-long"),
    ("multi-select with other", "字" * 5000, "too-long"),
    ("multi-select with other", "、".join(map(str, range(100))), "too-many"),
    ("scale", "6", "scale"),
    ("scale", "x", "scale"),
    ("range", "80-50万", "range-order"),
    ("range", "50万以上", "range-open"),
    ("range", "≥50", "range-open"),
    ("range", "10-", "range-open"),
    ("range", "-5", "range"),
    ("range", "1-2-3", "range"),
    ("range", "面议", "range"),
    ("list", "字" * 121, "item-too-long"),
    ("list", "\n".join(map(str, range(51))), "too-many"),
]


@pytest.mark.parametrize(("name", "cell", "code"), REFUSED)
def test_refused(name: str, cell: str, code: str) -> None:
    with pytest.raises(Wrong) as refusal:
        read(name, cell)
    assert refusal.value.code == code


def test_a_choice_is_refused_with_the_labels_of_the_list() -> None:
    labels = Text("电力、热力", "Power")
    field = Field("industry", "select", Text("行业", "Industry"), options=(Option("D", labels, ("能源",)),))
    assert not_an_option("服务", field).params["choices_zh"] == labels.zh


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("cell", ["", " ", "-", "—", "——", "/", "无", "N/A", "\u3000\u200b"])
def test_nothing(name: str, cell: str) -> None:
    assert read(name, cell) is None or name.startswith("tricky")
    assert write(name, None) == show(name, None, "zh_CN") == show(name, None, "en") == ""
    assert not any(TYPES[FIELDS[name].type].raw(None, FIELDS[name]).values())
    assert parse(name) is None


SHOWN: list[tuple[str, Value, str, str, str]] = [
    ("integer", 12000, "12000", "12,000 人", "12,000 people"),
    ("decimal", "1200.5", "1200.5", "1,200.5 万元", "1,200.5 CNY 10k"),
    ("date", "2024-05-10", "2024-05-10", "2024年5月10日", "10 May 2024"),
    ("select", "F", "零售业", "批发和零售业", "Wholesale, retail"),
    ("select", "retired", "retired", "retired", "retired"),
    ("multi-select", ["phone", "mail"], "电话+邮件", "电话、邮件", "Phone, Email"),
    ("multi-select with other", ["phone", "other:微信"], "电话、其他：微信", "电话、其他：微信", "Phone, Other: 微信"),
    ("scale", 4, "4", "4 / 5", "4 / 5"),
    ("range", {"from": "10", "to": "15"}, "10-15万", "10–15 万元", "10–15 CNY 10k"),
    ("range", {"from": "50", "to": "50"}, "50万", "50 万元", "50 CNY 10k"),
    ("plain range", {"from": "1000", "to": "2000"}, "1000-2000", "1,000–2,000", "1,000–2,000"),
    ("list", ["甲", "乙"], "甲、乙", "甲、乙", "甲; 乙"),
    ("list", ["甲、乙"], "• 甲、乙", "甲、乙", "甲、乙"),
]


@pytest.mark.parametrize(("name", "value", "cell", "chinese", "english"), SHOWN)
def test_written_and_shown(name: str, value: Value, cell: str, chinese: str, english: str) -> None:
    assert write(name, value) == cell
    assert (show(name, value, "zh_CN"), show(name, value, "en")) == (chinese, english)


def test_a_text_is_kept_even_where_a_worksheet_would_read_nothing() -> None:
    assert parse("text", "无") == "无"


def test_ticked_other_needs_its_text() -> None:
    name = "multi-select with other"
    with pytest.raises(Wrong, match="other-text"):
        parse(name, "phone", "other")
    posted = {"": ["other", "visit"], "other": ["微信，邮箱"]}
    assert TYPES["multi-select"].parse(posted, FIELDS[name]) == ["mail", "visit", "other:微信"]


@pytest.mark.parametrize(
    ("ends", "code"), [(("10", ""), "range-open"), (("", "5"), "range-open"), (("9", "1"), "range-order")]
)
def test_both_ends_of_a_range(ends: tuple[str, str], code: str) -> None:
    with pytest.raises(Wrong, match=code):
        TYPES["range"].parse({"from": [ends[0]], "to": [ends[1]]}, FIELDS["range"])


def test_two_values_for_a_select() -> None:
    assert parse("select", "C", "C", "") == "C"
    with pytest.raises(Wrong, match="one-option"):
        parse("select", "C", "F")


@pytest.mark.parametrize(
    ("type_", "limits", "cell", "code"),
    [
        ("text", {"min_length": 3}, "甲乙", "too-short"),
        ("text", {"max_length": 3}, "甲乙丙丁", "too-long"),
        ("integer", {"min": 0}, "-1", "min"),
        ("decimal", {"max": "99.5", "unit": WAN}, "100", "max"),
        ("range", {"max": 100}, "1-101", "max"),
        ("date", {"min": "2020-01-01"}, "2019-12-31", "date-min"),
        ("date", {"max": "2020-01-01"}, "2020-01-02", "date-max"),
        ("scale", {"min": 0, "max": 10}, "11", "scale"),
        ("list", {"max_items": 3}, "1、2、3、4", "too-many"),
        ("list", {"max_length": 3}, "甲乙丙丁", "item-too-long"),
    ],
)
def test_limits_of_the_field(type_: str, limits: dict[str, object], cell: str, code: str) -> None:
    limited = field(type_, **limits)
    with pytest.raises(Wrong, match=f"^{code}$"):
        TYPES[type_].read(cell, limited)


LABEL = st.from_regex(r"\A[a-z0-9]{1,10}(?:[._+-]{1,2}[a-z0-9]{1,30}){0,3}\Z")


@PROPERTY
@given(LABEL, LABEL, st.sampled_from(["com", "cn", "net", "org", "local", "c", "123"]))
@example("a", "a--b", "com")
@example("a", "a.-b", "com")
@example("a" * 64, "b" * 60, "com")
def test_an_ordinary_address_is_what_the_library_says(local: str, host: str, top: str) -> None:
    """It is recognised without asking the library."""
    typed = f"{local}@{host}.{top}"
    try:
        found = validate_email(typed, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError:
        found = None
    assert value_or_none(lambda: parse("email", typed)) == found
