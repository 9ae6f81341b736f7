"""What a reviewer chose and typed for each field of a submission, in the controls of the review's page (M22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from formsvc.customers.relation import Relation
from formsvc.fields import TYPES, Field, Raw, Value, Wrong, check, clean_line, sentence
from formsvc.questionnaires.cells import Cell
from formsvc.review.diff import Decision, Difference
from formsvc.review.merging import is_about_contact, meant
from formsvc.web import language

MAX_REASON = 200


@dataclass
class Choices:
    """`errors` say, by key, what is wrong with a value that the reviewer worded; `unexplained` are without a reason."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    unexplained: set[str] = field(default_factory=set)


def chosen(rows: Sequence[Difference], posted: Any, audience: str, today: date, relation: Relation) -> Choices:
    """The choices in `posted`, a MultiDict, about `rows`; a field without one that is known has none."""
    choices = Choices()
    is_new = meant(rows, relation) is not Relation.SAME
    would_be = {row.field.key: row.accepted_value for row in rows}
    for row in rows:
        choice = posted.get(f"decide-{row.field.name}")
        if choice == "edit" and may_edit(row.field):
            held = None if is_new and is_about_contact(row) else row.now
            _take_edit(choices, row.field, held, posted, would_be, audience, today)
        elif choice in ("accept", "keep"):
            choices.decisions[row.field.key] = Decision(choice)
    return choices


def may_edit(question: Field) -> bool:
    """A sensitive value is the customer's alone to give (M6)."""
    return not question.sensitive


def edit_cell(row: Difference, posted: Any, error: str | None) -> Cell:
    """The control in which the reviewer words a value, with what was typed or else would be accepted."""
    question = _edited(row.field)
    typed = _typed(question, posted) if posted.get(f"decide-{row.field.name}") == "edit" else {}
    held = TYPES[question.type].raw(row.accepted_value, question)
    return Cell(question, typed or held, errors=[error] if error else (), held=row.accepted_value)


def _take_edit(
    choices: Choices, question: Field, held: Value, posted: Any, would_be: Mapping[str, Value], audience: str,
    today: date,
) -> None:  # fmt: skip
    reason = clean_line(posted.get(f"reason-{question.name}", ""))[:MAX_REASON]
    if not reason:
        choices.unexplained.add(question.key)
    try:
        value = TYPES[question.type].parse(_typed(_edited(question), posted), question)
    except Wrong as wrong:
        choices.errors[question.key] = _said(wrong, question)
        return
    broken = check([question], {**would_be, question.key: value}, audience, today)
    if question.key in broken:
        choices.errors[question.key] = _said(broken[question.key], question)
    elif held is not None and value == held:
        choices.errors[question.key] = _("This is the value that is held: choose “Keep”.")
    choices.decisions[question.key] = Decision("edit", value, reason)


def _edited(question: Field) -> Field:
    """The same question under a name of its own: nothing of it is required, as it may not be chosen."""
    return replace(question, key=f"edit-{question.key}", required=False, hint=None, example=None)


def _typed(question: Field, posted: Any) -> Raw:
    names = {part: f"{question.name}-{part}" if part else question.name for part in TYPES[question.type].parts}
    return {part: posted.getlist(name) for part, name in names.items()}


def _said(wrong: Wrong, question: Field) -> str:
    return sentence(wrong, question.label.in_(language.current()), language.current())
