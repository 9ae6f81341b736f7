"""Staff pages: undo what an approval put into the record (M24)."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, defer
from werkzeug.wrappers import Response

from formsvc.customers.pages import wording
from formsvc.customers.record import StaleRecord
from formsvc.db import db, transaction
from formsvc.fields import clean
from formsvc.mail.models import OutboxMessage
from formsvc.review import reach, rewards, timeline, undo
from formsvc.review.blueprint import blueprint
from formsvc.review.reading import fields_of
from formsvc.review.undo_steps import Step, undoable
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.web import language
from formsvc.web.show import now
from formsvc.web.urls import row_id


@blueprint.get("/<int:id_>/undo")
@requires(Permission.REVIEW)
def choose_undo(id_: int) -> str:
    return _page(_find(db.session, id_))


@blueprint.post("/<int:id_>/undo")
@requires(Permission.REVIEW)
def act_undo(id_: int) -> Response | tuple[str, int]:
    reason = clean(request.form.get("reason", ""))[: undo.MAX_REASON]
    items, seen = request.form.getlist("item"), request.form.get("seen", type=row_id) or 0
    try:
        with transaction() as session:
            undo.undo(session, _find(session, id_), items, me(), reason, seen, now())
    except undo.NothingChosen:
        return _page(_find(db.session, id_), _("Choose what to undo.")), 422
    except undo.ReasonMissing:
        return _page(_find(db.session, id_), _("Write the reason: it stays with the record.")), 422
    except (undo.CannotUndo, StaleRecord):
        db.session.rollback()
        return _page(
            _find(db.session, id_), _("The record has changed meanwhile. Nothing was undone: look again.")
        ), 409
    flash(_("Undone: what was held before is held again."), "done")
    return redirect(url_for(".show", id_=id_), 303)


def _page(submission: Submission, problem: str | None = None) -> str:
    words, customer = wording(), submission.invitation.customer
    reward = rewards.earned_by(db.session, submission)
    steps = sorted(undoable(db.session, submission), key=lambda step: (step.added or 0, words["place"](step.key)))
    return render_template(
        "review/undo.html", submission=submission, customer=customer, problem=problem, thanks=_thanks(submission),
        reward=reward, reward_text=reward and rewards.text(reward, language.current()),
        steps=steps, possible=[step for step in steps if not step.hindrance], chosen=request.form.getlist("item"),
        name=lambda step: _name(step, words), longest=undo.MAX_REASON, undone=undo.undone(db.session, submission),
        names=timeline.names(db.session, customer), fields=fields_of(submission), is_undo_page=True, **words,
    )  # fmt: skip


def _name(step: Step, words: dict[str, Any]) -> str:
    """What a contact is called, of an item that is one."""
    return next((words["shown"](row) for row in step.merged if row.field == "contacts.name"), "")


def _thanks(submission: Submission) -> OutboxMessage | None:
    """The thank-you for this approval."""
    of_it = OutboxMessage.subject == submission.invitation.subject, OutboxMessage.kind == "thank-you"
    step = OutboxMessage.step == submission.mail_step
    return db.session.scalar(select(OutboxMessage).where(*of_it, step).options(defer(OutboxMessage.content)))


def _find(session: Session, id_: int) -> Submission:
    """The submission, where the reader may see it and it was approved."""
    found = reach.find(session, me(), id_)
    return found if found and found.state is SubmissionState.APPROVED else abort(404)
