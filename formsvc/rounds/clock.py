"""The clock: find what is due and act on it, each thing in a transaction of its own, as often as it is asked."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, defer

from formsvc.customers.following import digest
from formsvc.db import db, transaction
from formsvc.invitations.models import Invitation
from formsvc.review import steps, warning
from formsvc.review.models import ReviewWarning
from formsvc.rounds.reminders import remind
from formsvc.submissions.models import ReviewStep, Submission
from formsvc.web.show import now as clock
from formsvc.workdays import may_write

BATCH = 200


def remind_due(now: datetime | None = None) -> Counter[str]:
    """Send the reminders that are due at `now`; how many of each step. At night and on days off it sends none (M31)."""
    now = now or clock()
    done: Counter[str] = Counter()
    if not _may_write(now):
        return done
    for id_ in _each(select(Invitation.id).where(Invitation.due_at <= now), Invitation.id):
        with transaction() as session:
            step = remind(session, session.get_one(Invitation, id_), now)
        if step:
            done[step] += 1
    return done


def review_due(now: datetime | None = None) -> Counter[str]:
    """Take the steps that are due at `now` of what waits for its review; how many of each (M21, M27).

    Checks run at any hour; at night and on days off nobody is warned. Each warning is one mail, of all that is due.
    """
    now = now or clock()
    done: Counter[str] = Counter()
    due = select(Submission.id).where(Submission.due_at <= now)
    if not _may_write(now):
        due = due.where(Submission.next_step == ReviewStep.CHECK)
    for id_ in _each(due, Submission.id):
        while step := _review(id_, now):
            done[step] += 1
    if _may_write(now):
        _tell(now)
    return done


def tell_changes(now: datetime | None = None) -> int:
    """Tell whoever follows customers what changed there; how many colleagues. At night and on days off nobody (M46)."""
    now, told = now or clock(), 0
    if not _may_write(now):
        return told
    readers = digest.to_tell(db.session)
    db.session.rollback()
    for id_ in readers:
        with transaction() as session:
            told += bool(digest.tell(session, id_, now))
    return told


def _tell(now: datetime) -> None:
    """Tell whoever is to be warned by now: also of what an earlier round, which broke off, had come upon.

    While another clock is at a warning still, that one tells all.
    """
    for id_ in _each(warning.astray(), ReviewWarning.submission_id):
        with transaction() as session:
            warning.readdress(session, id_)
    due = select(Submission.id).where(Submission.due_at <= now, Submission.next_step != ReviewStep.CHECK)
    readers = [] if db.session.scalar(due.limit(1)) else warning.to_tell(db.session)
    db.session.rollback()
    for id_ in readers:
        with transaction() as session:
            warning.tell(session, id_, now)


def _review(id_: int, now: datetime) -> ReviewStep | None:
    """Sensitive answers are read by the check alone: where their key is lost, the other steps go on."""
    with transaction() as session:
        submission = session.get_one(Submission, id_, options=[defer(Submission.secrets)])
        return steps.take_step(session, submission, now)


def _each(due: Select[int], key: InstrumentedAttribute[int]) -> Iterator[int]:
    """The keys that `due` finds, in batches that are read anew."""
    last, page = 0, due.order_by(key).limit(BATCH)
    while ids := list(db.session.scalars(page.where(key > last))):
        db.session.rollback()
        yield from ids
        last = ids[-1]


def _may_write(now: datetime) -> bool:
    config: Any = current_app.extensions["config"]
    return may_write(now, config.time_zone)
