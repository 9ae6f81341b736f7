"""What a posted questionnaire does: it is sent, saved, taken back, or only shown again."""

from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from flask import abort, jsonify, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from formsvc.db import reading as connected
from formsvc.db import transaction, writing
from formsvc.fields import Raw, Value
from formsvc.mail.domains import takes_mail
from formsvc.questionnaires.forms import CONSENT_SENSITIVE, QuestionnaireForm
from formsvc.submissions import drafts, proof, reading, verbs
from formsvc.submissions.models import SubmissionState, Way
from formsvc.submissions.page import Filling, Reader
from formsvc.submissions.times import times_from
from formsvc.web import language
from formsvc.web.show import now, today
from formsvc.web.tokens import form_token, is_form_token
from formsvc.web.urls import MAX_ID

Answer: TypeAlias = Response | str | tuple[str | Response, int]

LONGEST_DRAFT = 60_000  # characters: many times the longest answers
LONGEST_TIMES = 1000  # characters: more than all modules need
MOST_REVISIONS = 20  # of one link: each of them is kept for good, and brings a receipt
MOST_UNPROVED = 10  # after these only who has shown that it is them sends another one


class Posted:
    """One posted form of one reader."""

    ACTS: ClassVar = {
        "submit": "submit", "save": "save", "enter": "save", "withdraw": "withdraw", "language": "again",
        "full": "again",
    }  # fmt: skip

    def __init__(self, reader: Reader) -> None:
        self.reader, self.opened = reader, reader.opened
        self.form = QuestionnaireForm(self.opened.asked, request.form)
        self.saved = self.opened.draft
        self.seen = min(_number("seen"), self.opened.revision)
        self.base = _number("draft")
        self.way = Way.FILE if request.form.get("way") == Way.FILE else Way.LINK

    @property
    def has_answers(self) -> bool:
        return any(control.is_filled for control in self.form.questions.values())

    def act(self, action: str) -> Answer:
        """Do what a key of ACTS says. Raises LinkIsDead, AlreadyDecided, SentMeanwhile."""
        done: Answer = getattr(self, self.ACTS[action])()
        return done

    def submit(self) -> Answer:
        if not has_token():
            return self.shown("old-page"), 422
        if self.seen >= (MOST_REVISIONS if self.reader.sees_held else MOST_UNPROVED):
            return self.shown("too-often"), 429
        if self.saved and self.saved.number > self.base and (merged := self._merged()).has_theirs:
            return self.shown("changed-meanwhile", merged), 409
        if self.form.consents[CONSENT_SENSITIVE]:
            self.form.put(drafts.secrets(self.opened, self.form.typed))
        if not self._is_valid():
            return self.shown(), 422
        with writing() as connection:
            verbs.submit(connection, self.opened, self._answers(), now())
        if not self.reader.sees_held:
            proof.remember_sent(self.opened.id, self.seen + 1)
        return redirect(self.reader.address(edit=None), 303)

    def save(self) -> Answer:
        is_script = "application/json" in request.headers.get("Accept", "")
        if not has_token():
            return (jsonify(csrf_token=form_token()) if is_script else self.shown("old-page")), 422
        moment, typed = now(), drafts.Typed(self._stand(), self.base, _number("opened"))
        with transaction() as session:
            verbs.hold(session, self.opened, self.seen, moment)
            number, merged = drafts.save(session, self.opened, self.reader.key, typed, self.reader.start, moment)
        if is_script:
            return jsonify(self._told(number, merged, moment))
        with connected() as connection:
            self.reader.opened = self.opened = reading.find(connection, self.reader.token, self.reader.key, moment)
        self.saved = self.opened.draft
        self._is_valid()
        self.form.consent_errors = {}  # consents are asked for when it is sent
        return self.shown("saved", merged)

    def withdraw(self) -> Answer:
        """Take back what the receipt showed: of what came later it said nothing."""
        last, shown = self.opened.last, (self.seen, SubmissionState.WAITING)
        if has_token() and self.reader.sees_held and last and (last.revision, last.state) == shown:
            with transaction() as session:
                verbs.withdraw(session, self.opened, now())
        return redirect(self.reader.address(), 303)

    def again(self) -> Answer:
        """The page in the language of its address, or with every line open."""
        return self.shown(full=request.form["action"] == "full")

    def shown(self, problem: str = "", merged: drafts.Merged | None = None, full: bool = False) -> str:
        """The page with what was posted, or with what became of it."""
        form, saved = self.form, self.saved
        return self.reader.page(
            Filling(
                typed={**(merged.typed if merged else form.typed), **self._own_secrets()},
                seen=self.opened.revision if problem == "sent-meanwhile" else self.seen,
                draft=saved.number if saved and merged else self.base, opened_at=_number("opened"),
                saved_at=saved.saved_at if saved else now() if merged else None,
                errors={key: control.errors for key, control in form.questions.items() if control.errors},
                consents=form.consents | ({CONSENT_SENSITIVE: True} if merged and merged.is_agreed else {}),
                consent_errors=form.consent_errors,
                theirs=merged.theirs if merged else (), clashes=merged.clashes if merged else {},
                secrets=saved.typed if saved else {}, unkept=self._unkept(merged) if merged else (), times=_times(),
                problem=problem, full=full, way=self.way if self.way is Way.FILE else "",
            )
        )  # fmt: skip

    def _own_secrets(self) -> dict[str, Raw]:
        """Of the sensitive controls only what this very request has typed goes back to the page."""
        controls = [self.form.questions[key] for key in self.opened.asked.sensitive]
        return {
            control.question.key: {part: request.form.getlist(name) for part, name in control.parts.items()}
            for control in controls
        }

    def _merged(self) -> drafts.Merged:
        with connected() as connection:
            return drafts.merged(connection, self.opened, self.reader.key, self._stand(), self.base, self.reader.start)

    def _stand(self) -> dict[str, Raw]:
        """What stands on the page, the consent to sensitive values among it."""
        stand = dict(self.form.typed)
        if self.opened.asked.sensitive:
            stand[CONSENT_SENSITIVE] = drafts.agreement(self.form.consents[CONSENT_SENSITIVE])
        if sum(len(text) for raw in stand.values() for texts in raw.values() for text in texts) > LONGEST_DRAFT:
            abort(413)
        return stand

    def _told(self, number: int, merged: drafts.Merged, moment: datetime) -> dict[str, Any]:
        """What the page's script is told of a save."""
        controls, sensitive = self.opened.asked.controls, self.opened.asked.sensitive
        taken = {
            controls[key].parts[part]: values
            for key in merged.theirs - sensitive - {CONSENT_SENSITIVE}
            for part, values in merged.typed[key].items()
        }
        cells = self.reader.cells(Filling(merged.typed, self.seen, clashes=merged.clashes), {}).values()
        clashes = {
            cell.question.name: _("On another device: %(value)s", value=cell.theirs) for cell in cells if cell.theirs
        }
        return {
            "draft": number, "saved": self.reader.saved(moment, self._unkept(merged)), "taken": taken,
            "clashes": clashes, "changes": self.reader.changes(merged.typed),
        }  # fmt: skip

    def _unkept(self, merged: drafts.Merged) -> list[str]:
        """The labels of the sensitive values that are typed and not kept: their consent is not given."""
        filled = [control for control in self.form.questions.values() if control.is_filled and not merged.is_agreed]
        return [c.question.label.in_(language.current()) for c in filled if c.question.sensitive]

    def _answers(self) -> verbs.Answers:
        answers, sensitive = self.form.answers, self.opened.asked.sensitive
        modules = [module.key for module in self.opened.asked.modules]
        return verbs.Answers(
            values={key: value for key, value in answers.items() if key not in sensitive and self._says(value)},
            secrets={key: value for key, value in answers.items() if key in sensitive},
            consent_sensitive=self.form.consents[CONSENT_SENSITIVE],
            language=language.current(),
            seen=self.seen,
            reader=self.reader.key,
            times=times_from(_number("opened"), _times(), modules, now()) if self.way is Way.LINK else None,
            way=self.way,
        )

    def _says(self, value: Value) -> bool:
        """Whether an answer says anything: who sees nothing that is held cannot mean to empty it."""
        return value is not None or self.reader.sees_held

    def _is_valid(self) -> bool:
        return is_valid(self.form)


def is_valid(form: QuestionnaireForm) -> bool:
    """Whether all that stands in `form` can be taken; what cannot has its errors from now on."""
    valid = form.validate_on(today())
    email = form.questions.get("contacts.email")
    if email and isinstance(email.data, str) and not email.errors and not takes_mail(email.data.rpartition("@")[2]):
        email.errors = [_("The domain of this address takes no mail: check what stands after the @.")]
        valid = False
    return valid


def has_token() -> bool:
    """Whether the form's CSRF token is good. It is checked here: one that is too old must not eat the answers."""
    return is_form_token(request.form.get("csrf_token", ""))


def _times() -> str:
    """The seconds by module that the page has counted: it goes on from there where it comes back."""
    return request.form.get("times", "")[:LONGEST_TIMES]


def _number(name: str) -> int:
    """A number that the page carries; 0 for what is none."""
    text = request.form.get(name, "")
    return min(int(text), MAX_ID) if text.isascii() and text.isdigit() and len(text) < 12 else 0
