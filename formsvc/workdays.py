"""Working days of mainland China, and the hours in which people may be written to (M30, M31). Pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

FIRST_HOUR, LAST_HOUR = 8, 20
FIXED_HOLIDAYS = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
ANNOUNCED = {day.year for day in holidays} & {day.year for day in workdays}


def is_workday(day: date) -> bool:
    """True on a working day by the State Council's calendar, moved weekends included.

    In a year that is not announced yet (see `is_announced`): Monday to Friday but for the holidays with a fixed date.
    """
    if is_announced(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS


def is_announced(year: int) -> bool:
    """True where the calendar knows that year's moved holidays."""
    return year in ANNOUNCED


def add_workdays(day: date, count: int) -> date:
    """The `count`-th working day after `day`, or before it where `count` is negative; `day` itself for 0."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_workday(day):
            day += step
    return day


def may_write(now: datetime, zone: ZoneInfo) -> bool:
    """True between 8:00 and 20:00 on a working day in `zone`: when a reminder may reach a person."""
    local = now.astimezone(zone)
    return is_workday(local.date()) and FIRST_HOUR <= local.hour < LAST_HOUR
