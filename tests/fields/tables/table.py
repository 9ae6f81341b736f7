"""A question of the default questionnaire, what people type into it, and what becomes of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from formsvc.fields import TYPES, Raw, Value, Wrong, check
from formsvc.questionnaires.definition import default_data, definition_from_data
from tests.fields.examples import TODAY

QUESTIONS = definition_from_data(default_data()).fields


class No(str):
    """The code of a refusal."""

    __slots__ = ()


class Ends(NamedTuple):
    """The two controls of a range."""

    lowest: str
    highest: str


class Ticked(NamedTuple):
    """The ticked boxes of a multi-select, and the text beside 其他."""

    codes: tuple[str, ...]
    other: str = ""


Typed: TypeAlias = str | Ends | Ticked
Found: TypeAlias = Value | No


@dataclass(frozen=True)
class Table:
    """`rows` is what is stored for what is typed; `given` are values of other questions that matter."""

    key: str
    rows: Mapping[Typed, Found]
    audience: str = "enterprise"
    given: Mapping[str, Value] = field(default_factory=dict)

    def found(self, typed: Typed) -> Found:
        """What is stored, or the code of the refusal: by the type, then by the rules."""
        problem = self.problem(typed)
        return No(problem.code) if problem else self.value(typed)

    def value(self, typed: Typed) -> Value:
        question = QUESTIONS[self.key]
        return TYPES[question.type].parse(posted(typed), question)

    def problem(self, typed: Typed) -> Wrong | None:
        """What is wrong with it."""
        try:
            answers = {**self.given, self.key: self.value(typed)}
        except Wrong as wrong:
            return wrong
        return check([QUESTIONS[key] for key in answers], answers, self.audience, TODAY).get(self.key)


def posted(typed: Typed) -> Raw:
    """What a browser sends."""
    if isinstance(typed, Ends):
        return {"from": [typed.lowest], "to": [typed.highest]}
    if isinstance(typed, Ticked):
        return {"": list(typed.codes), "other": [typed.other]}
    return {"": [typed]}
