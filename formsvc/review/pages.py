"""Staff pages: the review of one submission."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from formsvc.customers import reach as customers_reach
from formsvc.customers.models import Customer
from formsvc.customers.pages import wording
from formsvc.customers.record import StaleRecord
from formsvc.customers.relation import NAME
from formsvc.db import db, transaction
from formsvc.fields import clean
from formsvc.invitations.models import Invitation
from formsvc.review import reach, reopening, showing, thanks, too_late, verbs
from formsvc.review.blueprint import blueprint
from formsvc.review.choices import chosen
from formsvc.review.diff import Undecided
from formsvc.review.filters import Filter
from formsvc.review.merging import Nameless
from formsvc.review.queue import next_waiting
from formsvc.review.reading import changes_after, compared, fields_since, title_of
from formsvc.review.states import state_names
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.submissions.models import Submission
from formsvc.web.show import now, today
from formsvc.web.urls import row_id


@blueprint.get("/<int:id_>")
@requires(Permission.READ_ANSWERS)
def show(id_: int) -> str:
    return showing.page(_find(db.session, id_))


@blueprint.post("/<int:id_>")
@requires(Permission.REVIEW)
def decide(id_: int) -> Response | tuple[str, int]:
    action = request.form.get("action")
    if action not in ("approve", "return", "reject"):
        abort(400)
    seen = request.form.get("seen", type=row_id)
    try:
        with transaction() as session:
            submission = _find(session, id_)
            done = _decide(session, submission, action, seen)
    except verbs.TooLate as error:
        return too_late.page(id_, error), 409
    except StaleRecord:
        return _stale(id_, seen), 409
    except showing.Refused as refused:
        submission = _find(db.session, id_)
        if seen not in (None, submission.invitation.customer.version):
            return _stale(id_, seen), 409  # what is mended would be about another record
        return showing.page(submission, refused), 422
    flash(done, "done")
    return redirect(_onward(submission, action), 303)


@blueprint.post("/<int:id_>/reopen")
@requires(Permission.REVIEW)
def reopen(id_: int) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            reopening.reopen(session, _find(session, id_), me(), now())
    except (verbs.TooLate, reopening.AskedAgain) as error:
        return too_late.page(id_, error), 409
    except reopening.NotACustomer:
        flash(_("Nothing was taken back: the record is archived, or was merged into another one."), "problem")
        return redirect(url_for(".show", id_=id_), 303)
    flash(_("The rejection is taken back: these answers wait for your decision again."), "done")
    return redirect(url_for(".show", id_=id_, **Filter.read(request.args).asked), 303)


def _stale(id_: int, seen: int | None) -> str:
    """The page with all that was typed, and what changed since the version that was looked at (M23)."""
    db.session.rollback()
    submission = _find(db.session, id_)
    customer = submission.invitation.customer
    seen = customer.version - 1 if seen is None else min(seen, customer.version)
    words, fields = wording(), fields_since(db.session, customer, seen)
    labels = {key: words["label"](key) for key in sorted(fields, key=words["place"])}
    return showing.page(submission, showing.Stale(changes_after(db.session, customer, seen), labels))


def _onward(submission: Submission, action: str) -> str:
    """To the next that waits within the filter; where none does, to what became of this one, or to the queue."""
    chosen_filter = Filter.read(request.args)
    db.session.rollback()  # it may have read before the decision
    if following := next_waiting(db.session, me(), chosen_filter, submission, now()):
        return url_for(".show", id_=following, **chosen_filter.asked)
    number = submission.invitation.customer.number
    if action == "approve" and not chosen_filter.asked and customers_reach.find(db.session, me(), number):
        return url_for("customers.show", number=number)
    return url_for(".queue", **chosen_filter.asked)


def panel(customer: Customer) -> tuple[str, dict[str, Any]] | None:
    """What a customer's page shows of submissions, to who may read them."""
    if not me().may(Permission.READ_ANSWERS):
        return None
    found = select(Submission).join(Invitation).where(Invitation.customer_id == customer.id)
    rows = db.session.scalars(found.order_by(Submission.id.desc()).limit(10)).all()
    return "review/panel.html", {"submissions": rows, "submission_states": state_names(), "title": title_of}


def _decide(session: Session, submission: Submission, action: str, seen: int | None) -> str:
    """What was done, in words. Raises Refused, and what the verbs raise for who comes too late."""
    name = submission.invitation.customer.name
    note, comments = clean(request.form.get("note", ""))[: verbs.MAX_NOTE], showing.comments(submission)
    try:
        if action == "return":
            verbs.return_(session, submission, me(), note, now(), comments)
            return _("%(name)s: returned to the customer with your note.", name=name)
        if any(map(clean, comments.values())):
            problem = _("Your comments reach the customer with a return only: return it, or empty the comments.")
            raise showing.Refused(problem, "note")
        if action == "reject":
            verbs.reject(session, submission, me(), note, now())
            return _("%(name)s: rejected. The record is as it was.", name=name)
    except verbs.ContactLeft:
        problem = _("Who answered is not the contact any more. Reject these answers, and invite the new contact.")
        raise showing.Refused(problem) from None
    except verbs.NoteMissing:
        raise showing.Refused(_("Write a note: what is to be changed, or why you reject."), "note") from None
    return _approve(session, submission, note, seen)


def _approve(session: Session, submission: Submission, note: str, seen: int | None) -> str:
    customer = submission.invitation.customer
    choices = chosen(compared(session, submission).rows, request.form, customer.audience, today(), showing.relation())
    if choices.errors or choices.unexplained:
        wrong = dict.fromkeys(choices.unexplained, "") | choices.errors
        unsaid = _("Say why you word these otherwise: the reason stays with the value.")
        problem = _("Look at the values that you worded.") if choices.errors else unsaid
        raise showing.Refused(problem, errors=wrong, unexplained=choices.unexplained)
    seen, words = seen or _version_when_sent(submission), thanks.note_for(session, submission, me(), note)
    if note and request.form.get("remember"):
        thanks.remember(session, me(), submission.invitation.questionnaire_id, submission.language, note, now())
    try:
        merged = verbs.approve(session, submission, me(), choices.decisions, words, seen, now(), showing.relation())
    except Nameless:
        problem = _("A new contact needs a name: accept or edit it, or choose that it is the same person.")
        raise showing.Refused(problem, errors={NAME: ""}) from None
    except Undecided as undecided:
        problem = _("Choose “accept”, “keep” or “edit” for each changed field.")
        raise showing.Refused(problem, errors=dict.fromkeys(undecided.fields, "")) from None
    said = {"name": customer.name, "count": len(merged)}
    if not customer.email:
        return _("%(name)s: approved, %(count)s fields are in the record. No address is held for a thank-you.", **said)
    return _("%(name)s: approved, %(count)s fields are in the record. The thank-you is on its way.", **said)


def _version_when_sent(submission: Submission) -> int:
    """For a program that does not say which version it looked at: none that exists, where the record has changed."""
    customer = submission.invitation.customer
    return customer.version if customer.updated_at <= submission.submitted_at else 0


def _find(session: Session, id_: int) -> Submission:
    return reach.find(session, me(), id_) or abort(404)
