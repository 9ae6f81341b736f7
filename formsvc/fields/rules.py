"""What a value must fulfil beyond its type, and which answers must be there (spec rows M4, M5)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from formsvc.fields.codes import check_resident_id, check_uscc
from formsvc.fields.errors import Wrong
from formsvc.fields.field import Field
from formsvc.fields.names import is_vague_company, is_vague_person, is_vague_step
from formsvc.fields.types import TYPES, Value

RESIDENT_ID = "resident-id"
NAME_LENGTH = (2, 120)

_OTHER_ID = re.compile("[0-9A-Za-z]{5,20}")
_ACCOUNT = re.compile("[0-9]{8,30}")
_MAINLAND_MOBILE = re.compile(r"\+861[3-9][0-9]{9}")
_CHOSEN = frozenset({"select", "checkboxes", "radios"})


@dataclass(frozen=True)
class Context:
    """What a rule may look at besides its own value: `answers` are all parsed answers by key."""

    audience: str
    today: date
    answers: Mapping[str, Value]


def check(fields: Sequence[Field], answers: Mapping[str, Value], audience: str, today: date) -> dict[str, Wrong]:
    """The first problem of each field, by key.

    An answer is required only from fields that are turned on for the audience; a value that is there is always judged.
    """
    context = Context(audience, today, answers)
    filled = {field.together_with: field for field in fields if answers.get(field.key) is not None}
    problems: dict[str, Wrong] = {}
    for field in fields:
        value = answers.get(field.key)
        problem = _missing(field, filled, context) if value is None else _broken(field, value, context)
        if problem is not None:
            problems[field.key] = problem
    return problems


def masked(value: Value) -> str:
    """Bullets and the last four characters; of less than eight characters, and of a list or a range, none."""
    if value is None:
        return ""
    text = str(value) if isinstance(value, (str, int)) else ""
    return "••••••" + (text[-4:] if len(text) >= 8 else "")


def _missing(field: Field, filled: Mapping[str | None, Field], context: Context) -> Wrong | None:
    """Why the empty field must not be: it is required, or one that is only good together with it is filled."""
    if not (field.enabled and context.audience in field.audiences):
        return None
    if field.required:
        return Wrong("choose" if TYPES[field.type].control in _CHOSEN else "required")
    if other := filled.get(field.key):
        return Wrong("together", other_zh=other.label.zh, other_en=other.label.en)
    return None


def _broken(field: Field, value: Value, context: Context) -> Wrong | None:
    try:
        for rule in field.rules:
            RULES[rule](value, field, context)
    except Wrong as wrong:
        return wrong
    return None


def _company_name(value: Value, field: Field, context: Context) -> None:
    """A registered name, or for an individual a real one, not a placeholder; 2 to 120 characters."""
    shortest, longest = NAME_LENGTH
    enterprise = context.audience == "enterprise"
    if is_vague_company(str(value)) if enterprise else is_vague_person(str(value)):
        raise Wrong("company-name" if enterprise else "person-name")
    if not shortest <= len(str(value)) <= longest:
        raise Wrong("name-length", min=str(shortest), max=str(longest))


def _uscc(value: Value, field: Field, context: Context) -> None:
    check_uscc(str(value))


def _id_number(value: Value, field: Field, context: Context) -> None:
    """A resident ID card's number by GB 11643-1999; of any other document 5 to 20 letters or digits."""
    if field.depends_on and context.answers.get(field.depends_on) == RESIDENT_ID:
        check_resident_id(str(value), context.today)
    elif not _OTHER_ID.fullmatch(str(value)):
        raise Wrong("id-other")


def _past(value: Value, field: Field, context: Context) -> None:
    if str(value) > context.today.isoformat():
        raise Wrong("future")


def _digits(value: Value, field: Field, context: Context) -> None:
    if not _ACCOUNT.fullmatch(str(value)):
        raise Wrong("digits")


def _mobile(value: Value, field: Field, context: Context) -> None:
    """A number of +86 must be a mobile; of another country any valid number will do."""
    if str(value).startswith("+86") and not _MAINLAND_MOBILE.fullmatch(str(value)):
        raise Wrong("mobile")


def _next_step(value: Value, field: Field, context: Context) -> None:
    """继续跟进 alone is refused (spec row M35)."""
    if is_vague_step(str(value)):
        raise Wrong("next-step")


def _follow_up(value: Value, field: Field, context: Context) -> None:
    """继续跟进 says nothing of what was spoken about either."""
    if is_vague_step(str(value)):
        raise Wrong("follow-up")


RULES: dict[str, Callable[[Value, Field, Context], None]] = {
    "company-name": _company_name,
    "uscc": _uscc,
    "id-number": _id_number,
    "past": _past,
    "digits": _digits,
    "mobile": _mobile,
    "next-step": _next_step,
    "follow-up": _follow_up,
}
