"""Staff pages: record what a customer says on the phone, on a visit or in a message (M28). GET changes nothing."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.customers.pages import find_or_404
from formsvc.db import db, transaction
from formsvc.invitations.verbs import Archived
from formsvc.questionnaires.forms import CONSENT_SENSITIVE
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import definition_of, published
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.submissions import drafts, recording, verbs
from formsvc.submissions.page import Filling
from formsvc.submissions.posting import MOST_REVISIONS, Answer, has_token
from formsvc.submissions.recording_form import Call, Recorder, Recording
from formsvc.web.show import now

blueprint = Blueprint("recording", __name__, url_prefix="/customers/<number>/answers")


@blueprint.get("")
@requires(Permission.INVITE)
def fill(number: str) -> Answer:
    customer = find_or_404(number)
    version = _chosen(customer)
    if version is None or not customer.is_asked:
        return _stopped(customer)
    opened, known = recording.opened(db.session, customer, version, now())
    if recording.waits(opened):
        title = opened.definition.title.in_(customer.language)
        return render_template("submissions/record_stop.html", customer=customer, opened=opened, title=title)
    recorder = Recorder(opened, customer, Call(known), now())
    agreed = {CONSENT_SENSITIVE: drafts.is_agreed(recorder.start)}
    return recorder.page(Filling(recorder.start, opened.revision, consents=agreed))


@blueprint.post("")
@requires(Permission.INVITE)
def act(number: str) -> Answer:
    """Save, or show the page with every line open."""
    action = request.form.get("action", "record")
    if action not in ("record", "full"):
        abort(400)
    posted = _posted(number)
    if action == "full":
        return posted.again()
    try:
        return _record(number, posted)
    except (verbs.SentMeanwhile, verbs.AlreadyDecided, verbs.LinkIsDead):
        db.session.rollback()
        return _posted(number, is_anew=True).shown("sent-meanwhile"), 409
    except Archived:
        return _stopped(find_or_404(number)), 409


def _record(number: str, posted: Recording) -> Answer:
    """Raises what `recording.record` raises."""
    if not has_token():
        return posted.shown("old-page"), 422
    if posted.seen >= MOST_REVISIONS:
        return posted.shown("too-often"), 429
    if not posted.is_right():
        return posted.shown(), 422
    db.session.rollback()
    with transaction() as session:
        customer = reach.find(session, me(), number) or abort(404)
        id_ = recording.record(
            session, customer, posted.opened, posted.answers(me().id), me(), posted.call.known, now()
        )  # fmt: skip
    flash(_("The answers are saved, and wait for their review."), "done")
    if me().may(Permission.REVIEW):
        return redirect(url_for("review.show", id_=id_), 303)
    return redirect(url_for("customers.show", number=number), 303)


def _posted(number: str, is_anew: bool = False) -> Recording:
    """What was posted, into the form as it is now; with `is_anew` what came before that is known."""
    customer = find_or_404(number)
    version = _chosen(customer) or abort(404)
    opened, known = recording.opened(db.session, customer, version, now())
    call = Call.posted(known)
    if is_anew:
        call = Call(known, call.way, call.is_confirmed)
    return Recording(Recorder(opened, customer, call, now()))


def _chosen(customer: Customer) -> QuestionnaireVersion | None:
    """The questionnaire of the address, else the only one there is; None where one is to be chosen."""
    offered, key = _offered(customer), request.args.get("questionnaire")
    if key is None:
        return offered[0] if len(offered) == 1 else None
    return next((version for version in offered if definition_of(version).key == key), None)


def _offered(customer: Customer) -> Sequence[QuestionnaireVersion]:
    """The questionnaires that ask something of this customer."""
    asking = published(db.session)
    return [row for row in asking if definition_of(row).asked(customer.audience, customer.situation)]


def _stopped(customer: Customer) -> str:
    offered = [definition_of(version) for version in _offered(customer)]
    return render_template("submissions/record_stop.html", customer=customer, offered=offered)
