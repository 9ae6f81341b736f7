"""Customer numbers: CX, year and month, serial of three digits or more; never reused (M40)."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

PATTERN = re.compile(r"CX(20[0-9]{2}(?:0[1-9]|1[0-2]))([0-9]{3,9})")
TAKE = text(
    "INSERT INTO number_series (month, last) VALUES (:month, 1) "
    "ON CONFLICT (month) DO UPDATE SET last = number_series.last + 1 RETURNING last"
)
RESERVE = text(
    "INSERT INTO number_series (month, last) VALUES (:month, :serial) ON CONFLICT (month) DO UPDATE "
    "SET last = CASE WHEN number_series.last < :serial THEN :serial ELSE number_series.last END"
)


def take(session: Session, now: datetime, zone: ZoneInfo) -> str:
    """The next number of this month in `zone`. The series' row is held until the transaction ends."""
    month = now.astimezone(zone).strftime("%Y%m")
    serial = session.execute(TAKE, {"month": month}).scalar_one()
    return f"CX{month}{serial:03d}"


def reserve(session: Session, number: str) -> None:
    """Keep `number`, which someone gave outside of this program, from being given again. Raises ValueError."""
    month, serial = split(number)
    session.execute(RESERVE, {"month": month, "serial": serial})


def split(number: str) -> tuple[str, int]:
    """The month and the serial of `number`. Raises ValueError where it is none."""
    match = PATTERN.fullmatch(number)
    if match is None or int(match[2]) == 0 or (len(match[2]) > 3 and match[2].startswith("0")):
        raise ValueError(number)
    return match[1], int(match[2])
