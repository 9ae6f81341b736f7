"""Staff pages: the review of one submission."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from formsvc.customers.models import Customer
from formsvc.customers.record import StaleRecord
from formsvc.db import db, transaction
from formsvc.fields import clean
from formsvc.invitations.models import Invitation
from formsvc.invitations.verbs import NotPossible
from formsvc.review import reach, reading, verbs
from formsvc.review.blueprint import blueprint
from formsvc.review.diff import Difference, Undecided
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.submissions import addresses
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.submissions.summary import shown
from formsvc.web import language
from formsvc.web.show import now
from formsvc.web.urls import row_id


class CommentsUnsent(ValueError):
    """Comments to fields were typed, and the button would have dropped them."""


@blueprint.get("/<int:id_>")
@requires(Permission.REVIEW)
def show(id_: int) -> str:
    return _page(_find(db.session, id_))


@blueprint.post("/<int:id_>")
@requires(Permission.REVIEW)
def decide(id_: int) -> Response | tuple[str, int]:
    action = request.form.get("action")
    if action not in ("approve", "return", "reject"):
        abort(400)
    try:
        with transaction() as session:
            submission = _find(session, id_)
            done = _decide(session, submission, action)
            number = submission.invitation.customer.number
    except (verbs.TooLate, StaleRecord, NotPossible) as error:
        return _too_late(id_, error), 409
    except CommentsUnsent:
        problem = _("Your comments reach the customer with a return only: return it, or empty the comments.")
        return _page(_find(db.session, id_), problem=problem), 422
    except verbs.NoteMissing:
        return _page(_find(db.session, id_), problem=_("Write a note: what is to be changed, or why you reject.")), 422
    except Undecided as undecided:
        problem = _("Choose “accept” or “keep” for each changed field.")
        return _page(_find(db.session, id_), problem=problem, undecided=undecided.fields), 422
    flash(done, "done")
    return redirect(url_for("customers.show", number=number) if action == "approve" else url_for(".queue"), 303)


def panel(customer: Customer) -> tuple[str, dict[str, Any]]:
    """What a customer's page shows of submissions."""
    found = select(Submission).join(Invitation).where(Invitation.customer_id == customer.id)
    rows = db.session.scalars(found.order_by(Submission.id.desc()).limit(10).options(_whole())).all()
    return "review/panel.html", {"submissions": rows, "submission_states": state_names()}


def state_names() -> dict[str, str]:
    return {
        "waiting": _("Waiting for review"),
        "superseded": _("Replaced by a newer one"),
        "approved": _("Approved"),
        "returned": _("Returned for changes"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn by the customer"),
    }


def _decide(session: Session, submission: Submission, action: str) -> str:
    note, comments = clean(request.form.get("note", ""))[: verbs.MAX_NOTE], _posted(submission, "note")
    if action == "return":
        verbs.return_(session, submission, me(), note, now(), comments)
        return _("Returned to the customer with your note.")
    if any(map(clean, comments.values())):
        raise CommentsUnsent
    if action == "reject":
        verbs.reject(session, submission, me(), note, now())
        return _("Rejected. The record is as it was.")
    decisions = _posted(submission, "decide")
    seen = request.form.get("seen", type=row_id) or _version_when_sent(submission)
    merged = verbs.approve(session, submission, me(), decisions, note, seen, now())
    return _("Approved: %(count)s fields are in the record. The thank-you is on its way.", count=len(merged))


def _posted(submission: Submission, kind: str) -> dict[str, str]:
    """What was typed or chosen for each field, by key, in the controls "`kind`-module-field"."""
    return {key: request.form.get(f"{kind}-{f.name}", "") for key, f in reading.fields_of(submission).items()}


def _version_when_sent(submission: Submission) -> int:
    """For a program that does not say which version it looked at: none that exists, where the record has changed."""
    customer = submission.invitation.customer
    return customer.version if customer.updated_at <= submission.submitted_at else 0


def _page(submission: Submission, problem: str | None = None, undecided: Any = ()) -> str:
    session, waiting = db.session, submission.state is SubmissionState.WAITING
    shared = {
        "submission": submission, "customer": submission.invitation.customer, "states": state_names(),
        "newer": None if waiting else reading.newest_after(session, submission),
    }  # fmt: skip
    if reading.is_withdrawn(session, submission):
        return render_template("review/withdrawn.html", **shared, at=reading.taken_back_at(session, submission))
    rows, earlier = reading.differences(session, submission), reading.last_before(session, submission)
    return render_template(
        "review/show.html", **shared, problem=problem, undecided=undecided, shown=_shown,
        changed=[row for row in rows if row.is_changed], same=[row for row in rows if not row.is_changed],
        fields=reading.fields_of(submission), accepted=reading.accepted(session, submission),
        confirmed=addresses.status(session, submission), longest_note=verbs.MAX_FIELD_NOTE,
        commented=[key for key, comment in _posted(submission, "note").items() if comment],
        earlier=earlier, since=reading.changed_since(submission, earlier) if earlier else [],
    )  # fmt: skip


def _shown(row: Difference, value: Any) -> str:
    return shown(row.field, value, language.current())


def _too_late(id_: int, error: Exception) -> str:
    """Who did what, for the one who comes second."""
    db.session.rollback()
    submission = _find(db.session, id_)
    return render_template(
        "review/too_late.html", submission=submission, states=state_names(), customer=submission.invitation.customer,
        is_stale=isinstance(error, StaleRecord | NotPossible), newer=reading.newest_after(db.session, submission),
        is_withdrawn=reading.is_withdrawn(db.session, submission),
    )  # fmt: skip


def _whole() -> Any:
    return joinedload(Submission.invitation).joinedload(Invitation.customer).joinedload(Customer.owner)


def _find(session: Session, id_: int) -> Submission:
    return reach.find(session, me(), id_) or abort(404)
