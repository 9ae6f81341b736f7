"""Staff pages: the review of one submission."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from formsvc.customers import reach as customers_reach
from formsvc.customers.models import Customer
from formsvc.customers.record import StaleRecord
from formsvc.customers.relation import NAME, Relation, propose
from formsvc.db import db, transaction
from formsvc.fields import clean
from formsvc.invitations.models import Invitation
from formsvc.invitations.verbs import NotPossible
from formsvc.review import reach, reading, too_late, undo, verbs
from formsvc.review.blueprint import blueprint
from formsvc.review.checks import flagged, look
from formsvc.review.choices import MAX_REASON, chosen, edit_cell, may_edit
from formsvc.review.diff import Difference, Kind, Undecided
from formsvc.review.reading import Compared, compared
from formsvc.review.states import state_names
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.submissions import addresses
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.submissions.summary import shown
from formsvc.web import language
from formsvc.web.show import now, today
from formsvc.web.urls import row_id

SAID_BY_THE_ROW = "emptied", "not-confirmed", "changed-since-asked"


class Refused(ValueError):
    """A decision that lacks something: what, for the reviewer, which control is in question, and errors by field."""

    def __init__(self, problem: str, control: str = "", errors: Mapping[str, str] = {}) -> None:
        super().__init__(problem)
        self.problem, self.control, self.errors = problem, control, errors


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
    seen = request.form.get("seen", type=row_id)
    try:
        with transaction() as session:
            submission = _find(session, id_)
            done = _decide(session, submission, action, seen)
            number = submission.invitation.customer.number
    except (verbs.TooLate, StaleRecord, NotPossible) as error:
        return too_late.page(id_, error, seen), 409
    except Refused as refused:
        return _page(_find(db.session, id_), refused), 422
    flash(done, "done")
    return redirect(url_for("customers.show", number=number) if action == "approve" else url_for(".queue"), 303)


def panel(customer: Customer) -> tuple[str, dict[str, Any]]:
    """What a customer's page shows of submissions."""
    found = select(Submission).join(Invitation).where(Invitation.customer_id == customer.id)
    rows = db.session.scalars(found.order_by(Submission.id.desc()).limit(10)).all()
    return "review/panel.html", {"submissions": rows, "submission_states": state_names()}


def _decide(session: Session, submission: Submission, action: str, seen: int | None) -> str:
    """What was done, in words. Raises Refused, and what the verbs raise for who comes too late."""
    note, comments = clean(request.form.get("note", ""))[: verbs.MAX_NOTE], _comments(submission)
    try:
        if action == "return":
            verbs.return_(session, submission, me(), note, now(), comments)
            return _("Returned to the customer with your note.")
        if any(map(clean, comments.values())):
            problem = _("Your comments reach the customer with a return only: return it, or empty the comments.")
            raise Refused(problem, "note")
        if action == "reject":
            verbs.reject(session, submission, me(), note, now())
            return _("Rejected. The record is as it was.")
    except verbs.NoteMissing:
        raise Refused(_("Write a note: what is to be changed, or why you reject."), "note") from None
    return _approve(session, submission, note, seen)


def _approve(session: Session, submission: Submission, note: str, seen: int | None) -> str:
    customer = submission.invitation.customer
    choices = chosen(compared(session, submission).rows, request.form, customer.audience, today())
    if choices.errors:
        raise Refused(_("Look at the values that you worded."), errors=choices.errors)
    seen = seen or _version_when_sent(submission)
    try:
        merged = verbs.approve(session, submission, me(), choices.decisions, note, seen, now(), _relation())
    except Undecided as undecided:
        problem = _("Choose “accept”, “keep” or “edit” for each changed field.")
        raise Refused(problem, errors=dict.fromkeys(undecided.fields, "")) from None
    return _("Approved: %(count)s fields are in the record. The thank-you is on its way.", count=len(merged))


def _relation() -> Relation:
    """Who the person in the answers is; a program that says nothing means the one who is held."""
    said = request.form.get("contact", "")
    return Relation(said) if said in list(Relation) else Relation.SAME


def _comments(submission: Submission) -> dict[str, str]:
    """What was typed to the customer about each field, by key."""
    return {key: request.form.get(f"note-{f.name}", "") for key, f in reading.fields_of(submission).items()}


def _version_when_sent(submission: Submission) -> int:
    """For a program that does not say which version it looked at: none that exists, where the record has changed."""
    customer = submission.invitation.customer
    return customer.version if customer.updated_at <= submission.submitted_at else 0


def _page(submission: Submission, refused: Refused | None = None) -> str:
    session, waiting = db.session, submission.state is SubmissionState.WAITING
    shared = {
        "submission": submission, "customer": submission.invitation.customer, "states": state_names(),
        "newer": None if waiting else reading.newest_after(session, submission),
    }  # fmt: skip
    if reading.is_withdrawn(session, submission):
        return render_template("review/withdrawn.html", **shared, at=reading.taken_back_at(session, submission))
    found, earlier = compared(session, submission), reading.last_before(session, submission)
    errors = refused.errors if refused else {}
    return render_template(
        "review/show.html", **shared, refused=refused, errors=errors, shown=_shown,
        open=found.of_kind(Kind.CONFLICT, Kind.THEIRS, Kind.MERGED), ours=found.of_kind(Kind.OURS),
        same=found.of_kind(Kind.SAME), fields=reading.fields_of(submission),
        flags=_flags(submission, found) if waiting else Flags({}, []), relation=_proposed(found) if waiting else None,
        people=_names(found),
        accepted=reading.accepted(session, submission), undone=undo.undone(session, submission), confirmed=addresses.status(session, submission),
        longest_note=verbs.MAX_FIELD_NOTE, longest_reason=MAX_REASON, may_edit=may_edit,
        edit=lambda row: edit_cell(row, request.form, errors.get(row.field.key)),
        commented=[key for key, comment in _comments(submission).items() if comment],
        earlier=earlier, since=reading.changed_since(submission, earlier) if earlier else [],
    )  # fmt: skip


@dataclass
class Flags:
    """What the checks found, heaviest first: (severity, sentence) of each field by key, and of the whole."""

    fields: dict[str, list[tuple[str, str]]]
    whole: list[tuple[str, str]]


def _flags(submission: Submission, found: Compared) -> Flags:
    reader, flags = language.current(), Flags({}, [])
    rows = {row.field.key for row in found.rows if row.kind is not Kind.SAME}
    seen = look(db.session, submission, found.base, found.now, today(), customers_reach.visible(me()))
    for each, finding in flagged(seen):
        key = finding.field or ""
        if key in rows and each.name in SAID_BY_THE_ROW:
            continue
        place = flags.fields.setdefault(key, []) if key in rows else flags.whole
        place.append((each.severity, each.says(finding, reader)))
    return flags


def _proposed(found: Compared) -> Relation | None:
    """Who the person in the answers may be, or was chosen to be; None where no other name was given."""
    if not any(row.field.key == NAME and row.is_open for row in found.rows):
        return None
    answers = {row.field.key: row.answered for row in found.rows}
    return _relation() if "contact" in request.form else propose(found.now, answers)


def _names(found: Compared) -> dict[str, str]:
    """The contact that is held and the one that was named."""
    named = {row.field.key: row.answered for row in found.rows}
    return {"held": found.now.get(NAME) or _("the contact so far"), "answered": named.get(NAME) or ""}


def _shown(row: Difference, value: Any) -> str:
    return shown(row.field, value, language.current())


def _find(session: Session, id_: int) -> Submission:
    return reach.find(session, me(), id_) or abort(404)
