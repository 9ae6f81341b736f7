"""What is missing, malformed, emptied, or was changed behind the customer's back. Pure."""

from collections.abc import Iterator
from typing import Any

from formsvc.fields import TYPES, Field, Text, Wrong, check, sentence
from formsvc.review.checks.check import Finding, about
from formsvc.review.checks.seen import Seen, as_value

ABSENT = ("required", "choose", "together")
VAGUE = ("company-name", "person-name")  # the check of names says it


def missing(seen: Seen) -> Iterator[Finding]:
    """Fields that would be empty in the record and must not be."""
    yield from (about(seen, key) for key, wrong in _broken_rules(seen).items() if wrong.code in ABSENT)


def malformed(seen: Seen) -> Iterator[Finding]:
    """Values that the field's type or its rules would refuse today: of an older questionnaire, or of a worksheet."""
    rules = _broken_rules(seen)
    for key, field in seen.fields.items():
        wrong = _refused(field, seen.answers.get(key, seen.held.get(key)))
        if wrong is None and key in rules and rules[key].code not in (*ABSENT, *VAGUE):
            wrong = rules[key]
        if wrong:
            yield about(seen, key, problem=_words(seen, key, wrong))


def emptied(seen: Seen) -> Iterator[Finding]:
    """Fields that something is held of, may be empty, and were emptied."""
    absent = _broken_rules(seen)
    for key in seen.fields:
        held = seen.held.get(key)
        if key in seen.answers and seen.answers[key] is None and held is not None and key not in absent:
            yield about(seen, key, held=seen.shown(key, held))


def changed_since_asked(seen: Seen) -> Iterator[Finding]:
    """Answered fields that someone else changed meanwhile, to something other than the answer."""
    for key in seen.fields:
        base, held = seen.base.get(key), seen.held.get(key)
        if key in seen.answers and held not in (base, seen.answers[key]):
            yield about(seen, key, base=seen.shown(key, base), held=seen.shown(key, held))


def _broken_rules(seen: Seen) -> dict[str, Wrong]:
    values = {key: seen.value(key) for key in seen.fields}
    return check(list(seen.fields.values()), values, seen.audience, seen.today)


def _refused(field: Field, value: Any) -> Wrong | None:
    """Why the field's type would not take `value`, typed anew."""
    if value is None:
        return None
    kind = TYPES[field.type]
    try:
        taken = kind.parse(kind.raw(as_value(value), field), field)
    except Wrong as wrong:
        return Wrong("check") if field.sensitive else wrong  # it may quote the value
    return None if type(taken) is type(value) else Wrong("check")


def _words(seen: Seen, key: str, wrong: Wrong) -> Text:
    label = seen.label(key)
    return Text(sentence(wrong, label.zh, "zh"), sentence(wrong, label.en, "en"))
