"""Decide about a submission: approve with a merge, return, reject. One transaction each, and once (M23)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from formsvc import audit
from formsvc.customers import contacts, record, rows
from formsvc.customers.models import Origin
from formsvc.customers.record import Source, StaleRecord
from formsvc.customers.relation import Relation
from formsvc.fields import clean_line
from formsvc.invitations import moves
from formsvc.invitations.letters import about, post
from formsvc.invitations.moves import NotPossible
from formsvc.mail.outbox import put
from formsvc.questionnaires.verbs import definition_of
from formsvc.review import rewards
from formsvc.review.diff import Decision
from formsvc.review.merging import Outcome, meant, outcome
from formsvc.review.reading import compared, fields_of, has_left
from formsvc.review.thanks import thank_you
from formsvc.staff.models import Staff
from formsvc.statements import Statement
from formsvc.submissions.models import NOT_DUE, ConsentKind, Submission, SubmissionState

_table = Submission.metadata.tables[Submission.__tablename__]
_DECIDE = Statement(
    update(_table)
    .where(_table.c.id == bindparam("submission"), _table.c.state == SubmissionState.WAITING)
    .values(
        **{name: bindparam(name) for name in ("state", "decided_at", "decided_by", "note", "field_notes")},
        **NOT_DUE, seen_version=bindparam("seen_version"),
    )
)  # fmt: skip
MAX_NOTE = 2000
MAX_FIELD_NOTE = 300


class TooLate(Exception):
    """Someone decided before, or the customer sent again or took the answers back."""


class ContactLeft(Exception):
    """Who answered is not the contact any more: there is nobody to return the answers to."""


class NoteMissing(ValueError):
    """A return or a rejection needs words for the customer or the files."""


def approve(
    session: Session, submission: Submission, reviewer: Staff, decisions: Mapping[str, Decision], thanks: str,
    seen: int, now: datetime, relation: Relation = Relation.SAME,
) -> list[str]:  # fmt: skip
    """Merge what was accepted into the record, and thank the customer; the merged fields.

    `seen` is the record's version that the reviewer looked at, `relation` who the person in the answers is.
    Raises TooLate, StaleRecord, Undecided.
    """
    customer = submission.invitation.customer
    if submission.state is not SubmissionState.WAITING:
        raise TooLate(submission.id)
    if customer.version != seen:  # said before a choice is missed that could not be made
        raise StaleRecord(customer.number)
    found, is_former = compared(session, submission).rows, has_left(session, submission)
    relation = meant(found, relation)
    merged = outcome(found, decisions, relation)
    _decide(session, submission, reviewer, SubmissionState.APPROVED, now, note=thanks or None)
    _merge(session, submission, reviewer, merged, relation, seen, now)
    if customer.language != submission.language and not is_former:
        customer.language = submission.language
    fields = sorted(merged.values)
    _record(session, submission, reviewer, "submission.approved", now, fields=fields, contact=relation)
    rewards.record_earned(session, submission, now)
    if mail := thank_you(session, submission, thanks, is_unchanged=not fields):
        put(session, mail, now)
    return fields


def return_(
    session: Session, submission: Submission, reviewer: Staff, note: str, now: datetime,
    field_notes: Mapping[str, str] = {},
) -> None:  # fmt: skip
    """Ask the customer again by the same link, with `note` or with notes to single fields, by key (M16).

    Raises TooLate, NoteMissing, ContactLeft, moves.NotPossible.
    """
    notes = _notes(submission, field_notes)
    if not note and not notes:
        raise NoteMissing(SubmissionState.RETURNED)
    _decide(session, submission, reviewer, SubmissionState.RETURNED, now, note=note, field_notes=notes or None)
    if submission.invitation.contact != submission.invitation.customer.primary_contact:
        raise ContactLeft(submission.id)
    moves.mark_returned(session, submission.invitation, now)
    _record(session, submission, reviewer, "submission.returned", now, fields=list(notes))
    fields, language = fields_of(submission), submission.language
    said = [{"label": fields[key].label.in_(language), "note": text} for key, text in notes.items()]
    told = about(submission.invitation), "returned", submission.mail_step, now, language
    post(session, *told, note=note, field_notes=said)


def reject(session: Session, submission: Submission, reviewer: Staff, note: str, now: datetime) -> None:
    """Take nothing into the record; `note` is the reason. Raises TooLate, NoteMissing."""
    if not note:
        raise NoteMissing(SubmissionState.REJECTED)
    _decide(session, submission, reviewer, SubmissionState.REJECTED, now, note=note)
    _record(session, submission, reviewer, "submission.rejected", now)


def _merge(
    session: Session, submission: Submission, reviewer: Staff, merged: Outcome, relation: Relation, seen: int,
    now: datetime,
) -> None:  # fmt: skip
    """A new version of the record, where another person may be its contact (M25). Raises StaleRecord."""
    customer = submission.invitation.customer
    before, is_follower = customer.primary_contact, relation is Relation.SUCCESSOR
    number = None if relation is Relation.SAME else contacts.next_number(session, customer)
    if is_follower:  # before a change of the record has what waits checked again: invitations are locked first
        moves.end_links(session, customer, before)
    record.change(
        session, customer, merged.values, _source(submission, reviewer, merged.reasons), now, seen=seen,
        sensitive={key for key, field in fields_of(submission).items() if field.sensitive},
        confirmed=merged.confirmed, contact=number, primary=number if is_follower else None,
    )  # fmt: skip
    if number:
        contacts.add(session, customer, number, now)
    if number and is_follower:
        contacts.leave(session, customer, before, number, now)


def _decide(
    session: Session, submission: Submission, reviewer: Staff, state: SubmissionState, now: datetime, **said: Any
) -> None:
    """The record is locked first, as by whoever else decides about this customer, then the invitation, as by a customer
    who sends again: in another order the two wait for ever.
    """
    rows.lock(session, submission.invitation.customer)
    if state is SubmissionState.RETURNED:
        moves.lock(session, submission.invitation)
    else:
        _close(session, submission)
    decision = {
        "state": state, "decided_at": now, "decided_by": reviewer.id, "note": None, "field_notes": None, **said,
        "seen_version": submission.invitation.customer.version,
    }  # fmt: skip
    if _DECIDE.run(session.connection(), {"submission": submission.id, **decision}) != 1:
        raise TooLate(submission.id)
    for column, value in {**decision, **NOT_DUE}.items():
        set_committed_value(submission, column, value)


def _close(session: Session, submission: Submission) -> None:
    """The link is answered for good, and locked. Raises TooLate."""
    try:
        moves.mark_closed(session, submission.invitation)
    except NotPossible:
        raise TooLate(submission.id) from None


def _notes(submission: Submission, given: Mapping[str, str]) -> dict[str, str]:
    """What is said to fields that this customer was asked, in their order; each on one line of MAX_FIELD_NOTE."""
    customer = submission.invitation.customer
    modules = definition_of(submission.invitation.version).asked(customer.audience, customer.situation)
    keys = [field.key for module in modules for field in module.fields]
    notes = {key: clean_line(given.get(key, ""))[:MAX_FIELD_NOTE] for key in keys}
    return {key: note for key, note in notes.items() if note}


def _source(submission: Submission, reviewer: Staff, reasons: Mapping[str, str]) -> Source:
    """What a colleague recorded without confirming it was stated by no customer in so many words (M28)."""
    consents = {consent.kind: consent.id for consent in submission.consents}
    return Source(
        Origin.SUBMISSION, reviewer.id, submission.id, consents.get(ConsentKind.PRIVACY),
        consents.get(ConsentKind.SENSITIVE),
        None if submission.is_unconfirmed else submission.submitted_at, reasons,
    )  # fmt: skip


def _record(session: Session, submission: Submission, reviewer: Staff, action: str, now: datetime, **more: Any) -> None:
    audit.record(session, reviewer.actor, action, submission.subject, now, **more)
