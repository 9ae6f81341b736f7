"""What the clock does with a submission that waits: check it at once, then warn that nobody decided (M21, M27)."""

import logging
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.crypto import KeyMissing
from formsvc.customers.models import Customer
from formsvc.db import afterwards, rows_changed, transaction
from formsvc.invitations.models import Invitation
from formsvc.review.checks import flagged, look
from formsvc.review.models import SubmissionFlag
from formsvc.review.reading import compared, left_out
from formsvc.review.warning import warn
from formsvc.statements import Statement
from formsvc.submissions.models import NOT_DUE, ReviewStep, Submission, SubmissionState
from formsvc.workdays import add_workdays, may_write

_submissions, _invitations = (model.metadata.tables[model.__tablename__] for model in (Submission, Invitation))
_theirs = (
    select(_submissions.c.id)
    .join(_invitations, _invitations.c.id == _submissions.c.invitation_id)
    .where(_invitations.c.customer_id == bindparam("customer"), _submissions.c.state == SubmissionState.WAITING)
)
_free = _submissions.c.id.in_(_theirs.with_for_update(skip_locked=True, of=_submissions))
_waits = _submissions.c.id == bindparam("submission"), _submissions.c.state == SubmissionState.WAITING
_THEIRS = Statement(_theirs)
_CHECK_THE_FREE, _CHECK_ONE = (
    Statement(update(_submissions).where(*which).values(next_step=ReviewStep.CHECK, due_at=bindparam("now")))
    for which in ((_free,), _waits)
)
log = logging.getLogger(__name__)
PATIENCE = timedelta(hours=24)  # that a customer waits before the manager is warned, and the manager before the lead
HOUR = time(9)
WARNED, REOPENED = "submission.warned", "submission.reopened"
# What a check can come upon in an answer or a record that nobody foresaw. The database's own errors are not among them
WRONG = KeyMissing, ArithmeticError, AttributeError, LookupError, TypeError, ValueError


def take_step(session: Session, submission: Submission, now: datetime) -> ReviewStep | None:
    """Do the step that is due at `now`, once, and set the next; None where nothing is due or another was quicker.

    Of several warnings that are due only the latest is given, and none at night or on a day off: they stay due (M31).
    """
    if not _is_due(submission, now):
        return None
    since, given = _waited(session, submission)
    step = submission.next_step
    if step is ReviewStep.MANAGER and due_at(ReviewStep.LEAD, since, _zone()) <= now:
        step = ReviewStep.LEAD
    if step is None or not _claim(session, submission, _after(step, since, given)):
        return None
    if step is ReviewStep.CHECK:
        _check(session, submission, now)
    else:
        warn(session, submission, step)
        audit.record(session, audit.SYSTEM, WARNED, submission.subject, now, step=step)
    return step


def check_again(session: Session, customer: Customer, now: datetime) -> None:
    """Have all that waits of `customer` be checked once more.

    What somebody else holds at this moment falls due right after the commit: two who wait for each other's would wait
    for ever, and a check that is under way may have read the record as it was.
    """
    connection, given = session.connection(), {"customer": customer.id, "now": now}
    theirs = [row.id for row in _THEIRS.all(connection, given)]
    if theirs and _CHECK_THE_FREE.run(connection, given) < len(theirs):
        afterwards(partial(_check_each, theirs, now))


def _check_each(ids: list[int], now: datetime) -> None:
    """Each in a transaction of its own: who waits holds nothing that another waits for."""
    for id_ in ids:
        with transaction() as session:
            _CHECK_ONE.run(session.connection(), {"submission": id_, "now": now})


def due_at(step: ReviewStep, since: datetime, zone: ZoneInfo) -> datetime:
    """When `step` of what waits `since` then is due: a warning only when it may be given. Pure."""
    if step is ReviewStep.CHECK:
        return since
    before = since if step is ReviewStep.MANAGER else due_at(ReviewStep.MANAGER, since, zone)
    return _decent(before + PATIENCE, zone)


def _decent(at: datetime, zone: ZoneInfo) -> datetime:
    """`at`, or nine o'clock on the working day that it is the night before of."""
    if may_write(at, zone):
        return at
    local = at.astimezone(zone)
    morning = datetime.combine(add_workdays(local.date() - timedelta(days=1), 1), HOUR, zone)
    return morning if morning > at else datetime.combine(add_workdays(local.date(), 1), HOUR, zone)


def _is_due(submission: Submission, now: datetime) -> bool:
    if submission.due_at is None or submission.due_at > now:
        return False
    return submission.next_step is ReviewStep.CHECK or may_write(now, _zone())


def _waited(session: Session, submission: Submission) -> tuple[datetime, set[str]]:
    """Since when a decision is waited for, and which warnings were given since: it begins anew with a rejection that
    is taken back.
    """
    own = audit.AuditFact.subject == submission.subject, audit.AuditFact.action.in_((WARNED, REOPENED))
    since, given = submission.submitted_at, set[str]()
    for fact in session.scalars(select(audit.AuditFact).where(*own).order_by(audit.AuditFact.id)):
        if fact.action == REOPENED:
            since, given = fact.at, set()
        else:
            given.add(fact.detail["step"])
    return since, given


def _after(step: ReviewStep, since: datetime, given: set[str]) -> dict[str, Any]:
    """The step that follows `step`; after a check, which may come late and again, the first that nobody was given."""
    given = given | {step}
    if ReviewStep.LEAD in given:
        return NOT_DUE
    following = ReviewStep.LEAD if ReviewStep.MANAGER in given else ReviewStep.MANAGER
    return {"next_step": following, "due_at": due_at(following, since, _zone())}


def _claim(session: Session, submission: Submission, following: dict[str, Any]) -> bool:
    """False where another worker, the reviewer or the customer was quicker."""
    as_read = Submission.next_step == submission.next_step, Submission.due_at == submission.due_at
    waiting = Submission.id == submission.id, Submission.state == SubmissionState.WAITING
    is_mine = rows_changed(session, update(Submission).where(*waiting, *as_read).values(following)) == 1
    session.expire(submission, ["state", *following])
    return is_mine


def _check(session: Session, submission: Submission, now: datetime) -> None:
    """Replace the flags. Where a check fails there are none, and no version that they are about."""
    version, failed = submission.invitation.customer.version, None
    try:
        flags = _flags(session, submission, now)
    except WRONG as error:
        flags, failed = [], type(error).__name__
        log.warning("%s could not be checked: %s", submission.subject, failed)
    session.execute(delete(SubmissionFlag).where(SubmissionFlag.submission_id == submission.id))
    session.add_all(SubmissionFlag(submission_id=submission.id, check=flag) for flag in flags)
    submission.checked_version = None if failed else version
    session.flush()
    audit.record(session, audit.SYSTEM, "submission.checked", submission.subject, now, flags=flags, failed=failed)


def _flags(session: Session, submission: Submission, now: datetime) -> list[str]:
    found = compared(session, submission)
    seen = look(session, submission, found.base, found.now, now.astimezone(_zone()).date())
    passed_over = left_out(submission, found)
    return sorted({check.name for check, finding in flagged(seen) if finding.field not in passed_over})


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.extensions["config"].time_zone
    return zone
