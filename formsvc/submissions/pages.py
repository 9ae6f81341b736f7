"""The customer's page: GET shows the questionnaire or the receipt and changes nothing, POST submits."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from formsvc.customers import record
from formsvc.customers.manager import manager_of, organisation
from formsvc.db import db, transaction
from formsvc.fields import masked
from formsvc.invitations import links
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.mail.domains import takes_mail
from formsvc.questionnaires.forms import QuestionnaireForm, form_class
from formsvc.questionnaires.verbs import definition_of
from formsvc.submissions import verbs
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.web import language
from formsvc.web.access import public
from formsvc.web.show import now, today

blueprint = Blueprint("submissions", __name__)


@blueprint.get("/q/<token>")
@public
def fill(token: str) -> str | tuple[str, int]:
    invitation = _find(token)
    if not isinstance(invitation, Invitation):
        return invitation
    last = verbs.latest(db.session, invitation.id)
    is_waiting = last is not None and last.state is SubmissionState.WAITING
    if last and (invitation.state is InvitationState.CLOSED or (is_waiting and "edit" not in request.args)):
        return _receipt(invitation, last, token)
    return _page(invitation, _form(invitation, last), last, token)


@blueprint.post("/q/<token>")
@public
def submit(token: str) -> Response | str | tuple[str, int]:
    action = request.form.get("action", "submit")
    if action not in ("submit", "language"):
        abort(400)
    invitation = _find(token)
    if not isinstance(invitation, Invitation):
        return invitation
    last = verbs.latest(db.session, invitation.id)
    if invitation.state is InvitationState.CLOSED and last:
        return _receipt(invitation, last, token), 409
    form = _form(invitation, last)
    if action == "language":  # the page again in the language of its address, with what was typed
        return _page(invitation, form, last, token)
    if not _is_valid(form):
        return _page(invitation, form, last, token), 422
    db.session.rollback()  # the reading is over: what is written is read again, in the writing transaction
    return _send(token, form)


def _send(token: str, form: QuestionnaireForm) -> Response | str | tuple[str, int]:
    ids = links.read(token) or abort(404)
    try:
        with transaction() as session:
            invitation = verbs.find_open(session, *ids, now())
            verbs.submit(session, invitation, _answers(form), now())
    except (verbs.LinkIsDead, verbs.AlreadyDecided):
        return fill(token)
    except verbs.SentMeanwhile:  # what it names ended with its transaction
        invitation = _found(token)
        return _page(invitation, form, verbs.latest(db.session, invitation.id), token, sent_meanwhile=True), 409
    return redirect(url_for(".fill", token=token, lang=request.args.get("lang")), 303)


def _find(token: str) -> Invitation | tuple[str, int]:
    """The invitation of a link that can be opened, or the page that says why it cannot."""
    ids = links.read(token)
    invitation = db.session.get(Invitation, ids[0], options=verbs.AT_ONCE) if ids else None
    if ids is None or invitation is None:
        return render_template("submissions/unknown_link.html", contact=organisation()), 404
    is_dead = invitation.link_number != ids[1] or invitation.state is InvitationState.REVOKED
    if is_dead or invitation.closes_at <= now():
        return render_template("submissions/dead_link.html", contact=manager_of(invitation.customer)), 410
    return invitation


def _found(token: str) -> Invitation:
    invitation = _find(token)
    return invitation if isinstance(invitation, Invitation) else abort(410)


def _form(invitation: Invitation, last: Submission | None) -> QuestionnaireForm:
    """The form, filled from what was posted, else from the answers being mended, else from the record."""
    customer, version = invitation.customer, invitation.version
    definition = definition_of(version)
    kind = form_class(definition, version.checksum, customer.audience, customer.situation)
    held = record.held_values(db.session, customer)
    if last and last.state in verbs.MENDABLE:
        held = held | last.all_answers
    masks = {key: masked(held[key]) for key, field in definition.fields.items() if field.sensitive and key in held}
    shown = {key.replace(".", "-"): value for key, value in held.items() if key not in masks}
    return kind(request.form if request.method == "POST" else None, data=shown, masks=masks, held=held)


def _is_valid(form: QuestionnaireForm) -> bool:
    valid = form.validate_on(today())
    email = form.questions.get("contacts.email")
    if email and isinstance(email.data, str) and not email.errors and not takes_mail(email.data.rpartition("@")[2]):
        email.errors = [_("The domain of this address takes no mail: check what stands after the @.")]
        valid = False
    return valid


def _answers(form: QuestionnaireForm) -> verbs.Answers:
    sensitive = {key for key, control in form.questions.items() if control.question.sensitive}
    seen = request.form.get("seen", "0")
    return verbs.Answers(
        values={key: value for key, value in form.answers.items() if key not in sensitive},
        secrets={key: value for key, value in form.answers.items() if key in sensitive and value is not None},
        consent_sensitive=bool(form.consent_sensitive.data),
        language=language.current(),
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0,
    )


def _page(
    invitation: Invitation, form: QuestionnaireForm, last: Submission | None, token: str, sent_meanwhile: bool = False
) -> str:
    posted = request.method == "POST"
    return render_template(
        "submissions/fill.html",
        form=form, definition=definition_of(invitation.version), invitation=invitation, token=token,
        contact=manager_of(invitation.customer), last=last, sent_meanwhile=sent_meanwhile,
        seen=last.revision if last and (not posted or sent_meanwhile) else request.form.get("seen", 0),
        sensitive_module=[m.key for m in form.modules if any(f.sensitive for f in m.fields)][-1:],
        returned=last if last and last.state is SubmissionState.RETURNED else None,
    )  # fmt: skip


def _receipt(invitation: Invitation, last: Submission, token: str) -> str:
    return render_template(
        "submissions/receipt.html", invitation=invitation, submission=last, token=token,
        definition=definition_of(invitation.version), contact=manager_of(invitation.customer),
    )  # fmt: skip
