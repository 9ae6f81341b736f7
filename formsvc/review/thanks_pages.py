"""Staff pages: the standing notes for thanks, and the thank-you as it will look (M27)."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from formsvc.customers import record
from formsvc.customers.relation import Relation
from formsvc.db import db, transaction
from formsvc.fields import Value, clean
from formsvc.mail.compose import compose
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import DEFAULT_KEY, NoQuestionnaire, current, definition_of
from formsvc.review import offers, reach, showing, thanks
from formsvc.review.arriving import known
from formsvc.review.blueprint import blueprint
from formsvc.review.choices import chosen
from formsvc.review.diff import Decision
from formsvc.review.merging import Nameless, meant, outcome
from formsvc.review.reading import compared
from formsvc.review.verbs import MAX_NOTE
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.web.headers import POLICY
from formsvc.web.language import LANGUAGES
from formsvc.web.show import now, today

# The mail brings its own styles; the frame it stands in lets nothing run, and has the policy of the page around it
FRAMED = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


@blueprint.get("/note")
@requires(Permission.REVIEW)
def note() -> str:
    version = _questionnaire(db.session)
    id_, definition = version.questionnaire_id, definition_of(version)
    return render_template(
        "review/note.html", key=definition.key, titles=offers.titles(db.session).values(), longest=MAX_NOTE,
        standing={code: thanks.standing_note(db.session, me(), id_, code) for code in LANGUAGES},
        usual={code: thanks.usual(definition, code) for code in LANGUAGES},
    )  # fmt: skip


@blueprint.post("/note")
@requires(Permission.REVIEW)
def keep_note() -> Redirect:
    typed = {code: clean(request.form.get(f"note-{code}", ""))[:MAX_NOTE] for code in LANGUAGES}
    with transaction() as session:
        version = _questionnaire(session)
        id_, key = version.questionnaire_id, definition_of(version).key
        for code, text in typed.items():
            if text != thanks.standing_note(session, me(), id_, code):
                thanks.remember(session, me(), id_, code, text, now())
    flash(_("Your standing notes are kept."), "done")
    return redirect(url_for(".note", questionnaire=key), 303)


@blueprint.post("/<int:id_>/preview")
@requires(Permission.REVIEW)
def preview(id_: int) -> Response | Redirect:
    """The thank-you that an approval with what is typed would send. It sends and keeps nothing."""
    submission = reach.find(db.session, me(), id_) or abort(404)
    if submission.state is not SubmissionState.WAITING:
        return redirect(url_for(".show", id_=id_), 303)
    typed = clean(request.form.get("note", ""))[:MAX_NOTE]
    words, (values, relation) = thanks.note_for(db.session, submission, me(), typed), _accepted(submission)
    mail = thanks.thank_you(db.session, submission, words, _named(values, relation), is_unchanged=not values)
    page = render_template(
        "review/preview.html", submission=submission, mail=mail, words=mail and compose(mail),
        known=mail and known(db.session, submission.invitation.customer, mail.recipient),
    )  # fmt: skip
    return Response(page, headers={"Content-Security-Policy": FRAMED})


def _questionnaire(session: Session) -> QuestionnaireVersion:
    """The questionnaire whose notes the address asks for: the default one where it says nothing."""
    try:
        return current(session, request.args.get("questionnaire", DEFAULT_KEY))
    except NoQuestionnaire:
        abort(404)


def _accepted(submission: Submission) -> tuple[dict[str, Value], Relation]:
    """What the choices on the page would bring into the record, and of whom; what nobody chose about yet stays as it is
    held.
    """
    rows = compared(db.session, submission).rows
    relation = meant(rows, showing.relation())
    audience = submission.invitation.customer.audience
    decisions = chosen(rows, request.form, audience, today(), relation).decisions
    open_ = {row.field.key: Decision("keep") for row in rows if row.is_open}
    try:
        return outcome(rows, open_ | decisions, relation).values, relation
    except Nameless:
        return {}, relation


def _named(values: dict[str, Value], relation: Relation) -> dict[str, Value]:
    """Those of `values` that would be held of the customer and its main contact."""
    if relation is Relation.SECOND:
        return {key: value for key, value in values.items() if record.contact_of(key, 1) == 0}
    new = dict.fromkeys(record.REPEATED) if relation is Relation.SUCCESSOR else {}
    return {key: None for key in new if record.contact_of(key, 1)} | values
