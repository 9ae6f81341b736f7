"""The form that asks a definition's fields: one class for each definition, audience and situation, never changed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms import Field as Control
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from formsvc.fields import TYPES, Field, Raw, Value, Wrong, check, sentence
from formsvc.questionnaires.definition import Definition, Module
from formsvc.web import language

REFUSALS = (False, "", "false", "0", "no", "off")  # what a program may send for a box that is not ticked

_classes: dict[tuple[str, str, str], type["QuestionnaireForm"]] = {}


class AnswerControl(Control):
    """The control of one field. Its value is parsed by the field's type; what was typed stays in `typed`."""

    def __init__(self, question: Field, **kwargs: Any) -> None:
        super().__init__(question.label.zh, **kwargs)
        self.question = question
        self.type_ = TYPES[question.type]
        self.typed: Raw = {}
        self.data: Value = None

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take what was posted, or show `data`, a held value."""
        if formdata is not None:
            self.typed = {part: formdata.getlist(self.part_name(part)) for part in self.type_.parts}
        else:
            self.data = None if data is unset_value else data
            self.typed = self.type_.raw(self.data, self.question)
        self.process_errors = []

    def pre_validate(self, form: Any) -> None:
        try:
            self.data = self.type_.parse(self.typed, self.question)
        except Wrong as wrong:
            raise StopValidation(self.message(wrong)) from wrong

    def part_name(self, part: str) -> str:
        """The name of the control's `part`: the field's own, or with the part after a hyphen."""
        return f"{self.question.name}-{part}" if part else self.question.name

    def message(self, wrong: Wrong) -> str:
        """What is wrong and how to mend it, in the reader's language."""
        return sentence(wrong, self.question.label.in_(language.current()), language.current())


class QuestionnaireForm(FlaskForm):
    """The base of the classes made by `form_class`."""

    modules: tuple[Module, ...] = ()
    audience = ""
    consent = BooleanField("", false_values=REFUSALS)  # without a label WTForms reads its catalogue at each request
    consent_sensitive = BooleanField("", false_values=REFUSALS)

    def __init__(
        self, posted: Any, *, data: Mapping[str, Value], masks: Mapping[str, str], held: Mapping[str, Value]
    ) -> None:
        """`posted` fills the controls, or else `data` by name; `masks` are shown for sensitive values, which never do.

        Files that were posted are no answers: only text is taken.
        """
        super().__init__(posted, data=data)
        self.masks = masks
        self.held = held

    @property
    def questions(self) -> dict[str, AnswerControl]:
        """The controls by their fields' keys."""
        return {c.question.key: c for c in self if isinstance(c, AnswerControl)}

    @property
    def answers(self) -> dict[str, Value]:
        """The values by key. A sensitive field that is held and was left empty stays as it is: it is not in here."""
        return {
            key: control.data
            for key, control in self.questions.items()
            if not (control.data is None and key in self.masks)
        }

    @property
    def has_sensitive(self) -> bool:
        """Whether a sensitive field is asked."""
        return any(control.question.sensitive for control in self.questions.values())

    def validate_on(self, today: date) -> bool:
        """Whether all answers are right on this day, and the consents that they need were given (M6)."""
        valid = bool(self.validate())
        controls = self.questions
        parsed = {key: control.data for key, control in controls.items()}
        for key, wrong in check([c.question for c in controls.values()], parsed, self.audience, today).items():
            if not controls[key].errors:
                controls[key].errors = [controls[key].message(wrong)]
                valid = False
        return self._check_consents(parsed) and valid

    def _check_consents(self, parsed: Mapping[str, Value]) -> bool:
        if not self.consent.data:
            self.consent.errors = [_("Tick this box if you agree. Without your consent we cannot keep what you enter.")]
        sensitive = [c for c in self.questions.values() if c.question.sensitive and any(map(any, c.typed.values()))]
        if sensitive and not self.consent_sensitive.data:
            labels = _(", ").join(c.question.label.in_(language.current()) for c in sensitive)
            self.consent_sensitive.errors = [
                _("Tick this box if you agree, or empty these fields: %(labels)s.", labels=labels)
            ]
        return not self.consent.errors and not self.consent_sensitive.errors


def form_class(definition: Definition, mark: str, audience: str, situation: str) -> type[QuestionnaireForm]:
    """The form of `definition`, whose content `mark` names, for an audience and a situation."""
    key = (mark, audience, situation)
    if key not in _classes:
        modules = definition.asked(audience, situation)
        controls = {f.name: AnswerControl(f) for module in modules for f in module.fields}
        members = {"modules": modules, "audience": audience, **controls}
        _classes[key] = type("QuestionnaireForm", (QuestionnaireForm,), members)
    return _classes[key]
