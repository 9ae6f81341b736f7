"""The worksheet's columns and the fields of the record that they hold."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from formsvc.fields import Field, clean_line, field_from_data, half_width
from formsvc.questionnaires.definition import Definition

DATA = Path(__file__).with_name("worksheet.toml")
NUMBER = "客户编号"
REPORT = ("row", "column", "value", "reason")  # what a file of refused rows says besides the row itself


@dataclass(frozen=True)
class Column:
    title: str
    field: Field | None
    required: bool = False
    keep_unknown: bool = False


def columns(definition: Definition) -> list[Column]:
    """The columns in their order, with fields as `definition` or the worksheet itself defines them."""
    known = record_fields(definition)
    return [
        Column(
            column["title"],
            known[column["field"]] if "field" in column else None,
            column.get("required", False),
            column.get("keep_unknown", False),
        )
        for column in _data()["columns"]
    ]


def record_fields(definition: Definition) -> Mapping[str, Field]:
    """All fields of the master record by their keys: the questionnaire's, then the worksheet's own."""
    return definition.fields | {field["key"]: field_from_data(field) for field in _data()["fields"]}


def titles() -> list[str]:
    return [column["title"] for column in _data()["columns"]]


def folded(title: str) -> str:
    """What two ways to type a column's title have in common: width, spaces and a mark for required do not count."""
    return half_width(clean_line(title)).replace(" ", "").replace("*", "").lower()


@lru_cache
def _data() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text("utf-8"))
