"""What the questionnaire's page says to one reader."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from flask_babel import gettext as _

from formsvc.fields import Field, Raw, Value, masked
from formsvc.questionnaires.cells import NOTHING, Cell, is_odd
from formsvc.questionnaires.forms import CONSENT_SENSITIVE, start
from formsvc.submissions.drafts import agreement, same
from formsvc.submissions.models import SubmissionState
from formsvc.submissions.reading import Opened
from formsvc.submissions.sheet import Page, sheet_of
from formsvc.submissions.summary import Changes, changes, parsed, shown
from formsvc.web import language
from formsvc.web.show import day, instant
from formsvc.web.tokens import form_token

KEPT_IN_ADDRESS = ("lang", "blank", "edit")


@dataclass(frozen=True)
class Filling:
    """A form as it stands: from the record, from a draft, or posted. `seen` is the revision that it was filled from.

    `unkept` are the labels of what is typed and, without its consent, not in the draft; `notes` are about a file.
    """

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
    unkept: Collection[str] = ()
    times: str = ""
    problem: str = ""
    full: bool = False
    way: str = ""
    notes: Collection[str] = ()


class Reader:
    """One reader of one link: what is behind it, and how much of that may be shown."""

    def __init__(self, opened: Opened, token: str, key: str, sees_held: bool, now: datetime) -> None:
        """`key` names whose draft it is: empty for whoever may see what is held."""
        self.opened, self.token, self.key, self.sees_held, self.now = opened, token, key, sees_held, now
        returned = opened.last if sees_held and opened.last and opened.last.state is SubmissionState.RETURNED else None
        self._notes = returned.field_notes if returned else {}

    @property
    def held(self) -> Mapping[str, Any]:
        """The record, as far as it may be shown."""
        return self.opened.held if self.sees_held else {}

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The record, and over it the answers that are being mended."""
        mended = self.opened.mended.all_answers if self.opened.mended and self.sees_held else {}
        return {**self.held, **mended}

    @cached_property
    def start(self) -> dict[str, Raw]:
        """What stands in the controls before anything is typed; with a secret that was sent, the consent to it."""
        stand = start(self.opened.asked, self.values)
        if self.opened.asked.sensitive:
            stand[CONSENT_SENSITIVE] = agreement(self.sees_held and bool(self._sent_secrets))
        return stand

    @property
    def _sent_secrets(self) -> Mapping[str, Any]:
        return self.opened.mended.secrets if self.opened.mended else {}

    def page(self, filling: Filling) -> str:
        """The questionnaire's page."""
        opened, reader = self.opened, language.current()
        folded = self._folded(filling, reader)
        cells = self.cells(filling, folded)
        wrong = [cell for cell in cells.values() if cell.errors]
        noted = sum(1 for cell in cells.values() if cell.note)
        saved_at = None if filling.problem == "saved" else filling.saved_at  # the notice of that says it already
        texts = {
            "mark": _("Please check:") + " " if wrong or filling.consent_errors else "",
            "who": opened.about.customer if self.sees_held else "",
            "brief": _brief(noted, opened.about.deadline_on, reader), "manager": opened.manager.name,
            "action": self.address(), "csrf": form_token(), "seen": str(filling.seen), "draft": str(filling.draft),
            "opened": str(filling.opened_at or int(self.now.timestamp())), "times": filling.times, "way": filling.way,
            "upload": self.address("/form"), "blank": self.address("/form.xlsx"),
            "saved": self.saved(saved_at, filling.unkept) if saved_at else "",
            **{f"action {code}": self.address(lang=code) for code in language.LANGUAGES if code != reader},
        }  # fmt: skip
        is_quiet = not (wrong or filling.consent_errors or filling.problem or filling.theirs or opened.last)
        blocks = {
            "notices": "" if is_quiet else self._notices(filling, cells, wrong),
            "changes": self.changes(filling.typed) if opened.mended or filling.typed is not self.start else "",
        }
        return sheet_of(opened.asked, reader).filled(
            Page(filling.typed, cells, folded, texts, blocks, opened.manager, filling.consents, filling.consent_errors,
                 *(self._about_folded() if folded else ()))
        )  # fmt: skip

    def _notices(self, filling: Filling, cells: Mapping[str, Cell], wrong: Collection[Cell]) -> str:
        """What is said above the questions, as HTML."""
        opened, reader = self.opened, language.current()
        return render_template(
            "submissions/notices.html", problem=filling.problem, wrong=wrong, consents=filling.consent_errors,
            opened=opened, noted=[cell for cell in cells.values() if cell.note], shows_held=self.sees_held,
            theirs=[q.label.in_(reader) for key, q in opened.asked.questions.items() if key in filling.theirs],
            saved=filling.saved_at and self.saved(filling.saved_at, filling.unkept), back=self.address(edit=None),
            notes=filling.notes,
        )  # fmt: skip

    def saved(self, at: datetime, unkept: Collection[str]) -> str:
        """What is said of a draft: when it was kept, where it opens again, and what is not in it."""
        words = [_("Saved at %(time)s.", time=instant(at))]
        if not self.sees_held:
            words.append(_("The same link opens it again in this browser."))
        if unkept:
            labels = _(", ").join(unkept)
            words.append(_("Not kept yet: %(labels)s. Tick the consent to these values first.", labels=labels))
        return " ".join(words)

    def cells(self, filling: Filling, folded: Mapping[str, str]) -> dict[str, Cell]:
        """The questions beside which there is something to say."""
        found, asked = {}, self.opened.asked
        said = {*asked.peculiar, *filling.errors, *self._notes, *filling.clashes}
        for key in filter(said.__contains__, asked.questions):
            question = asked.questions[key]
            errors, note, mask = filling.errors.get(key, ()), self._notes.get(key, ""), ""
            theirs = self._their_words(question, filling.clashes[key]) if key in filling.clashes else ""
            if question.sensitive:
                mask = self._mask(key, filling)
            if errors or note or theirs or mask or is_odd(question, filling.typed[key], self.values.get(key)):
                found[key] = Cell(question, filling.typed[key], errors, self.values.get(key), mask, note, theirs,
                                  folded.get(key, ""), is_good=not self._notes)  # fmt: skip
        return found

    def changes(self, typed: Mapping[str, Raw]) -> str:
        """What is other than what is held, as HTML; empty where nothing is."""
        if not self.sees_held:
            return ""
        questions = self.opened.asked.questions
        found = changes(questions, self.held, parsed(questions, typed), language.current())
        if not (found.rows or found.filled):
            return ""
        return render_template("submissions/changes.html", changes=found)

    def sent_changes(self) -> Changes:
        """What the newest submission would change, or changed, in the record."""
        last = self.opened.last
        answers = last.all_answers if last else {}
        return changes(self.opened.asked.questions, self.held, answers, language.current())

    def unsent(self, typed: Mapping[str, Raw]) -> Changes:
        """What was typed and is not what was sent; to who may not see that, all that was typed."""
        questions, last = self.opened.asked.questions, self.opened.last
        sent = last.all_answers if last and self.sees_held else {}
        return changes(questions, sent, parsed(questions, typed), language.current())

    def address(self, below: str = "", **other: str | None) -> str:
        """The page's own address, or one `below` it, with what it keeps there, and `other` instead; None takes away."""
        asked = {name: text for name, text in {**self._kept, **other}.items() if text is not None}
        return f"/q/{self.token}{below}?{urlencode(asked)}" if asked else f"/q/{self.token}{below}"

    @cached_property
    def _kept(self) -> dict[str, str]:
        args = request.args
        return {name: args[name] for name in KEPT_IN_ADDRESS if name in args} if args else {}

    def _folded(self, filling: Filling, reader: str) -> dict[str, str]:
        """The lines that stand for what needs no new look."""
        if filling.full or not (self.opened.verified or self._notes):
            return {}
        return {
            key: shown(question, self.values.get(key), reader) or NOTHING
            for key, question in self.opened.asked.questions.items()
            if not (key in filling.errors or key in self._notes or key in filling.clashes)
            and self._needs_no_look(key, question)
            and self._is_as_held(key, filling)
        }

    def _is_as_held(self, key: str, filling: Filling) -> bool:
        return filling.typed is self.start or same(filling.typed[key], self.start[key])

    def _needs_no_look(self, key: str, question: Field) -> bool:
        """Fresh, and as the record has it; of a form that was returned with notes to fields, all that has none."""
        value = self.values.get(key)
        if self._notes:
            return value is not None or not question.required
        verified = self.opened.verified.get(key)
        if value is None or verified is None or value != self.held.get(key):
            return False
        days = self.opened.definition.fresh_days if question.fresh_days is None else question.fresh_days
        return verified + timedelta(days=days) > self.now

    def _about_folded(self) -> tuple[str, str, bool]:
        """The title of the lines that need no new look, why they need none, and whether they are known to be right."""
        if self._notes:
            why = _("Nothing was asked about these: they are as you sent them. Open a line to change it.")
            return _("The rest"), why, False
        return _("Still correct"), _("You confirmed these not long ago. Open a line to change it."), True

    def _mask(self, key: str, filling: Filling) -> str:
        """What may be shown of a secret that the page does not carry."""
        drafted = filling.secrets.get(key, {}).get("", ())
        return masked(drafted[0]) if drafted and drafted[0] else masked(self.values.get(key))

    def _their_words(self, question: Field, typed: Raw) -> str:
        if question.sensitive:
            return "••••••"
        value: Value = parsed({question.key: question}, {question.key: typed}).get(question.key)
        return shown(question, value, language.current()) or "—"


@lru_cache(maxsize=64)
def _brief(noted: int, deadline: date, _language: str) -> str:
    """What there is to do, and until when."""
    if noted:
        return _("Questions to check again: %(count)s. Please answer by %(day)s.", count=noted, day=day(deadline))
    return _("About 3 minutes. Please answer by %(day)s.", day=day(deadline))
