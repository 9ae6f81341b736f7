"""What a customer changed: old beside new, as the page and the receipt show it (M12). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from formsvc.fields import TYPES, Field, Raw, Value, Wrong, masked


class Unread(str):
    """What was typed and is no value of its field: it stands in place of one, in the words of who typed it."""


@dataclass(frozen=True)
class Change:
    """One field whose held value was replaced, as people read it; `new` is empty where it was emptied."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Changes:
    """What is other than what is held, and the labels of what was not held before."""

    rows: list[Change] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)


def changes(
    questions: Mapping[str, Field], held: Mapping[str, Value], answers: Mapping[str, Value], language: str
) -> Changes:
    """`answers` beside what is `held`. A field that is not in `answers` was left as it is."""
    found = Changes()
    for key, question in questions.items():
        if key not in answers or answers[key] == held.get(key):
            continue
        label = question.label.in_(language)
        if held.get(key) is None:
            found.filled.append(label)
        else:
            old, new = shown(question, held[key], language), shown(question, answers[key], language)
            found.rows.append(Change(label, old, new))
    return found


def shown(question: Field, value: Value, language: str) -> str:
    """A value for people; a sensitive one masked."""
    if question.sensitive:
        return masked(value)
    return value if isinstance(value, Unread) else TYPES[question.type].show(value, question, language)


def parsed(questions: Mapping[str, Field], typed: Mapping[str, Raw]) -> dict[str, Value]:
    """The values of what is typed, or Unread; a sensitive control that was left empty says nothing."""
    values: dict[str, Value] = {}
    for key, question in questions.items():
        raw = typed.get(key, {})
        try:
            value = TYPES[question.type].parse(raw, question)
        except Wrong:
            value = Unread("、".join(text for texts in raw.values() for text in texts if text))
        if value is not None or not question.sensitive:
            values[key] = value
    return values
