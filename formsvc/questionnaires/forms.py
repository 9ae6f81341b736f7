"""The form that asks a definition's fields: made once for each definition, audience and situation, never changed."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from flask_babel import gettext as _
from wtforms import Field as Control
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from formsvc.fields import TYPES, Field, Raw, Value, Wrong, check, sentence
from formsvc.questionnaires.cells import may_be_odd
from formsvc.questionnaires.definition import Definition, Module
from formsvc.web import language

REFUSALS = ("", "false", "0", "no", "off")  # what a program may send for a box that is not ticked
CONSENT, CONSENT_SENSITIVE = "consent", "consent_sensitive"
_META = DefaultMeta()
_kinds: dict[tuple[str, str, str], "Asked"] = {}


class AnswerControl(Control):
    """The control of one field. Its value is parsed by the field's type; what was typed stays in `typed`."""

    def __init__(self, question: Field, **bound: Any) -> None:
        super().__init__(question.label.zh, name=question.name, **bound)
        self.question = question
        self.type_ = TYPES[question.type]
        self.parts = {part: f"{question.name}-{part}" if part else question.name for part in self.type_.parts}
        self.typed: Raw = {}
        self.data: Value = None

    def fresh(self) -> Self:
        """A control like this one, for one request: copied, since binding one costs ten times as much."""
        twin: Self = object.__new__(type(self))
        twin.__dict__ = self.__dict__.copy()
        return twin

    def take(self, posted: Mapping[str, list[str]]) -> None:
        """What was posted. Files are no answers: only text is taken."""
        self.typed = {part: posted.get(name, []) for part, name in self.parts.items()}

    @property
    def is_filled(self) -> bool:
        return any(map(any, self.typed.values()))

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Whether what was typed is a value of the field's type: there is no chain of validators to go through."""
        try:
            self.data = self.type_.parse(self.typed, self.question)
        except Wrong as wrong:
            self.errors = [self.message(wrong)]
        return not self.errors

    def message(self, wrong: Wrong) -> str:
        """What is wrong and how to mend it, in the reader's language."""
        return sentence(wrong, self.question.label.in_(language.current()), language.current())


class Asked:
    """What a definition asks of an audience in a situation, with a control for each question to copy."""

    def __init__(self, definition: Definition, audience: str, situation: str) -> None:
        self.definition = definition
        self.audience, self.situation = audience, situation
        self.modules: tuple[Module, ...] = definition.asked(audience, situation)
        self.questions = {field.key: field for module in self.modules for field in module.fields}
        self.controls = {key: AnswerControl(field, _form=None, _meta=_META) for key, field in self.questions.items()}
        self.sensitive = frozenset(key for key, field in self.questions.items() if field.sensitive)
        self.peculiar = self.sensitive | {key for key, field in self.questions.items() if may_be_odd(field)}


class QuestionnaireForm(BaseForm):
    """One posted form. It has its own copy of each control: nothing is shared with another request."""

    def __init__(self, asked: Asked, posted: Any) -> None:
        """Take what was posted, a MultiDict of text."""
        self.meta, self._prefix, self.form_errors = _META, "", []
        self.asked = asked
        self.questions = {key: control.fresh() for key, control in asked.controls.items()}
        self._fields = {control.name: control for control in self.questions.values()}
        self.consents = {name: posted.get(name, "") not in REFUSALS for name in (CONSENT, CONSENT_SENSITIVE)}
        self.consent_errors: dict[str, str] = {}
        lists = dict(posted.lists())
        for control in self.questions.values():
            control.take(lists)

    @property
    def typed(self) -> dict[str, Raw]:
        """What stands in the controls, by field."""
        return {key: control.typed for key, control in self.questions.items()}

    def put(self, typed: Mapping[str, Raw]) -> None:
        """Have `typed` stand in the controls."""
        for key, raw in typed.items():
            self.questions[key].typed = raw

    @property
    def answers(self) -> dict[str, Value]:
        """The values by key. A sensitive field that was left empty stays as it is: it is not in here."""
        return {
            key: control.data
            for key, control in self.questions.items()
            if control.data is not None or not control.question.sensitive
        }

    def validate_on(self, today: date) -> bool:
        """Whether all answers are right on this day and have their consents (M6)."""
        valid = bool(self.validate())
        parsed = {key: control.data for key, control in self.questions.items()}
        for key, wrong in check(tuple(self.asked.questions.values()), parsed, self.asked.audience, today).items():
            control = self.questions[key]
            if not control.errors:
                control.errors = [control.message(wrong)]
                valid = False
        return self._check_consents() and valid

    def _check_consents(self) -> bool:
        if not self.consents[CONSENT]:
            self.consent_errors[CONSENT] = _(
                "Tick this box if you agree. Without your consent we cannot take what you enter."
            )
        filled = [self.questions[key] for key in self.asked.sensitive if self.questions[key].is_filled]
        if filled and not self.consents[CONSENT_SENSITIVE]:
            labels = _(", ").join(control.question.label.in_(language.current()) for control in filled)
            self.consent_errors[CONSENT_SENSITIVE] = _(
                "Tick this box if you agree, or empty these fields: %(labels)s.", labels=labels
            )
        return not self.consent_errors


def asked_of(definition: Definition, mark: str, audience: str, situation: str) -> Asked:
    """What `definition`, whose content `mark` names, asks of an audience in a situation."""
    key = (mark, audience, situation)
    if key not in _kinds:
        _kinds[key] = Asked(definition, audience, situation)
    return _kinds[key]


def start(asked: Asked, held: Mapping[str, Value]) -> dict[str, Raw]:
    """What stands in the controls before anything is typed: the held values, but for sensitive ones."""
    return {
        key: TYPES[field.type].raw(held.get(key) if key not in asked.sensitive else None, field)
        for key, field in asked.questions.items()
    }
