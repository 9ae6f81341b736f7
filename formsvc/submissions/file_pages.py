"""The questionnaire as an XLSX form behind its link: taken along blank, brought back filled in (M28)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from formsvc.db import transaction
from formsvc.invitations import forms
from formsvc.questionnaires.forms import CONSENT_SENSITIVE, QuestionnaireForm
from formsvc.questionnaires.xlsx import answers
from formsvc.questionnaires.xlsx.reading import MAX_FILE, NotAForm, Typed, read
from formsvc.submissions import drafts, pages, uploads
from formsvc.submissions.models import Way
from formsvc.submissions.page import Reader
from formsvc.submissions.posting import Answer, is_valid
from formsvc.web import language
from formsvc.web.access import public
from formsvc.web.show import now

blueprint = Blueprint("files", __name__)
MAX_BODY = 2 * 1024 * 1024  # so that a file which is somewhat too large is answered by the page
MAX_PARTS = 10
MAX_LEFT_OUT, MAX_LABEL = 10, 40  # labels that a file brings along, and their characters


def widen(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before the body is read: let an upload alone be longer than a form."""
    if endpoint == "files.upload":
        request.max_content_length, request.max_form_parts = MAX_BODY, MAX_PARTS


@blueprint.get("/q/<token>/form.xlsx")
@public
def blank(token: str) -> Response:
    """The form in the reader's language, with nothing in it."""
    reader = pages.reader_of(token)
    opened = reader.opened
    if pages.is_over(opened):
        return redirect(reader.address(), 303)
    asked = opened.asked
    return forms.download(forms.form(opened.version_id, asked.audience, asked.situation, language.current()))


@blueprint.get("/q/<token>/form")
@public
def back(token: str) -> Response:
    """The answer to an upload has this address, and a browser may open it again."""
    return redirect(pages.reader_of(token).address(), 303)


@blueprint.post("/q/<token>/form")
@public
def upload(token: str) -> Answer:
    """The page with what the file says, to be checked, agreed to and sent. Nothing is sent or kept by this."""
    reader = pages.reader_of(token)
    if pages.is_over(reader.opened):
        return pages.too_late(reader)
    try:
        with transaction() as session:
            uploads.count(session, reader.opened, now())
        return _taken(reader, _form_of(reader))
    except uploads.TooMany:
        return _refused(reader, "too-often"), 429
    except NotAForm as refusal:
        return _refused(reader, refusal.code), 422


def _form_of(reader: Reader) -> Typed:
    """What the posted file says. Raises NotAForm."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise NotAForm("none")
    found = read(file.stream.read(MAX_FILE + 1))
    if found.marker.key != reader.opened.definition.key:
        raise NotAForm("other")
    if not found.cells:
        raise NotAForm("blank")
    return found


def _taken(reader: Reader, found: Typed) -> Answer:
    """What stands on the page, and over it what the file says; what is blank there stays as it stands."""
    asked, stand = reader.opened.asked, pages.resumed(reader)
    typed = {**stand.typed, **answers.typed(asked.questions, found.cells)}
    form = QuestionnaireForm(asked, MultiDict())
    form.put({key: typed[key] for key in asked.questions})
    if stand.consents[CONSENT_SENSITIVE]:
        form.put(drafts.secrets(reader.opened, typed))
    is_valid(form)  # consents are asked for when it is sent
    errors = {key: control.errors for key, control in form.questions.items() if control.errors}
    filling = replace(
        stand, typed=typed, errors=errors, saved_at=None, problem="taken", way=Way.FILE,
        notes=list(_notes(reader, found)),
    )  # fmt: skip
    return reader.page(filling), 422 if errors else 200


def _notes(reader: Reader, found: Typed) -> Iterator[str]:
    """How the form that was filled in is another one than is asked now."""
    if found.marker.number != forms.number_of(reader.opened.version_id):
        yield _("Your file asks by another version of these questions: please look through all of them once.")
    keys = answers.surplus(reader.opened.asked.questions, found.cells)[:MAX_LEFT_OUT]
    if labels := [found.labels[key][:MAX_LABEL].strip(" *") or key[:MAX_LABEL] for key in keys]:
        yield _("Not asked here, and left out: %(labels)s", labels=_(", ").join(labels))


def _refused(reader: Reader, code: str) -> str:
    """The page as it stands, with why the file was not taken."""
    return reader.page(replace(pages.resumed(reader), problem=f"file-{code}"))
