"""What the page of a review shows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import render_template, request
from flask_babel import gettext as _

from formsvc.customers import reach as customers_reach
from formsvc.customers.models import CustomerVersion
from formsvc.customers.relation import NAME, Relation, propose
from formsvc.db import db
from formsvc.review import reading, reopening, undo, verbs
from formsvc.review.checks import Named, Severity, flagged, look
from formsvc.review.choices import MAX_REASON, edit_cell, may_edit
from formsvc.review.diff import Difference, Kind
from formsvc.review.merging import is_about_contact
from formsvc.review.place import place
from formsvc.review.reading import Compared, compared
from formsvc.review.states import state_names
from formsvc.review.thanks import thanks_for
from formsvc.staff.access import me
from formsvc.staff.models import Permission
from formsvc.submissions import addresses
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.submissions.summary import shown
from formsvc.web import language
from formsvc.web.show import now, today

SAID_BY_THE_ROW = "emptied", "not-confirmed", "changed-since-asked"


class Refused(ValueError):
    """A decision that lacks something: what, for the reviewer, which control is in question, errors by field, and the
    fields that were worded without a reason.
    """

    def __init__(
        self, problem: str, control: str = "", errors: Mapping[str, str] = {}, unexplained: Collection[str] = ()
    ) -> None:
        super().__init__(problem)
        self.problem, self.control, self.errors, self.unexplained = problem, control, errors, unexplained


class Stale(Refused):
    """A decision about a record that changed meanwhile: by which versions, the newest first, and the labels, by key, of
    the fields that changed, which are to be decided anew.
    """

    def __init__(self, changes: Sequence[CustomerVersion], labels: Mapping[str, str]) -> None:
        super().__init__(_("The record has changed meanwhile"))
        self.changes, self.labels = changes, labels


class Flag(NamedTuple):
    """What a check found, in words, and the customer whom they name, if any."""

    severity: Severity
    said: str
    customer: Named | None


@dataclass
class Flags:
    """What the checks found, heaviest first: of each field by key, and of the whole."""

    fields: dict[str, list[Flag]]
    whole: list[Flag]

    def weighs(self, key: str) -> bool:
        """Whether a person must look at the field before it is accepted."""
        return any(flag.severity != Severity.NOTE for flag in self.fields.get(key, ()))


def page(submission: Submission, refused: Refused | None = None) -> str:
    """The page of a review, or what became of it. Who may not decide finds nothing to press on it."""
    session, waiting = db.session, submission.state is SubmissionState.WAITING
    may_decide = me().may(Permission.REVIEW)
    customer = submission.invitation.customer
    is_rejected = submission.state is SubmissionState.REJECTED
    shared: dict[str, Any] = {
        "submission": submission, "customer": customer, "states": state_names(), "may_decide": may_decide,
        "deciding": waiting and may_decide,
        "sees_customer": customers_reach.find(session, me(), customer.number) is not None,
        "title": reading.title_of(submission.invitation.version),
        "asked_again": is_rejected and reopening.asked_again(session, submission, now()),
        "became": reading.became(session, submission) if submission.state is SubmissionState.APPROVED else "",
        "has_left": reading.has_left(session, submission),
        "newer": None if waiting else reading.newest_after(session, submission),
    }  # fmt: skip
    if reading.is_withdrawn(session, submission):
        return render_template("review/withdrawn.html", **shared, at=reading.taken_back_at(session, submission))
    shared["place"] = place(session, me(), submission, request.args, now())
    earlier = reading.last_before(session, submission)
    renewed = refused.labels if isinstance(refused, Stale) else {}
    return render_template(
        "review/show.html", **shared, **_comparison(submission, compared(session, submission), renewed),
        **_controls(refused), renewed=renewed,
        fields=reading.fields_of(submission), earlier=earlier,
        since=reading.changed_since(submission, earlier) if earlier else [],
        commented=[key for key, comment in comments(submission).items() if comment],
        thanks=thanks_for(session, submission, me()) if shared["deciding"] else None,
        undone=undo.undone(session, submission), confirmed=addresses.status(session, submission),
    )  # fmt: skip


def _comparison(submission: Submission, found: Compared, renewed: Collection[str]) -> dict[str, Any]:
    """The rows by what is to be done with them, what the checks say, and who the contact may be.

    What was chosen for fields that are `renewed` was about another value.
    """
    waiting = submission.state is SubmissionState.WAITING
    flags = _flags(submission, found) if waiting else Flags({}, [])
    changed = found.of_kind(Kind.CONFLICT, Kind.THEIRS, Kind.MERGED)
    doubtful = {
        row.field.key
        for row in changed
        if row.answered is None or row.field.key in renewed or flags.weighs(row.field.key)
    }
    return {
        "open": sorted(changed, key=lambda row: (row.proposed is not None, row.field.key not in doubtful)),
        "doubtful": doubtful if waiting else (), "ours": found.of_kind(Kind.OURS),
        "same": found.of_kind(Kind.SAME), "accepted": reading.accepted(db.session, submission),
        "flags": flags, "carried": [row for row in found.of_kind(Kind.SAME) if row.answered and is_about_contact(row)],
        "relation": _proposed(found, renewed) if waiting else None, "people": _names(found),
    }  # fmt: skip


def _controls(refused: Refused | None) -> dict[str, Any]:
    """What the controls say and allow."""
    errors = refused.errors if refused else {}
    return {
        "refused": refused, "errors": errors, "shown": _shown, "may_edit": may_edit,
        "edit": lambda row: edit_cell(row, request.form, errors.get(row.field.key)),
        "longest_note": verbs.MAX_FIELD_NOTE, "longest_reason": MAX_REASON,
    }  # fmt: skip


def _flags(submission: Submission, found: Compared) -> Flags:
    reader, flags = language.current(), Flags({}, [])
    rows = {row.field.key for row in found.rows if row.kind is not Kind.SAME}
    left_out = reading.left_out(submission, found)
    seen = look(db.session, submission, found.base, found.now, today(), customers_reach.visible(me()))
    for each, finding in flagged(seen):
        key = finding.field or ""
        if key in left_out or (key in rows and each.name in SAID_BY_THE_ROW):
            continue
        place = flags.fields.setdefault(key, []) if key in rows else flags.whole
        place.append(Flag(each.severity, each.says(finding, reader), finding.customer))
    return flags


def _proposed(found: Compared, renewed: Collection[str]) -> Relation | None:
    """Who the person in the answers may be, or was chosen to be; None where no other name was given."""
    if not any(row.field.key == NAME and row.is_open for row in found.rows):
        return None
    answers = {row.field.key: row.answered for row in found.rows}
    is_chosen = "contact" in request.form and NAME not in renewed
    return relation() if is_chosen else propose(found.now, answers)


def _names(found: Compared) -> dict[str, str]:
    """The contact that is held and the one that was named."""
    named = {row.field.key: row.answered for row in found.rows}
    return {"held": found.now.get(NAME) or _("the contact so far"), "answered": named.get(NAME) or ""}


def _shown(row: Difference, value: Any) -> str:
    return shown(row.field, value, language.current())


def relation() -> Relation:
    """Who the person in the answers is; a program that says nothing means the one who is held."""
    said = request.form.get("contact", "")
    return Relation(said) if said in list(Relation) else Relation.SAME


def comments(submission: Submission) -> dict[str, str]:
    """What was typed to the customer about each field, by key."""
    return {key: request.form.get(f"note-{f.name}", "") for key, f in reading.fields_of(submission).items()}
