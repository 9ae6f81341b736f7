"""Working days by the State Council's calendar of 2026, and hours in which people may be written to (M30, M31)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formsvc.workdays import add_workdays, is_announced, is_workday, may_write

ZONE = ZoneInfo("Asia/Shanghai")
HOLIDAYS = {
    # first and last day off, as announced for 2026
    "new year": ("2026-01-01", "2026-01-03"),
    "spring festival": ("2026-02-15", "2026-02-23"),
    "tomb sweeping": ("2026-04-04", "2026-04-06"),
    "labour day": ("2026-05-01", "2026-05-05"),
    "dragon boat": ("2026-06-19", "2026-06-21"),
    "mid-autumn": ("2026-09-25", "2026-09-27"),
    "national day": ("2026-10-01", "2026-10-07"),
}
MOVED = ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")  # weekends that are worked
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))  # with a year that is not announced


def days_between(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


@pytest.mark.parametrize("name", HOLIDAYS)
def test_nobody_works_on_an_announced_holiday(name: str) -> None:
    assert [day for day in days_between(*HOLIDAYS[name]) if is_workday(day)] == []


@pytest.mark.parametrize("day", MOVED)
def test_a_moved_weekend_is_a_working_day(day: str) -> None:
    assert date.fromisoformat(day).weekday() >= 5
    assert is_workday(date.fromisoformat(day))


def test_the_other_days_of_2026_are_as_in_any_week() -> None:
    special = {day for span in HOLIDAYS.values() for day in days_between(*span)} | {*map(date.fromisoformat, MOVED)}
    ordinary = [day for day in days_between("2026-01-01", "2026-12-31") if day not in special]
    assert [day for day in ordinary if is_workday(day) != (day.weekday() < 5)] == []


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-11-23", 5, "2026-11-30"),  # an ordinary week
        ("2026-11-21", 1, "2026-11-23"),  # from a Saturday
        ("2026-09-28", 4, "2026-10-09"),  # over National Day
        ("2026-09-29", 4, "2026-10-10"),  # to a Saturday that is worked
        ("2026-09-18", 1, "2026-09-20"),  # to a Sunday that is worked
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-10-03", 0, "2026-10-03"),  # 0 is the day itself, whatever it is
    ],
)
def test_working_days_are_counted(day: str, count: int, expected: str) -> None:
    assert add_workdays(date.fromisoformat(day), count) == date.fromisoformat(expected)


@given(DAYS, st.integers(-40, 40).filter(bool))
@example(date(2026, 9, 30), 1)
def test_a_counted_day_is_worked_and_as_many_lie_between(day: date, count: int) -> None:
    end = add_workdays(day, count)
    assert is_workday(end)
    passed = [min(day, end) + timedelta(days=n) for n in range(abs((end - day).days) + 1)]
    assert sum(map(is_workday, passed)) - is_workday(day) == abs(count)
    if is_workday(day):
        assert add_workdays(end, -count) == day


def test_a_year_that_is_not_announced_has_weekends_and_fixed_holidays() -> None:
    assert is_announced(2026)
    assert not is_announced(2035)
    worked = {day: is_workday(day) for day in days_between("2035-09-28", "2035-10-08")}
    assert [day.day for day, works in worked.items() if works] == [28, 4, 5, 8]


@pytest.mark.parametrize(
    ("local", "may"),
    [
        ("2026-11-23T08:00", True),
        ("2026-11-23T07:59", False),
        ("2026-11-23T19:59", True),
        ("2026-11-23T20:00", False),
        ("2026-11-22T10:00", False),  # a Sunday
        ("2026-09-20T10:00", True),  # a Sunday that is worked
        ("2026-10-01T10:00", False),
    ],
)
def test_people_are_written_to_by_day_and_on_working_days(local: str, may: bool) -> None:
    instant = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    assert may_write(instant, ZONE) is may
    assert may_write(instant.astimezone(UTC), ZONE) is may
