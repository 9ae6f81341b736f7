"""The worksheet's columns and the fields of the record that they hold."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from formsvc.fields import Field, clean_line, field_from_data, half_width

DATA = Path(__file__).with_name("worksheet.toml")
NUMBER = "客户编号"
REPORT = ("row", "column", "value", "reason")  # what a file of refused rows says besides the row itself


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
    return {**asked, **{field["key"]: field_from_data(field) for field in _data()["fields"]}}


def titles() -> list[str]:
    return [column["title"] for column in _data()["columns"]]


def folded(title: str) -> str:
    """What two ways to type a column's title have in common: width, spaces and a mark for required do not count."""
    return half_width(clean_line(title)).replace(" ", "").replace("*", "").lower()


@lru_cache
def _data() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text("utf-8"))
