"""The worksheet's columns and the fields of the record that they hold."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from formsvc.fields import Field, Text, clean_line, field_from_data, half_width

DATA = Path(__file__).with_name("worksheet.toml")
NUMBER = "客户编号"
TALK = TALKED_ON, TALKED_BY, SAID = "record.followed_up_on", "record.followed_up_by", "record.follow_up"
STEP = NEXT_STEP, NEXT_OWNER, NEXT_ON = "record.next_step", "record.next_owner", "record.next_on"
REPORT = ("row", "column", "value", "reason")  # what a file of refused rows says besides the row itself
REPORT_ZH = ("行号", "问题列", "原内容", "原因")


@dataclass(frozen=True)
class Column:
    title: str
    field: Field | None
    required: bool = False
    keep_unknown: bool = False


def columns(asked: Mapping[str, Field]) -> list[Column]:
    """The columns in their order, with fields as they are `asked` or as the worksheet itself defines them."""
    known = record_fields(asked)
    return [
        Column(
            column["title"],
            known[column["field"]] if "field" in column else None,
            column.get("required", False),
            column.get("keep_unknown", False),
        )
        for column in _data()["columns"]
    ]


def record_fields(asked: Mapping[str, Field]) -> Mapping[str, Field]:
    """All fields of the master record by their keys: those that are `asked`, then the worksheet's own."""
    return {**asked, **_own_fields()}


def titles() -> list[str]:
    return [column["title"] for column in _data()["columns"]]


def reported(language: str) -> list[str]:
    """The titles of a file of rows that were not imported; the last ones are in `language`."""
    return [*titles(), *(Text(zh, en).in_(language) for zh, en in zip(REPORT_ZH, REPORT, strict=True))]


def folded(title: str) -> str:
    """What two ways to type a column's title have in common: width, spaces and a mark for required do not count."""
    return half_width(clean_line(title)).replace(" ", "").replace("*", "").lower()


@lru_cache
def _own_fields() -> Mapping[str, Field]:
    return {field["key"]: field_from_data(field) for field in _data()["fields"]}


@lru_cache
def _data() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text("utf-8"))
