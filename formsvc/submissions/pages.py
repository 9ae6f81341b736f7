"""The customer's page: GET shows the questionnaire or the receipt and changes nothing, POST acts."""

from collections.abc import Callable
from typing import Any, TypeAlias

from flask import Blueprint, abort, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf, validate_csrf
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from formsvc.customers.manager import organisation
from formsvc.db import reading as connected
from formsvc.db import transaction
from formsvc.invitations.models import InvitationState
from formsvc.mail.domains import takes_mail
from formsvc.questionnaires.forms import CONSENT_SENSITIVE, QuestionnaireForm
from formsvc.submissions import drafts, reading, verbs
from formsvc.submissions.models import SubmissionState
from formsvc.submissions.page import Filling, Reader
from formsvc.submissions.reading import DeadLink, Opened, UnknownLink
from formsvc.submissions.times import times_from
from formsvc.web import language
from formsvc.web.access import public
from formsvc.web.show import instant, now, today

blueprint = Blueprint("submissions", __name__)
Answer: TypeAlias = Response | str | tuple[str | Response, int]


@blueprint.get("/q/<token>")
@public
def fill(token: str) -> Answer:
    reader = _reader(_opened(token), token)
    if _is_over(reader.opened) or (_waits(reader.opened) and "edit" not in request.args):
        return _receipt(reader)
    return reader.page(_resumed(reader))


@blueprint.post("/q/<token>")
@public
def act(token: str) -> Answer:
    """What the pressed button says."""
    acts: dict[str, Callable[[Opened, str], Answer]] = {
        "submit": _submit, "save": _save, "withdraw": _withdraw, "language": _show_again, "full": _show_again,
    }  # fmt: skip
    chosen = acts.get(request.form.get("action", "submit")) or abort(400)
    opened = _opened(token)
    if _is_over(opened):
        return _too_late(opened, token)
    try:
        return chosen(opened, token)
    except verbs.SentMeanwhile:
        return _again(token, "sent-meanwhile"), 409
    except (verbs.LinkIsDead, verbs.AlreadyDecided):
        return _too_late(_opened(token), token)


@blueprint.errorhandler(UnknownLink)
def unknown_link(_error: UnknownLink) -> Answer:
    return render_template("submissions/unknown_link.html", contact=organisation()), 404


@blueprint.errorhandler(DeadLink)
def dead_link(error: DeadLink) -> Answer:
    return render_template("submissions/dead_link.html", contact=error.contact), 410


def _submit(opened: Opened, token: str) -> Answer:
    form, saved = QuestionnaireForm(opened.asked, request.form), opened.draft
    if not _has_token():
        return _shown(opened, token, form, problem="old-page"), 422
    if saved:
        form.put(drafts.with_secrets(opened, form.typed, saved.typed))
        if saved.number > _number("draft") and (merged := _merged(opened, token, form)).has_theirs:
            return _shown(opened, token, form, merged, problem="changed-meanwhile"), 409
    if not _is_valid(form, agreed=bool(saved and saved.agreed)):
        return _shown(opened, token, form), 422
    with transaction() as session:
        verbs.submit(session, opened, _answers(opened, form), now())
    return redirect(_address(token), 303)


def _save(opened: Opened, token: str) -> Answer:
    form = QuestionnaireForm(opened.asked, request.form)
    is_script = "application/json" in request.headers.get("Accept", "")
    if not _has_token():
        if is_script:
            return jsonify(csrf_token=generate_csrf()), 422
        return _shown(opened, token, form, problem="old-page"), 422
    reader = _reader(opened, token)
    moment = now()
    with transaction() as session:
        verbs.hold(session, opened, _seen(opened), moment)
        number, merged = drafts.save(session, opened, "", _typed(form), reader.start, moment)
    if is_script:
        return jsonify(_told(reader, number, merged, moment))
    return _shown(_opened(token), token, form, merged, problem="saved")


def _withdraw(opened: Opened, token: str) -> Answer:
    if _has_token() and _waits(opened):
        with transaction() as session:
            verbs.withdraw(session, opened, now())
    return redirect(_address(token), 303)


def _show_again(opened: Opened, token: str) -> Answer:
    """The page with what was typed, in the language of its address, or with every line open."""
    form = QuestionnaireForm(opened.asked, request.form)
    return _shown(opened, token, form, full=request.form["action"] == "full")


def _again(token: str, problem: str) -> str:
    opened = _opened(token)
    return _shown(opened, token, QuestionnaireForm(opened.asked, request.form), problem=problem)


def _too_late(opened: Opened, token: str) -> Answer:
    """The receipt of what was decided, and what was typed since, which is not taken any more."""
    form = QuestionnaireForm(opened.asked, request.form)
    reader = _reader(opened, token)
    return _receipt(reader, unsent=reader.unsent(form.typed) if len(request.form) > 3 else None), 409


def _shown(
    opened: Opened, token: str, form: QuestionnaireForm, merged: drafts.Merged | None = None, problem: str = "",
    full: bool = False,
) -> str:  # fmt: skip
    """The page with what was posted, or what became of it."""
    reader = _reader(opened, token)
    saved = opened.draft
    return reader.page(
        Filling(
            typed=_without_secrets(opened, merged.typed if merged else form.typed, form),
            seen=opened.revision if problem == "sent-meanwhile" else _seen(opened),
            draft=saved.number if saved and merged else _number("draft"), opened_at=_number("opened"),
            saved_at=saved.saved_at if saved else None,
            errors={key: control.errors for key, control in form.questions.items() if control.errors},
            consents=form.consents, consent_errors=form.consent_errors,
            theirs=merged.theirs if merged else (), clashes=merged.clashes if merged else {},
            secrets=saved.typed if saved else {}, problem=problem, full=full,
        )
    )  # fmt: skip


def _opened(token: str) -> Opened:
    with connected() as connection:
        return reading.find(connection, token, "", now())


def _reader(opened: Opened, token: str) -> Reader:
    return Reader(opened, token, sees_held=True, now=now())


def _is_over(opened: Opened) -> bool:
    return opened.state is InvitationState.CLOSED and opened.last is not None


def _waits(opened: Opened) -> bool:
    return opened.last is not None and opened.last.state is SubmissionState.WAITING


def _resumed(reader: Reader) -> Filling:
    """The form as it was left, or as the record has it."""
    saved = reader.opened.draft
    if saved is None:
        return Filling(reader.start, reader.opened.revision)
    typed = {**saved.typed, **{key: {} for key in reader.opened.asked.sensitive}}
    return Filling(typed, reader.opened.revision, saved.number, saved.opened_at, saved.saved_at, secrets=saved.typed)


def _without_secrets(opened: Opened, typed: Any, form: QuestionnaireForm) -> dict[str, Any]:
    """What is shown: of the sensitive controls only what this very request has typed."""
    own = {key: {part: request.form.getlist(name) for part, name in form.questions[key].parts.items()}
           for key in opened.asked.sensitive}  # fmt: skip
    return {**typed, **own}


def _merged(opened: Opened, token: str, form: QuestionnaireForm) -> drafts.Merged:
    reader = _reader(opened, token)
    with connected() as connection:
        return drafts.merged(connection, opened, "", form.typed, _number("draft"), reader.start)


def _typed(form: QuestionnaireForm) -> drafts.Typed:
    """What is kept of a form: sensitive values only with the consent of their own (M6)."""
    agreed = form.consents[CONSENT_SENSITIVE]
    fields = {key: {} if key in form.asked.sensitive and not agreed else raw for key, raw in form.typed.items()}
    return drafts.Typed(fields, _number("draft"), agreed, _number("opened"))


def _told(reader: Reader, number: int, merged: drafts.Merged, moment: Any) -> dict[str, Any]:
    """What the page's script is told of a save."""
    controls = reader.opened.asked.controls
    taken = {
        controls[key].parts[part]: values
        for key in merged.theirs - reader.opened.asked.sensitive
        for part, values in merged.typed[key].items()
    }
    cells = reader.cells(Filling(merged.typed, 0, clashes=merged.clashes), {})
    return {
        "draft": number, "saved": _("Saved at %(time)s.", time=instant(moment)), "taken": taken,
        "clashes": {
            cell.question.name: _("On another device: %(value)s", value=cell.theirs)
            for cell in cells.values() if cell.theirs
        },
        "changes": reader.changes(merged.typed),
    }  # fmt: skip


def _is_valid(form: QuestionnaireForm, agreed: bool) -> bool:
    valid = form.validate_on(today(), agreed)
    email = form.questions.get("contacts.email")
    if email and isinstance(email.data, str) and not email.errors and not takes_mail(email.data.rpartition("@")[2]):
        email.errors = [_("The domain of this address takes no mail: check what stands after the @.")]
        valid = False
    return valid


def _answers(opened: Opened, form: QuestionnaireForm) -> verbs.Answers:
    answers, sensitive, saved = form.answers, opened.asked.sensitive, opened.draft
    modules = [module.key for module in opened.asked.modules]
    return verbs.Answers(
        values={key: value for key, value in answers.items() if key not in sensitive},
        secrets={key: value for key, value in answers.items() if key in sensitive},
        consent_sensitive=form.consents[CONSENT_SENSITIVE],
        language=language.current(),
        seen=_seen(opened),
        agreed_at=saved.saved_at if saved and saved.agreed else None,
        times=times_from(_number("opened"), request.form.get("times", ""), modules, now()),
    )


def _has_token() -> bool:
    """Whether the form's CSRF token is good. It is checked here: one that is too old must not eat the answers."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _seen(opened: Opened) -> int:
    """The revision that the page was filled from; one that never was is none."""
    seen = _number("seen")
    return seen if seen <= opened.revision else 0


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _address(token: str) -> str:
    lang = request.args.get("lang")
    return f"/q/{token}" + (f"?lang={lang}" if lang in language.LANGUAGES else "")


def _receipt(reader: Reader, unsent: Any = None) -> str:
    opened = reader.opened
    return render_template(
        "submissions/receipt.html", opened=opened, submission=opened.last, reader=reader, contact=opened.manager,
        changes=reader.sent_changes() if _waits(opened) else None, unsent=unsent,
    )  # fmt: skip
