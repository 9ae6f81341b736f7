"""The questionnaire's page, rendered once for a version, an audience, a situation and a language, and filled often."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import current_app, render_template

from formsvc.customers.manager import Contact
from formsvc.fields import Raw
from formsvc.questionnaires.cells import Cell, CellPieces, render
from formsvc.questionnaires.forms import CONSENT, CONSENT_SENSITIVE, Asked
from formsvc.web.holes import Pieces, as_html, hole


@dataclass
class Page:
    """What one request puts in: `cells` are the questions beside which something is said, `folded` the lines for values
    that need no new look, known to be right where `is_good`; `texts` are plain, `blocks` are HTML.
    """

    typed: Mapping[str, Raw]
    cells: Mapping[str, Cell]
    folded: Mapping[str, str]
    texts: Mapping[str, str]
    blocks: dict[str, str]
    contact: Contact
    consents: Mapping[str, bool] = field(default_factory=dict)
    consent_errors: Mapping[str, str] = field(default_factory=dict)
    folded_title: str = ""
    why_folded: str = ""
    is_good: bool = True


class Sheet:
    """A questionnaire in one language, cut where values go. It knows nobody: it is made outside of any request."""

    def __init__(self, asked: Asked, language: str) -> None:
        self.asked = asked
        with current_app.test_request_context(f"/?lang={language}"):
            self._frame = _pieces("fill", definition=asked.definition, hole=hole)
            self._sections = {m.key: _pieces("section", module=m, hole=hole) for m in asked.modules}
            self._folded = _pieces("folded", hole=hole)
            self._consents = {name: _pieces("consent", **_consent(asked, name, language)) for name in self._names()}
            self._open = {key: CellPieces(question, folded=False) for key, question in asked.questions.items()}
            self._closed = {key: CellPieces(question, folded=True) for key, question in asked.questions.items()}
            self._ask = {has: _pieces("ask", contact=_contact(has)) for has in (False, True)}
        self._keys = [(module.key, [field.key for field in module.fields]) for module in asked.modules]
        self._language = language

    def filled(self, page: Page) -> str:
        """The whole page."""
        blocks = {name: as_html(text) for name, text in page.texts.items()}
        blocks |= page.blocks
        blocks["sections"] = self.sections(page, self._consent)
        blocks["consent"] = self._consent(CONSENT, page)
        contact = {"name": page.contact.name, "email": page.contact.email, "phone": page.contact.phone or ""}
        ask = self._ask[bool(page.contact.phone)]
        blocks["ask"] = ask.filled({name: as_html(text) for name, text in contact.items()})
        return self._frame.filled(blocks)

    def sections(self, page: Page, consent: Callable[[str, Page], str]) -> str:
        """What is to be looked at under its modules, then what is still correct, a line each, as HTML; `consent` makes
        that of a consent by its name.
        """
        blocks, asks_consent = [], False
        for module, keys in self._keys:
            shown = [key for key in keys if key not in page.folded]
            html = [self._cell(key, page) for key in shown]
            if not self.asked.sensitive.isdisjoint(shown):
                html.append(consent(CONSENT_SENSITIVE, page))
                asks_consent = True
            if shown:
                blocks.append(self._sections[module].filled({"cells": "".join(html)}))
        if page.folded:
            html = [self._cell(key, page) for key in page.folded]
            if self.asked.sensitive and not asks_consent:
                html.append(consent(CONSENT_SENSITIVE, page))
            said = {"title": as_html(page.folded_title), "why": as_html(page.why_folded)}
            blocks.append(self._folded.filled({"cells": "".join(html), **said}))
        return "".join(blocks)

    def _cell(self, key: str, page: Page) -> str:
        if key in page.cells:
            return render(page.cells[key])
        if key in page.folded:
            return self._closed[key].filled(page.typed[key], page.folded[key], page.is_good)
        return self._open[key].filled(page.typed[key], "")

    def _consent(self, name: str, page: Page) -> str:
        checked = " checked" if page.consents.get(name) else ""
        if error := page.consent_errors.get(name):
            given = _consent(self.asked, name, self._language) | {"checked": checked, "error": error}
            return render_template("submissions/consent.html", **given)
        return self._consents[name].filled({"checked": checked})

    def _names(self) -> tuple[str, ...]:
        return (CONSENT, CONSENT_SENSITIVE) if self.asked.sensitive else (CONSENT,)


def sheet_of(asked: Asked, language: str) -> Sheet:
    """The sheet of what is asked, in `language`, made when it is first needed."""
    sheets: dict[tuple[int, str], Sheet] = current_app.extensions["sheets"]
    key = (id(asked), language)
    if key not in sheets:
        sheets[key] = Sheet(asked, language)
    return sheets[key]


def _pieces(template: str, **context: object) -> Pieces:
    return Pieces(render_template(f"submissions/{template}.html", **context))


def _consent(asked: Asked, name: str, language: str) -> dict[str, object]:
    text = getattr(asked.definition.privacy, name)
    return {"name": name, "text": text.in_(language), "required": name == CONSENT, "checked": hole("checked")}


def _contact(has_phone: bool) -> dict[str, str]:
    return {"name": hole("name"), "email": hole("email"), "phone": hole("phone") if has_phone else ""}
