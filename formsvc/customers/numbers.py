"""Customer numbers: CX, year and month, serial of three digits or more; never reused (M40)."""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

PATTERN = re.compile(r"CX(20[0-9]{2}(?:0[1-9]|1[0-2]))([0-9]{3,9})")
TAKE = text(
    "INSERT INTO number_series (month, last) VALUES (:month, :count) "
    "ON CONFLICT (month) DO UPDATE SET last = number_series.last + :count RETURNING last"
)
RESERVE = text(
    "INSERT INTO number_series (month, last) VALUES (:month, :serial) ON CONFLICT (month) DO UPDATE "
    "SET last = CASE WHEN number_series.last < :serial THEN :serial ELSE number_series.last END"
)


def take(session: Session, count: int, now: datetime, zone: ZoneInfo) -> list[str]:
    """The next `count` numbers of this month in `zone`. The series' row is held until the transaction ends."""
    if not count:
        return []
    month = now.astimezone(zone).strftime("%Y%m")
    last = session.execute(TAKE, {"month": month, "count": count}).scalar_one()
    return [f"CX{month}{serial:03d}" for serial in range(last - count + 1, last + 1)]


def reserve(session: Session, numbers: Iterable[str]) -> None:
    """Keep `numbers`, which someone gave outside of this program, from being given again. Raises ValueError."""
    highest: dict[str, int] = {}
    for month, serial in map(split, numbers):
        highest[month] = max(serial, highest.get(month, 0))
    for month, serial in sorted(highest.items()):  # in one order: nobody waits for who waits for them
        session.execute(RESERVE, {"month": month, "serial": serial})


def split(number: str) -> tuple[str, int]:
    """The month and the serial of `number`. Raises ValueError where it is none."""
    match = PATTERN.fullmatch(number)
    if match is None or int(match[2]) == 0 or (len(match[2]) > 3 and match[2].startswith("0")):
        raise ValueError(number)
    return match[1], int(match[2])
