"""Fields to test with, one of each type and some with more to them."""

from datetime import date

from hypothesis import settings

from formsvc.fields import TYPES, Field, Value, field_from_data

PROPERTY = settings(max_examples=50, deadline=None, database=None)
TODAY = date(2026, 11, 21)


def field(type_: str, **attributes: object) -> Field:
    """A field made of data, as a definition makes it."""
    return field_from_data({"key": "test.field", "type": type_, "label": {"zh": "栏目", "en": "Field"}} | attributes)


def option(code: str, zh: str, en: str, *aliases: str) -> dict[str, object]:
    return {"code": code, "label": {"zh": zh, "en": en}, "aliases": list(aliases)}


WAN = {"zh": "万元", "en": "CNY 10k"}
CHANNELS = [
    option("phone", "电话", "Phone"),
    option("mail", "邮件", "Email", "邮件", "邮箱"),
    option("visit", "面谈", "Visit"),
]
INDUSTRIES = [
    option("C", "制造业", "Manufacturing"),
    option("F", "批发和零售业", "Wholesale, retail", "零售业", "零售"),
]
TRICKY = [option("tcp", "TCP/IP 网关", "Gateway"), option("a", "甲、乙", "A, B"), option("none", "无", "None")]

FIELDS: dict[str, Field] = {
    "text": field("text"),
    "code": field("text", normalise="code"),
    "long-text": field("long-text"),
    "integer": field("integer", unit={"zh": "人", "en": "people"}),
    "decimal": field("decimal", unit=WAN),
    "plain decimal": field("decimal"),
    "date": field("date"),
    "tel": field("tel"),
    "email": field("email"),
    "select": field("select", options=INDUSTRIES),
    "tricky select": field("select", options=TRICKY),
    "multi-select": field("multi-select", options=CHANNELS, joined_by="+"),
    "multi-select with other": field("multi-select", options=CHANNELS, other=True),
    "tricky multi-select": field("multi-select", options=TRICKY),
    "scale": field("scale"),
    "range": field("range", unit=WAN),
    "plain range": field("range"),
    "list": field("list"),
}


def parse(name: str, *typed: str) -> Value:
    """What the form makes of the values typed into the main part."""
    return TYPES[FIELDS[name].type].parse({"": list(typed)}, FIELDS[name])


def read(name: str, cell: str) -> Value:
    """What the worksheet makes of a cell."""
    return TYPES[FIELDS[name].type].read(cell, FIELDS[name])


def write(name: str, value: Value) -> str:
    """What the worksheet says of a value."""
    return TYPES[FIELDS[name].type].write(value, FIELDS[name])


def show(name: str, value: Value, language: str) -> str:
    """What a page says of a value."""
    return TYPES[FIELDS[name].type].show(value, FIELDS[name], language)
