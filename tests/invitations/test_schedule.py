"""Deadlines and reminders by the calendar of 2026 (M30, M31)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.invitations import schedule
from formsvc.invitations.schedule import MAX_DAYS, MIN_DAYS, Step
from formsvc.workdays import is_workday
from tests.installation import ZONE


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZONE)


TABLE = [
    # issued, days, deadline, reminders before, after, to the manager (each at 9:00)
    ("2026-11-23T10:00", 5, "2026-11-30", "2026-11-27", "2026-12-01", "2026-12-02"),
    ("2026-11-23T10:00", 3, "2026-11-26", "2026-11-25", "2026-11-27", "2026-11-30"),
    ("2026-11-21T10:00", 5, "2026-11-27", "2026-11-26", "2026-11-30", "2026-12-01"),  # issued on a Saturday
    ("2026-09-28T10:00", 5, "2026-10-10", "2026-10-09", "2026-10-12", "2026-10-13"),  # National Day; a worked Saturday
    ("2026-09-23T10:00", 3, "2026-09-29", "2026-09-28", "2026-09-30", "2026-10-08"),  # mid-autumn; National Day between
    ("2026-11-23T23:59", 5, "2026-11-30", "2026-11-27", "2026-12-01", "2026-12-02"),
    ("2026-11-24T00:00", 5, "2026-12-01", "2026-11-30", "2026-12-02", "2026-12-03"),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1]}")
def test_real_weeks(row: tuple[str, int, str, str, str, str]) -> None:
    issued, days, deadline_on, *reminders = row
    last = schedule.deadline(at(issued).astimezone(UTC), days, ZONE)
    assert last.isoformat() == deadline_on
    assert [schedule.due_at(step, last, ZONE) for step in Step] == [at(f"{day}T09:00") for day in reminders]


def test_a_link_opens_until_the_end_of_its_last_day_of_grace() -> None:
    assert schedule.closes_at(date(2026, 9, 25), 3, ZONE) == at("2026-10-01T00:00")  # 28, 29, 30 September
    assert schedule.closes_at(date(2026, 11, 30), 0, ZONE) == at("2026-12-01T00:00")


@pytest.mark.parametrize("days", [MIN_DAYS - 1, MAX_DAYS + 1, 0, -1])
def test_a_deadline_is_three_to_five_working_days(days: int) -> None:
    with pytest.raises(ValueError, match="3 to 5"):
        schedule.deadline(at("2026-11-23T10:00"), days, ZONE)


LAST = date(2026, 11, 30)
WHEN = [
    # now, the last step that is due, the first one still to come
    ("2026-11-27T08:59", None, Step.BEFORE),
    ("2026-11-27T09:00", Step.BEFORE, Step.AFTER),
    ("2026-12-01T08:59", Step.BEFORE, Step.AFTER),
    ("2026-12-01T09:00", Step.AFTER, Step.MANAGER),
    ("2026-12-02T09:00", Step.MANAGER, None),
    ("2027-01-01T00:00", Step.MANAGER, None),
]


@pytest.mark.parametrize(("now", "latest", "following"), WHEN)
def test_which_step_it_is_time_for(now: str, latest: Step | None, following: Step | None) -> None:
    assert schedule.latest_step(LAST, at(now), ZONE) is latest
    assert schedule.next_step(LAST, at(now), ZONE) is following


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1)), st.integers(MIN_DAYS, MAX_DAYS))
def test_on_any_day_steps_come_in_order_by_day_and_after_the_issue(local: datetime, days: int) -> None:
    issued = local.replace(tzinfo=ZONE)
    last = schedule.deadline(issued, days, ZONE)
    due = [schedule.due_at(step, last, ZONE) for step in Step]
    assert is_workday(last)
    assert issued < due[0] < due[1] < due[2] < schedule.closes_at(last, 10, ZONE)
    assert all(is_workday(instant.astimezone(ZONE).date()) for instant in due)
    assert schedule.next_step(last, issued + timedelta(seconds=1), ZONE) is Step.BEFORE
