"""The form in which a colleague records what a customer says: the customer's own, within the staff's frame (M28)."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import render_template, request, url_for
from flask_babel import gettext as _

from formsvc.customers.models import Customer
from formsvc.questionnaires.forms import CONSENT, CONSENT_SENSITIVE
from formsvc.submissions import recording, verbs
from formsvc.submissions.models import RECORDED, Way
from formsvc.submissions.page import Filling, Reader
from formsvc.submissions.posting import Posted
from formsvc.submissions.reading import Opened
from formsvc.submissions.sheet import Page, sheet_of
from formsvc.web import language
from formsvc.web.holes import Pieces, hole
from formsvc.web.urls import row_id


@dataclass(frozen=True)
class Call:
    """How the answers came, as it stands on the page, and the newest invitation before the page was made, by its id."""

    known: int
    way: Way | None = None
    is_confirmed: bool = False
    is_missing: bool = False

    @classmethod
    def posted(cls, known: int) -> "Call":
        """What the page says that was sent; `known` where it says nothing of that."""
        text = request.form.get("way", "")
        way = Way(text) if text in RECORDED else None
        said = request.form.get("known", type=_id)
        return cls(known if said is None else said, way, request.form.get("confirmed") == "yes", way is None)


class Recorder(Reader):
    """A colleague, who sees what is held and types what the customer says."""

    def __init__(self, opened: Opened, customer: Customer, call: Call, now: datetime) -> None:
        super().__init__(opened, "", "", True, now)
        self.customer, self.call = customer, call
        self.spoken = opened.about.language  # what is read out is in it

    def address(self, below: str = "", **other: str | None) -> str:
        """The page's own address."""
        return url_for("recording.fill", number=self.customer.number, questionnaire=self.opened.definition.key)

    def page(self, filling: Filling) -> str:
        """The form within the frame of staff."""
        opened, reader = self.opened, language.current()
        folded = self._folded(filling, reader)
        cells = self.cells(filling, folded)
        wrong = [cell for cell in cells.values() if cell.errors]
        page = Page(filling.typed, cells, folded, {}, {}, opened.manager, filling.consents, filling.consent_errors,
                    *(self._about_folded() if folded else ()))  # fmt: skip
        has_errors = bool(wrong or filling.consent_errors or (self.call.is_missing and not filling.problem))
        frame = render_template(
            "submissions/record.html", opened=opened, customer=self.customer, definition=opened.definition,
            title=opened.definition.title.in_(reader), here=self.address(), problem=filling.problem, wrong=wrong,
            consents=filling.consent_errors, noted=[cell for cell in cells.values() if cell.note], seen=filling.seen,
            is_waiting=recording.waits(opened), has_errors=has_errors, call=self.call, ways=RECORDED,
            no_way=_("Choose how you were told."), spoken=self.spoken, consent=hole("consent"),
            sections=hole("sections"),
        )  # fmt: skip
        parts = {"consent": self._consent(CONSENT, page)}
        parts["sections"] = sheet_of(opened.asked, reader).sections(page, self._consent)
        return Pieces(frame).filled(parts)

    def _consent(self, name: str, page: Page) -> str:
        """The box for what the customer said to a consent, as HTML."""
        wording = getattr(self.opened.definition.privacy, name).in_(self.spoken)
        text = _("The customer agrees to this separately: “%(wording)s”", wording=wording)
        if name == CONSENT:
            text = _("The customer was told what the information is for, and agrees: “%(wording)s”", wording=wording)
        return render_template(
            "submissions/consent.html", name=name, text=text, required=name == CONSENT,
            checked=" checked" if page.consents.get(name) else "", error=page.consent_errors.get(name),
        )  # fmt: skip

    def _about_folded(self) -> tuple[str, str, bool]:
        title, _why, is_good = super()._about_folded()
        if is_good:
            return title, _("The customer confirmed these not long ago. Open a line to change it."), True
        return title, _("Nothing was asked about these. Open a line to change it."), False


class Recording(Posted):
    """What a colleague posted."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder)
        self.call = recorder.call

    def is_right(self) -> bool:
        """Whether all of it can be saved; the errors are in the form."""
        return self._is_valid() and not self.call.is_missing

    def answers(self, recorder_id: int) -> verbs.Answers:
        """What was typed, as told to the account with that id. How long it took says nothing of the customer's form."""
        return replace(
            self._answers(), language=self.opened.about.language, times=None, way=self.call.way or Way.CALL,
            recorded_by=recorder_id, is_confirmed=self.call.is_confirmed,
        )  # fmt: skip

    def _is_valid(self) -> bool:
        is_valid, errors = super()._is_valid(), self.form.consent_errors
        if CONSENT in errors:
            errors[CONSENT] = _("Read it out and tick this box if the customer agrees. Otherwise nothing can be taken.")
        if CONSENT_SENSITIVE in errors:
            errors[CONSENT_SENSITIVE] = _("Tick this box if the customer agrees, or empty the sensitive fields.")
        return is_valid


def _id(text: str) -> int:
    return 0 if text == "0" else row_id(text)
