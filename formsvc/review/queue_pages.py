"""Staff pages: the queue of submissions, oldest first (M20)."""

from flask import abort, render_template, request
from sqlalchemy import tuple_
from sqlalchemy.orm import joinedload

from formsvc.customers.models import Customer
from formsvc.db import db
from formsvc.invitations.models import Invitation
from formsvc.review import reach
from formsvc.review.blueprint import blueprint
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.web.show import now
from formsvc.web.urls import row_id

PAGE = 50


@blueprint.get("/")
@requires(Permission.REVIEW)
def queue() -> str:
    waiting = reach.visible(me()).where(Submission.state == SubmissionState.WAITING)
    if after := request.args.get("after", type=row_id):
        last = reach.find(db.session, me(), after) or abort(404)
        waiting = waiting.where(tuple_(Submission.submitted_at, Submission.id) > (last.submitted_at, last.id))
    waiting = waiting.order_by(Submission.submitted_at, Submission.id).limit(PAGE + 1)
    whole = joinedload(Submission.invitation).joinedload(Invitation.customer).joinedload(Customer.owner)
    rows = db.session.scalars(waiting.options(whole)).all()
    return render_template(
        "review/queue.html", submissions=rows[:PAGE], more=len(rows) > PAGE, paged=bool(after), now=now()
    )
