"""A questionnaire as data: modules of fields, and what is said about privacy. Pure."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from formsvc.fields import Field, Text, field_from_data
from formsvc.fields.spec import text_from_data

DEFAULT = Path(__file__).with_name("customer-info.toml")
FRESH_DAYS = 180
AUDIENCES, SITUATIONS = ("enterprise", "individual"), ("new", "existing")


@dataclass(frozen=True)
class Privacy:
    """What is said before any question, and the two consents (M6); `version` names this wording."""

    version: str
    purpose: Text
    scope: Text
    confidentiality: Text
    withdraw: Text
    consent: Text
    consent_sensitive: Text


@dataclass(frozen=True)
class Module:
    key: str
    title: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Definition:
    """`fresh_days` is how long a value that the customer confirmed needs no new look, where the field does not say.

    With `ask_code` what is held appears only after a code that is sent to the invited address (M11).
    """

    key: str
    title: Text
    grace_days: int
    fresh_days: int
    ask_code: bool
    privacy: Privacy
    modules: tuple[Module, ...]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """All fields by their keys, in order."""
        return {field.key: field for module in self.modules for field in module.fields}

    def asked(self, audience: str, situation: str) -> tuple[Module, ...]:
        """The modules with the fields that this audience is asked in this situation; none is empty (M2)."""
        modules = (
            Module(module.key, module.title, tuple(f for f in module.fields if _is_asked(f, audience, situation)))
            for module in self.modules
        )
        return tuple(module for module in modules if module.fields)


def _is_asked(field: Field, audience: str, situation: str) -> bool:
    return field.enabled and not field.staff_only and audience in field.audiences and situation in field.situations


def definition_from_data(data: Mapping[str, Any]) -> Definition:
    """The definition in `data`, as read from TOML or JSON. Raises ValueError or KeyError naming what is wrong."""
    said: dict[str, Any] = {"version": data["privacy"]["version"]} | {
        f.name: text_from_data(data["privacy"][f.name]) for f in fields(Privacy) if f.name != "version"
    }
    definition = Definition(
        key=data["key"],
        title=text_from_data(data["title"]),
        grace_days=data["grace_days"],
        fresh_days=data.get("fresh_days", FRESH_DAYS),
        ask_code=bool(data.get("ask_code", False)),
        privacy=Privacy(**said),
        modules=tuple(_module(module) for module in data["modules"]),
    )
    count = sum(len(module.fields) for module in definition.modules)
    if count != len(definition.fields):
        raise ValueError(f"{definition.key}: a field's key stands twice")
    return definition


def _module(data: Mapping[str, Any]) -> Module:
    inherited = {"situations": data["situations"]} if "situations" in data else {}
    members = tuple(field_from_data({**inherited, **field}) for field in data["fields"])
    for field in members:
        if field.module != data["key"]:
            raise ValueError(f"{field.key} stands in module {data['key']}")
    return Module(data["key"], text_from_data(data["title"]), members)


def default_data() -> dict[str, Any]:
    """The default questionnaire's data, as in its file."""
    return tomllib.loads(DEFAULT.read_text("utf-8"))


def checksum(data: Mapping[str, Any]) -> str:
    """A mark that is equal for equal data."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
