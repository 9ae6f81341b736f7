"""When an invitation ends and who is reminded when: counted in working days (M30, M31). Pure."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from formsvc.workdays import add_workdays

DAYS, MIN_DAYS, MAX_DAYS = 5, 3, 5
HOUR = time(9)


class Step(StrEnum):
    """Who hears of a deadline: the customer one working day before it and on the first after it, then the manager."""

    BEFORE = "before"
    AFTER = "after"
    MANAGER = "manager"


OFFSETS = {Step.BEFORE: -1, Step.AFTER: 1, Step.MANAGER: 2}


def deadline(issued: datetime, days: int, zone: ZoneInfo) -> date:
    """The last day on which an answer is in time: `days` working days after the day of `issued` in `zone`."""
    if not MIN_DAYS <= days <= MAX_DAYS:
        raise ValueError(f"a deadline is {MIN_DAYS} to {MAX_DAYS} working days")
    return add_workdays(issued.astimezone(zone).date(), days)


def closes_at(deadline_on: date, grace_days: int, zone: ZoneInfo) -> datetime:
    """The instant from which the link is dead: the end of the day `grace_days` working days after the deadline."""
    last = add_workdays(deadline_on, grace_days)
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)


def due_at(step: Step, deadline_on: date, zone: ZoneInfo) -> datetime:
    """The instant at which `step` is due: nine o'clock in `zone` on its working day."""
    return datetime.combine(add_workdays(deadline_on, OFFSETS[step]), HOUR, zone).astimezone(UTC)


def next_step(deadline_on: date, now: datetime, zone: ZoneInfo) -> Step | None:
    """The first step that is still to come at `now`."""
    return next((step for step in Step if due_at(step, deadline_on, zone) > now), None)


def latest_step(deadline_on: date, now: datetime, zone: ZoneInfo) -> Step | None:
    """The last step that is due at `now`: after an outage it is the only one to take (M31)."""
    return next((step for step in reversed(Step) if due_at(step, deadline_on, zone) <= now), None)
