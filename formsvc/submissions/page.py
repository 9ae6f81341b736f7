"""What the questionnaire's page says to one reader."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from formsvc.fields import Field, Raw, Value, masked
from formsvc.questionnaires.cells import Cell
from formsvc.questionnaires.forms import start
from formsvc.submissions.drafts import same
from formsvc.submissions.models import SubmissionState
from formsvc.submissions.reading import Opened
from formsvc.submissions.sheet import Page, sheet_of
from formsvc.submissions.summary import Changes, changes, parsed, shown
from formsvc.web import language
from formsvc.web.show import day, instant

KEPT_IN_ADDRESS = ("lang", "blank", "edit")


@dataclass(frozen=True)
class Held:
    """What is held, as far as the reader may see it, and when the customer confirmed it."""

    values: Mapping[str, Any] = field(default_factory=dict)
    verified: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Filling:
    """A form as it stands: from the record, from a draft, or posted. `seen` is the revision that it was filled from."""

    typed: Mapping[str, Raw]
    seen: int
    draft: int = 0
    opened_at: int = 0
    saved_at: datetime | None = None
    errors: Mapping[str, Any] = field(default_factory=dict)
    consents: Mapping[str, bool] = field(default_factory=dict)
    consent_errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Collection[str] = ()
    clashes: Mapping[str, Raw] = field(default_factory=dict)
    secrets: Mapping[str, Raw] = field(default_factory=dict)
    problem: str = ""
    full: bool = False


class Reader:
    """One reader of one link: what is behind it, and how much of that may be shown."""

    def __init__(self, opened: Opened, token: str, held: Held, sees_held: bool, now: datetime) -> None:
        self.opened, self.token, self.held, self.sees_held, self.now = opened, token, held, sees_held, now
        mended = opened.mended.all_answers if opened.mended else {}
        self.values = {**held.values, **mended} if sees_held else {}
        self.start = start(opened.asked, self.values)

    def page(self, filling: Filling) -> str:
        """The questionnaire's page."""
        cells = self.cells(filling)
        opened, reader = self.opened, language.current()
        wrong = [cell for cell in cells.values() if cell.errors]
        texts = {
            "mark": _("Please check:") + " " if wrong or filling.consent_errors else "",
            "who": opened.customer_name if self.sees_held else "",
            "deadline": _day(opened.deadline_on, reader), "manager": opened.manager.name,
            "action": self.address(), "csrf": generate_csrf(), "seen": str(filling.seen),
            "draft": str(filling.draft), "opened": str(filling.opened_at or int(self.now.timestamp())),
            "saved": _("Saved at %(time)s.", time=instant(filling.saved_at)) if filling.saved_at else "",
            **{f"action {code}": self.address(lang=code) for code in language.LANGUAGES},
        }  # fmt: skip
        notices = {
            "problem": filling.problem, "wrong": wrong, "consents": filling.consent_errors, "opened": opened,
            "noted": [cell for cell in cells.values() if cell.note], "shows_held": self.sees_held,
            "theirs": [cells[key].question.label.in_(reader) for key in filling.theirs],
        }  # fmt: skip
        is_quiet = not (wrong or filling.consent_errors or filling.problem or filling.theirs or opened.last)
        blocks = {
            "notices": "" if is_quiet else render_template("submissions/notices.html", **notices),
            "changes": self.changes(filling.typed) if filling.typed is not self.start else "",
        }
        return sheet_of(opened.asked, reader).filled(
            Page(cells, texts, blocks, opened.manager, filling.consents, filling.consent_errors, self._why_folded())
        )

    def cells(self, filling: Filling) -> dict[str, Cell]:
        """Each question as it stands."""
        notes = self.opened.last.field_notes if self.opened.last and self._is_returned else {}
        return {key: self._cell(key, question, filling, notes) for key, question in self.opened.asked.questions.items()}

    def changes(self, typed: Mapping[str, Raw]) -> str:
        """What is other than what is held, as HTML; empty where nothing is."""
        questions = self.opened.asked.questions
        found = changes(questions, self.held.values, parsed(questions, typed), language.current())
        if not self.sees_held or not (found.rows or found.filled):
            return ""
        return render_template("submissions/changes.html", changes=found)

    def sent_changes(self) -> Changes:
        """What the newest submission would change, or changed, in the record."""
        last = self.opened.last
        answers = last.all_answers if last else {}
        return changes(self.opened.asked.questions, self.held.values, answers, language.current())

    def unsent(self, typed: Mapping[str, Raw]) -> Changes:
        """What was typed and is not what was sent."""
        questions, last = self.opened.asked.questions, self.opened.last
        return changes(questions, last.all_answers if last else {}, parsed(questions, typed), language.current())

    def address(self, **other: str) -> str:
        """The page's own address, with what it keeps there."""
        kept = {name: request.args[name] for name in KEPT_IN_ADDRESS if name in request.args}
        query = urlencode({**kept, **other})
        return f"/q/{self.token}" + (f"?{query}" if query else "")

    def _cell(self, key: str, question: Field, filling: Filling, notes: Mapping[str, str]) -> Cell:
        typed, errors = filling.typed[key], filling.errors.get(key, ())
        mask = self._mask(key, question, filling)
        cell = Cell(question, typed, errors, self.values.get(key), mask, notes.get(key, ""))
        if key in filling.clashes:
            cell.theirs = self._their_words(question, filling.clashes[key])
        is_open = errors or cell.note or cell.theirs or filling.full or not self._is_as_held(key, filling)
        if not is_open and self._needs_no_look(key, question):
            cell.folded = mask or shown(question, self.values.get(key), language.current()) or "—"
        return cell

    def _is_as_held(self, key: str, filling: Filling) -> bool:
        return filling.typed is self.start or same(filling.typed[key], self.start[key])

    def _needs_no_look(self, key: str, question: Field) -> bool:
        """Fresh, and as the record has it; of a form that was returned with notes to fields, all that has none."""
        value = self.values.get(key)
        if self._is_returned and self.opened.last and self.opened.last.field_notes:
            return value is not None or not question.required
        verified = self.held.verified.get(key)
        if value is None or verified is None or value != self.held.values.get(key):
            return False
        days = self.opened.definition.fresh_days if question.fresh_days is None else question.fresh_days
        return verified + timedelta(days=days) > self.now

    @property
    def _is_returned(self) -> bool:
        last = self.opened.last
        return bool(self.sees_held and last and last.state is SubmissionState.RETURNED)

    def _why_folded(self) -> str:
        if self._is_returned:
            return _("Nothing was asked about these. Open a line to change it.")
        return _("You confirmed these not long ago. Open a line to change it.")

    def _mask(self, key: str, question: Field, filling: Filling) -> str:
        """What may be shown of a secret that the page does not carry."""
        if not question.sensitive:
            return ""
        drafted = filling.secrets.get(key, {}).get("", ())
        return masked(drafted[0]) if drafted and drafted[0] else masked(self.values.get(key))

    def _their_words(self, question: Field, typed: Raw) -> str:
        if question.sensitive:
            return "••••••"
        value: Value = parsed({question.key: question}, {question.key: typed}).get(question.key)
        words = [text for texts in typed.values() for text in texts if text]
        return shown(question, value, language.current()) or "、".join(words) or "—"


@lru_cache(maxsize=64)
def _day(value: Any, _language: str) -> str:
    return day(value)
