"""The questionnaire's page, rendered once for a version, an audience, a situation and a language, and filled often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import current_app, render_template
from markupsafe import escape

from formsvc.customers.manager import Contact
from formsvc.questionnaires.cells import Cell, CellPieces, render
from formsvc.questionnaires.forms import CONSENT, CONSENT_SENSITIVE, Asked
from formsvc.web.holes import Pieces, hole


@dataclass
class Page:
    """What one request puts in; `texts` are plain, `blocks` are HTML."""

    cells: Mapping[str, Cell]
    texts: Mapping[str, str]
    blocks: dict[str, str]
    contact: Contact
    consents: Mapping[str, bool] = field(default_factory=dict)
    consent_errors: Mapping[str, str] = field(default_factory=dict)
    why_folded: str = ""


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
        self._language = language

    def filled(self, page: Page) -> str:
        """The whole page."""
        blocks = {name: escape(text) for name, text in page.texts.items()} | page.blocks
        blocks["sections"] = self._middle(page)
        blocks["consent"] = self._consent(CONSENT, page)
        contact = {"name": page.contact.name, "email": page.contact.email, "phone": page.contact.phone or ""}
        ask = self._ask[bool(page.contact.phone)]
        blocks["ask"] = ask.filled({name: escape(text) for name, text in contact.items()})
        return self._frame.filled(blocks)

    def _middle(self, page: Page) -> str:
        """What is to be looked at under its modules, then what is still correct, a line each."""
        blocks, folded, asks_consent = [], [], False
        for module in self.asked.modules:
            cells = [page.cells[question.key] for question in module.fields]
            folded += [cell for cell in cells if cell.folded]
            if shown := [cell for cell in cells if not cell.folded]:
                html = self._html(shown)
                if any(cell.question.sensitive for cell in shown):
                    html, asks_consent = html + self._consent(CONSENT_SENSITIVE, page), True
                blocks.append(self._sections[module.key].filled({"cells": html}))
        if folded:
            html = self._html(folded)
            if self.asked.sensitive and not asks_consent:
                html += self._consent(CONSENT_SENSITIVE, page)
            blocks.append(self._folded.filled({"cells": html, "why": escape(page.why_folded)}))
        return "".join(blocks)

    def _html(self, cells: Sequence[Cell]) -> str:
        return "".join(self._cell(cell) for cell in cells)

    def _cell(self, cell: Cell) -> str:
        if not cell.is_ordinary:
            return render(cell)
        pieces = self._closed if cell.folded else self._open
        return pieces[cell.question.key].filled(cell)

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
