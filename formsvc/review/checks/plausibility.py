"""Values that are well formed and hardly true. Pure."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from formsvc.fields import Text
from formsvc.review.checks.check import Finder, Finding, about
from formsvc.review.checks.seen import Seen

FIRST_DAYS = ("1900-01-01", "1970-01-01")  # what a spreadsheet and a computer make of an empty date
EMERGENCY = {"contacts.emergency_name": "contacts.name", "contacts.emergency_phone": "contacts.mobile"}

_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOBILE = re.compile(r"\+861[3-9][0-9]{9}")


def leap(key: str, factor: int) -> Finder:
    """Finds an answer that is at least `factor` times what is held, or at most that part of it.

    What was given in 元 in place of 万元 is 10,000 times too much. Of a range the upper ends are compared.
    """

    def finds(seen: Seen) -> Iterator[Finding]:
        held = seen.held.get(key)
        last, now = _number(held), _number(seen.value(key))
        if last and now and (now >= last * factor or now * factor <= last):
            times = f"{factor:,}"
            shown = {"last": seen.shown(key, held), "now": seen.shown(key, seen.value(key))}
            yield about(seen, key, **shown, factor=Text(times, times))

    return finds


def fall_to_nothing(key: str) -> Finder:
    """Finds an answer of 0 in place of more, which no factor tells: "not known" was typed as a number."""

    def finds(seen: Seen) -> Iterator[Finding]:
        held = seen.held.get(key)
        if _number(held) and _number(seen.value(key)) == 0:
            yield about(seen, key, last=seen.shown(key, held), now=seen.shown(key, seen.value(key)))

    return finds


def budget_over_revenue(seen: Seen) -> Iterator[Finding]:
    """A budget for what we offer that is above all that the company earns in a year."""
    budget, revenue = "needs.budget", "basic.revenue"
    most, earned = _number(seen.value(budget)), _number(seen.value(revenue))
    if most and earned and most > earned:
        shown = {"budget": seen.shown(budget, seen.value(budget)), "revenue": seen.shown(revenue, seen.value(revenue))}
        yield about(seen, budget, **shown)


def founded_after_since(seen: Seen) -> Iterator[Finding]:
    """A company that was a customer before it was founded."""
    founded_on, since = "basic.founded_on", "history.since"
    founded, first = _day(seen.value(founded_on)), _day(seen.value(since))
    if founded and first and founded > first:
        days = {"date": seen.shown(founded_on, founded), "other_date": seen.shown(since, first)}
        yield about(seen, founded_on, **days, other=seen.label(since))


def first_day_of_a_machine(seen: Seen) -> Iterator[Finding]:
    for key, field in seen.fields.items():
        value = seen.value(key)
        if field.type == "date" and value in FIRST_DAYS:
            yield about(seen, key, date=seen.shown(key, value))


def emergency_is_contact(seen: Seen) -> Iterator[Finding]:
    for key, other in EMERGENCY.items():
        value = seen.value(key)
        if value is not None and value == seen.value(other):
            yield about(seen, key, other=seen.label(other))


def mobile_as_office_phone(seen: Seen) -> Iterator[Finding]:
    phone = seen.value("contacts.office_phone")
    if isinstance(phone, str) and _MOBILE.fullmatch(phone):
        yield about(seen, "contacts.office_phone")


def _number(value: Any) -> Decimal | None:
    """A number of up to 15 digits, of a range the upper end; None for anything else."""
    text = str(value.get("to") if isinstance(value, dict) else value)
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _day(value: Any) -> str | None:
    """An ISO date, which is ordered as text."""
    return value if isinstance(value, str) and _DAY.fullmatch(value) else None
