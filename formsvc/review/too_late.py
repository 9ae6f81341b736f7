"""What the one who comes second is told: who did what, and when (M23)."""

from flask import abort, render_template, request

from formsvc.customers import reach as customers_reach
from formsvc.db import db
from formsvc.fields import clean
from formsvc.review import reach, reading, showing
from formsvc.review.reopening import AskedAgain, asked_again
from formsvc.review.states import state_names
from formsvc.staff.access import me
from formsvc.web.show import now


def page(id_: int, error: Exception) -> str:
    """Why the decision was not taken, and what was typed for it, which must not be lost."""
    db.session.rollback()
    submission = reach.find(db.session, me(), id_) or abort(404)
    typed = [request.form.get("note", ""), *showing.comments(submission).values()]
    customer = submission.invitation.customer
    return render_template(
        "review/too_late.html", submission=submission, states=state_names(), customer=customer,
        sees_customer=customers_reach.find(db.session, me(), customer.number) is not None,
        typed="\n".join(filter(None, map(clean, typed))),
        newer=reading.newest_after(db.session, submission), is_withdrawn=reading.is_withdrawn(db.session, submission),
        asked_again=asked_again(db.session, submission, now()) if isinstance(error, AskedAgain) else None,
    )  # fmt: skip
