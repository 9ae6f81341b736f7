"""A questionnaire as data: modules of fields, and what is said about privacy. Pure."""

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from formsvc.fields import Field, Text, clean_line, field_from_data
from formsvc.fields.attributes import days_from_data, flag_from_data, text_from_data, word_from_data

T = TypeVar("T")

DEFAULT = Path(__file__).with_name("customer-info.toml")
FRESH_DAYS = 180
MAX_VERSION = 40  # characters, of the wording's name
MAX_SENTENCE = 200  # characters
KEY = re.compile("[a-z][a-z0-9-]{1,39}")
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
    """Questions under one `title`, which speaks to the customer; `staff_title` is what colleagues read."""

    key: str
    title: Text
    fields: tuple[Field, ...]
    staff_title: Text


@dataclass(frozen=True)
class Definition:
    """`fresh_days` is how long a value that the customer confirmed needs no new look, where the field does not say.

    With `ask_code` what is held appears only after a code that is sent to the invited address (M11). `why` is said by
    the mails that ask for answers, `reward` is what is promised for those that are accepted (M27).
    """

    key: str
    title: Text
    grace_days: int
    fresh_days: int
    ask_code: bool
    why: Text | None
    reward: Text | None
    privacy: Privacy
    modules: tuple[Module, ...]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """All fields by their keys, in order."""
        return {field.key: field for module in self.modules for field in module.fields}

    def asked(self, audience: str, situation: str) -> tuple[Module, ...]:
        """The modules with the fields that this audience is asked in this situation; none is empty (M2)."""
        modules = (
            replace(module, fields=tuple(f for f in module.fields if _is_asked(f, audience, situation)))
            for module in self.modules
        )
        return tuple(module for module in modules if module.fields)


def _is_asked(field: Field, audience: str, situation: str) -> bool:
    return field.enabled and not field.staff_only and audience in field.audiences and situation in field.situations


def definition_from_data(data: object) -> Definition:
    """The definition in `data`, as read from TOML or JSON. Raises ValueError naming what is wrong."""
    needed = "key", "title", "grace_days", "privacy", "modules"
    given = _table("the questionnaire", data, needed, ("fresh_days", "ask_code", "why", "reward"))
    definition = Definition(
        key=_read("key", _key, given["key"]),
        title=_read("title", text_from_data, given["title"]),
        grace_days=_read("grace_days", days_from_data, given["grace_days"]),
        fresh_days=_read("fresh_days", days_from_data, given.get("fresh_days", FRESH_DAYS)),
        ask_code=_read("ask_code", flag_from_data, given.get("ask_code", False)),
        why=_read("why", _sentence, given["why"]) if "why" in given else None,
        reward=_read("reward", _sentence, given["reward"]) if "reward" in given else None,
        privacy=_privacy(given["privacy"]),
        modules=tuple(_module(module) for module in _list("modules", given["modules"])),
    )
    _check_keys([module.key for module in definition.modules])
    _check_keys([field.key for module in definition.modules for field in module.fields])
    return definition


def _key(value: object) -> str:
    key = word_from_data(value)
    if not KEY.fullmatch(key):
        raise ValueError(f"{key!r} must have 2 to 40 small letters, digits and hyphens, and begin with a letter")
    return key


def _sentence(value: object) -> Text:
    """One line in each language."""
    sentence = Text(*map(clean_line, text_from_data(value)))
    if max(map(len, sentence)) > MAX_SENTENCE:
        raise ValueError(f"it must have at most {MAX_SENTENCE} characters")
    return sentence


def _privacy(data: object) -> Privacy:
    names = [field.name for field in fields(Privacy)]
    given = _table("privacy", data, names)
    texts = {name: _read(f"privacy: {name}", text_from_data, given[name]) for name in names[1:]}
    version = _read("privacy: version", word_from_data, given["version"])
    if not 0 < len(version) <= MAX_VERSION:
        raise ValueError(f"privacy: version must have 1 to {MAX_VERSION} characters")
    return Privacy(version, **texts)


def _module(data: object) -> Module:
    given = _table("a module", data, ("key", "title", "fields"), ("staff_title", "situations"))
    key = _read("a module's key", word_from_data, given["key"])
    inherited = {"situations": given["situations"]} if "situations" in given else {}
    members = tuple(
        field_from_data({**inherited, **field}) for field in _list(f"module {key}: fields", given["fields"])
    )
    for field in members:
        if field.module != key:
            raise ValueError(f"{field.key} stands in module {key}")
    title = _read(f"module {key}: title", text_from_data, given["title"])
    staff_title = _read(f"module {key}: staff_title", text_from_data, given.get("staff_title", given["title"]))
    return Module(key, title, members, staff_title)


def _check_keys(keys: Sequence[str]) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            raise ValueError(f"{key} stands twice")


def _table(name: str, data: object, needed: Sequence[str], allowed: Sequence[str] = ()) -> Mapping[str, Any]:
    """`data`, if it has all that is needed and nothing unknown. Raises ValueError."""
    if not isinstance(data, Mapping):
        raise ValueError(f"{name} must be a table")
    known = (*needed, *allowed)
    for each in needed:
        if each not in data:
            raise ValueError(f"{name}: {each} is missing")
    for each in data:
        if each not in known:
            raise ValueError(f"{name}: {each!r} is no attribute; there are {', '.join(known)}")
    return data


def _list(name: str, value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise ValueError(f"{name} must be a list of tables")
    return value


def _read(name: str, reader: Callable[[object], T], value: object) -> T:
    try:
        return reader(value)
    except ValueError as problem:
        raise ValueError(f"{name}: {problem}") from None


def default_data() -> dict[str, Any]:
    """The default questionnaire's data, as in its file."""
    return tomllib.loads(DEFAULT.read_text("utf-8"))


def checksum(data: Mapping[str, Any]) -> str:
    """A mark that is equal for equal data."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
