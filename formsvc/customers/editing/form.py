"""What a colleague types into fields of a record: the questionnaire's controls and rules, in any choice of fields."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from wtforms.meta import DefaultMeta

from formsvc.customers.relation import ADDRESSES, EMAIL, MOBILE
from formsvc.fields import TYPES, Field, Option, Raw, Text, Value, Wrong, check, clean
from formsvc.fields.types.base import strings
from formsvc.fields.types.multi_select import PREFIX
from formsvc.questionnaires.cells import Cell
from formsvc.questionnaires.forms import AnswerControl

_META = DefaultMeta()


class RecordForm:
    """One form over `fields`, with controls of its own: nothing is shared with another request.

    `base` is what was held when the form was opened, `held` what is now. A control that was left as it stood then says
    what is held now, so that nobody takes back what others changed meanwhile.
    """

    def __init__(
        self, fields: Iterable[Field], held: Mapping[str, Value], audience: str, posted: Any = None,
        base: Mapping[str, Value] | None = None, needed: Collection[str] = (),
    ) -> None:  # fmt: skip
        """`posted` is a MultiDict of text; None where the form is opened. The fields `needed` must not stay empty."""
        self.fields = {field.key: replace(field, required=True) if field.key in needed else field for field in fields}
        self.held, self.base, self._needed = held, held if base is None else base, needed
        self._audience = audience
        self.controls = {
            key: _control(field, held.get(key), key in needed, _is_spare(key, held))
            for key, field in self.fields.items()
        }
        self.touched = set[str]()
        lists = {} if posted is None else dict(posted.lists())
        for key, control in self.controls.items():
            control.take(lists)
            if posted is None or _is_same(control.typed, self._standing(key, self.base)):
                control.typed = self._standing(key, held)
            else:
                self.touched.add(key)

    @property
    def wrong(self) -> list[Cell]:
        """The questions with an error beside them."""
        return [self.cell(key) for key, control in self.controls.items() if control.errors]

    @property
    def clashing(self) -> list[str]:
        """The keys of the fields that were changed here and meanwhile elsewhere, to something else."""
        return [key for key in self.controls if key in self.touched and self.base.get(key) != self.held.get(key)]

    def cell(self, key: str, note: str = "") -> Cell:
        """The question as it stands, with `note` beside it."""
        control = self.controls[key]
        return Cell(control.question, control.typed, control.errors, self.held.get(key), note=note)

    def put(self, values: Mapping[str, Value]) -> None:
        """Have `values` stand in the controls, as if they had been typed."""
        for key, value in values.items():
            self.controls[key].typed = TYPES[self.fields[key].type].raw(value, self.fields[key])

    def refuse(self, key: str, reason: str) -> None:
        """Say `reason` beside the question, where nothing else is wrong with it."""
        control = self.controls[key]
        control.errors = control.errors or [reason]

    def changed(self, today: date) -> dict[str, Value]:
        """The values that are not as they are held; what is wrong with them stands beside the questions.

        A field that was broken before and is left as it is blocks nothing. A mail or mobile may be emptied where the
        contact is reached in another way.
        """
        typed = {key: self.controls[key] for key in self.controls if key in self.touched}
        new = {key: control.data for key, control in typed.items() if control.validate(None)}
        values = {key: value for key, value in new.items() if value != self.held.get(key)}
        fields = tuple(self.fields.values())
        before = check(fields, self.held, self._audience, today)
        after = {**self.held, **values}
        for key, wrong in check(fields, after, self._audience, today).items():
            if after.get(key) is None and key not in self._needed and _is_spare(key, after):
                continue
            if key in values or key in self._needed or key not in before:
                self.refuse(key, self.controls[key].message(wrong))
        return values

    def _standing(self, key: str, held: Mapping[str, Value]) -> Raw:
        """What the control sends when nothing is typed into it."""
        field, value = self.fields[key], held.get(key)
        raw = TYPES[field.type].raw(value, field)
        if TYPES[field.type].control != "radios":
            return raw
        try:
            TYPES[field.type].parse(raw, field)
        except Wrong:
            return {}  # none of the buttons says it
        return raw


def _is_spare(key: str, held: Mapping[str, Value]) -> bool:
    """Whether the mail or mobile is one of several ways to reach the contact."""
    return key in (MOBILE, EMAIL) and any(held.get(each) is not None for each in ADDRESSES if each != key)


def _control(field: Field, held: Value, is_needed: bool, is_spare: bool) -> AnswerControl:
    """Its question can be answered with what is held, and is marked as required where it cannot be emptied.

    What is said beside it speaks to the customer, and the browser's own suggestions would be about the colleague.
    """
    options, required = (
        (*field.options, *_unknown(field, held)),
        is_needed or (field.required and held is not None and not is_spare),
    )
    question = replace(field, options=options, required=required, hint=None, example=None, autocomplete=None)
    return AnswerControl(question, _form=None, _meta=_META)


def _unknown(field: Field, held: Value) -> Iterable[Option]:
    """What is held and not among the options, as further ones."""
    if not field.options:
        return ()
    words = [word for word in strings(held) if word not in field.by_code and not word.startswith(PREFIX)]
    return [Option(word, Text(word, word)) for word in words]


def _is_same(one: Raw, other: Raw) -> bool:
    """Whether the same is typed: an empty control says as much as one that is not there."""
    return _said(one) == _said(other)


def _said(raw: Raw) -> dict[str, list[str]]:
    texts = {part: [text for text in map(clean, values) if text] for part, values in raw.items()}
    return {part: sorted(values) for part, values in texts.items() if values}
