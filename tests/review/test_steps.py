"""What becomes of a submission that waits: checked at once and again, then its manager and the lead hear (M21, M27)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers import record
from formsvc.customers.models import Origin
from formsvc.customers.record import Source
from formsvc.mail.models import OutboxMessage
from formsvc.review import reopening, steps, verbs, warning
from formsvc.review.models import SubmissionFlag
from formsvc.review.steps import check_again, due_at, take_step
from formsvc.staff.models import Role, Staff
from formsvc.submissions import addresses
from formsvc.submissions.models import Address, ReviewStep, Submission
from formsvc.workdays import may_write
from tests.factories import ENTERPRISE, customer, invitation, staff_account, submission
from tests.installation import NOW, ZONE

CHECK, MANAGER, LEAD = ReviewStep
DAY = timedelta(hours=24)
MOVED = {**ENTERPRISE, "contacts.email": "zhang.min@example.cn"}


@pytest.fixture
def made(session: Session) -> Submission:
    """Answers with a new address, assigned to a manager who has a lead, beside an administrator."""
    lead = staff_account(session, "周敏", Role.LEAD, "lead@example.com")
    manager = staff_account(session, email="manager@example.com")
    manager.lead_id = lead.id
    staff_account(session, role=Role.ADMINISTRATOR, email="administrator@example.com")
    return submission(session, invitation(session, customer(session, manager)), MOVED)


def flags(session: Session, made: Submission) -> set[str]:
    rows = select(SubmissionFlag.check).where(SubmissionFlag.submission_id == made.id)
    return set(session.scalars(rows))


def told(session: Session) -> list[str]:
    """Who was written to, the first first."""
    overdue = select(OutboxMessage.recipient).where(OutboxMessage.kind == "overdue-review")
    return [address.partition("@")[0] for address in session.scalars(overdue.order_by(OutboxMessage.id))]


def taken(session: Session, made: Submission, *moments: datetime) -> list[ReviewStep | None]:
    """The step that is taken at each moment, when the mail is queued that it brings about."""
    session.refresh(made)
    return [_taken(session, made, now) for now in moments]


def _taken(session: Session, made: Submission, now: datetime) -> ReviewStep | None:
    step = take_step(session, made, now)
    for reader in warning.to_tell(session):
        warning.tell(session, reader, now)
    return step


def test_a_check_keeps_its_flags_and_the_version_that_they_are_about(session: Session, made: Submission) -> None:
    assert taken(session, made, NOW, NOW) == [CHECK, None]
    assert "not-confirmed" in flags(session, made)
    assert (made.checked_version, made.next_step, made.due_at) == (1, MANAGER, NOW + DAY)
    fact = session.scalars(select(AuditFact).where(AuditFact.action == "submission.checked")).one()
    assert fact.detail["flags"] == sorted(flags(session, made))


def test_a_confirmed_address_is_no_flag_any_more(session: Session, made: Submission) -> None:
    taken(session, made, NOW)
    addresses.confirm(session, session.scalars(select(Address)).one(), NOW + DAY / 2)
    session.expire_all()
    assert taken(session, made, NOW + DAY / 2) == [CHECK]
    assert "not-confirmed" not in flags(session, made)
    assert (made.next_step, made.due_at) == (MANAGER, NOW + DAY)


def test_a_record_that_changed_is_looked_at_again(session: Session, made: Submission) -> None:
    taken(session, made, NOW)
    asked = made.invitation.customer
    check_again(session, asked, NOW)
    record.change(session, asked, {"contacts.name": "赵敏"}, Source(Origin.WORKSHEET), NOW, seen=1)
    assert taken(session, made, NOW) == [CHECK]
    assert "changed-since-asked" in flags(session, made)
    assert made.checked_version == 2


def test_the_manager_then_the_lead_hears_once_each(session: Session, made: Submission) -> None:
    moments = [NOW, NOW + DAY - timedelta(seconds=1), NOW + DAY, NOW + DAY, NOW + 2 * DAY, NOW + 9 * DAY]
    assert taken(session, made, *moments) == [CHECK, None, MANAGER, None, LEAD, None]
    assert told(session) == ["manager", "lead"]
    assert (made.next_step, made.due_at) == (None, None)


@pytest.mark.parametrize(
    ("hours", "following", "heard"),
    [(12, MANAGER, ["lead"]), (24, LEAD, ["manager", "lead"]), (48, None, ["lead"])],
    ids=["before the first", "after the manager's", "after the lead's"],
)
def test_a_check_between_warnings_repeats_none(
    session: Session, made: Submission, hours: int, following: ReviewStep | None, heard: list[str]
) -> None:
    meanwhile = NOW + timedelta(hours=hours)
    taken(session, made, NOW, meanwhile)
    check_again(session, made.invitation.customer, meanwhile)
    assert taken(session, made, meanwhile) == [CHECK]
    assert made.next_step is following
    taken(session, made, NOW + 9 * DAY, NOW + 9 * DAY)
    assert told(session) == heard


def test_after_an_outage_only_the_latest_warning_is_given(session: Session, made: Submission) -> None:
    assert taken(session, made, *[NOW + 3 * DAY] * 3) == [CHECK, LEAD, None]
    assert told(session) == ["lead"]


def test_a_rejection_that_is_taken_back_has_them_wait_from_then_on(session: Session, made: Submission) -> None:
    reviewer, again = staff_account(session), NOW + 7 * DAY
    taken(session, made, NOW, NOW + DAY, NOW + 2 * DAY)
    verbs.reject(session, made, reviewer, "重复", again)
    reopening.reopen(session, made, reviewer, again)
    moments = [again, again + DAY - timedelta(seconds=1), again + DAY, again + 2 * DAY, again + 9 * DAY]
    assert taken(session, made, *moments) == [CHECK, None, MANAGER, LEAD, None]
    assert told(session) == ["manager", "lead"] * 2


@pytest.mark.parametrize("heard", [[], ["manager"]])
def test_a_late_one_leaves_the_manager_first(session: Session, made: Submission, heard: list[str]) -> None:
    """And a check between the two repeats none."""
    reviewer, again = staff_account(session), NOW + 7 * DAY
    taken(session, made, NOW, *[NOW + DAY] * len(heard))
    verbs.reject(session, made, reviewer, "重复", NOW + DAY)
    reopening.reopen(session, made, reviewer, again)
    assert taken(session, made, again, again + DAY) == [CHECK, MANAGER]
    check_again(session, made.invitation.customer, again + DAY)
    assert taken(session, made, again + DAY, again + 2 * DAY) == [CHECK, LEAD]
    assert told(session) == [*heard, "manager", "lead"]


def _inactive(session: Session, email: str) -> None:
    session.scalars(select(Staff).where(Staff.email == email)).one().active = False


def _alone(session: Session, _email: str) -> None:
    session.scalars(select(Submission)).one().assigned_to = None


@pytest.mark.parametrize(
    ("change", "email", "heard"),
    [
        (_inactive, "manager@example.com", ["administrator", "lead"]),
        (_inactive, "lead@example.com", ["manager", "administrator"]),
        (_alone, "", ["administrator"]),
    ],
)
def test_who_hears_where_somebody_is_missing(
    session: Session, made: Submission, change: Any, email: str, heard: list[str]
) -> None:
    change(session, email)
    session.flush()
    assert taken(session, made, NOW, NOW + DAY, NOW + 2 * DAY) == [CHECK, MANAGER, LEAD]
    assert told(session) == heard


def test_a_check_that_fails_leaves_no_flags_and_the_warnings(
    session: Session, made: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(session, made, NOW)
    check_again(session, made.invitation.customer, NOW)
    monkeypatch.setattr(steps, "flagged", lambda seen: [1 / 0])
    assert taken(session, made, NOW, NOW + DAY) == [CHECK, MANAGER]
    assert (flags(session, made), made.checked_version) == (set(), None)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=ZONE)))
def test_a_warning_is_due_a_day_later_or_on_the_next_morning(sent: datetime) -> None:
    before = sent
    for step in (MANAGER, LEAD):
        due = due_at(step, sent, ZONE)
        assert due >= before + DAY
        assert may_write(due, ZONE)
        assert due == before + DAY or (due.astimezone(ZONE).hour == 9 and not may_write(before + DAY, ZONE))
        before = due
