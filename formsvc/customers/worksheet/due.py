"""The day by which a next step is due, as a worksheet says it among the words: 5月20日前提供报价单 (M35). Pure."""

import re
from datetime import date, timedelta

from formsvc.fields import half_width

_DAY = re.compile(r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)|(?<![\d年])(\d{1,2})月(\d{1,2})[日号]")
_LATE = timedelta(days=60)  # so long after a day it is still that one that is meant, and not the one of next year


def due_on(step: str, near: date) -> date | None:
    """The first day that `step` names; where it names no year, of the year in which it lies soonest after `near`."""
    for match in _DAY.finditer("".join(half_width(step).split())):
        *year, month, day = (int(part) for part in match.groups() if part)
        years = year or range(near.year - 1, near.year + 9)  # 2月29日 comes once in eight years at worst
        days = (found for each in years if (found := _day(each, month, day)))
        if named := next((found for found in days if year or near - found <= _LATE), None):
            return named
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
