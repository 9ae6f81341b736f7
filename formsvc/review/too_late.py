"""What the one who comes second is told: who did what, and when (M23)."""

from flask import abort, render_template

from formsvc.customers.pages import wording
from formsvc.customers.record import StaleRecord
from formsvc.db import db
from formsvc.invitations.moves import NotPossible
from formsvc.review import reach, reading
from formsvc.review.reopening import AskedAgain, asked_again
from formsvc.review.states import state_names
from formsvc.staff.access import me
from formsvc.submissions.models import Submission


def page(id_: int, error: Exception, seen: int | None) -> str:
    """`seen` is the version of the record that the reviewer looked at, where the page said so."""
    db.session.rollback()
    submission = reach.find(db.session, me(), id_) or abort(404)
    customer = submission.invitation.customer
    is_stale = isinstance(error, StaleRecord | NotPossible)
    seen = customer.version - 1 if seen is None else seen
    return render_template(
        "review/too_late.html", submission=submission, states=state_names(), customer=customer, is_stale=is_stale,
        newer=reading.newest_after(db.session, submission), is_withdrawn=reading.is_withdrawn(db.session, submission),
        asked_again=asked_again(db.session, submission) if isinstance(error, AskedAgain) else None,
        changes=reading.changes_after(db.session, customer, seen) if is_stale else [],
        labels=_changed(submission, seen) if is_stale else [],
    )  # fmt: skip


def _changed(submission: Submission, seen: int) -> list[str]:
    """The labels of the fields that were changed meanwhile."""
    words = wording()
    fields = reading.fields_since(db.session, submission.invitation.customer, seen)
    return [words["label"](key) for key in sorted(fields, key=words["place"])]
