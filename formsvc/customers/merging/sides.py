"""Which of two records speaks for a field, or for fields that only make sense together (M26, M35). Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from formsvc.customers.models import CustomerValue
from formsvc.customers.worksheet import columns
from formsvc.customers.worksheet.columns import TALKED_ON

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Held = CustomerValue | None
Values = Mapping[str, CustomerValue]  # what is held of a customer itself, by field
TALK, STEP = "talk", "step"
# What one choice decides: a day never comes from another talk than its words
FIELDS = {
    TALK: columns.TALK,
    STEP: columns.STEP,
}
WHOLE = {field: whole for whole, fields in FIELDS.items() for field in fields}


class Side(StrEnum):
    STAYING = "staying"
    GOING = "going"


def content(row: Held) -> Any:
    return row.content if row else None


def of_field(mine: Held, theirs: Held) -> Side:
    """What is filled, then what the customer confirmed, and later, then what is newer; the one that stays has it where
    nothing speaks for either. Of equal values, the one with the later confirmation.
    """
    return _better(_worth([mine]), _worth([theirs]), bool(content(mine) == content(theirs)))


def of_wholes(mine: Values, theirs: Values) -> dict[str, Side]:
    """The record with the later talk, and its next step: where it has none, that of the other one is still open."""
    talk, is_same_talk = _of_whole(TALK, mine, theirs)
    step, _ = _of_whole(STEP, mine, theirs)
    is_filled_twice = _is_filled(STEP, mine) and _is_filled(STEP, theirs)
    return {TALK: talk, STEP: talk if is_filled_twice and not is_same_talk else step}


def _of_whole(whole: str, mine: Values, theirs: Values) -> tuple[Side, bool]:
    """The side, and whether both say the same."""
    fields = FIELDS[whole]
    is_same = all(content(mine.get(field)) == content(theirs.get(field)) for field in fields)
    one, other = ((_day(whole, held), *_worth(held.get(field) for field in fields)) for held in (mine, theirs))
    if _is_filled(whole, mine) != _is_filled(whole, theirs):
        return (Side.STAYING if _is_filled(whole, mine) else Side.GOING), is_same
    return _better(one, other, is_same), is_same


def _better(mine: tuple[Any, ...], theirs: tuple[Any, ...], is_same: bool) -> Side:
    """The side that is worth more; when it was entered, the last item, speaks for nothing where both say the same."""
    is_better = theirs[:-1] > mine[:-1] if is_same else theirs > mine
    return Side.GOING if is_better else Side.STAYING


def _worth(rows: Iterable[Held]) -> tuple[bool, datetime, datetime]:
    filled = [row for row in rows if row and row.content is not None]
    if not filled:
        return False, EPOCH, EPOCH
    return True, max(row.verified_at or EPOCH for row in filled), max(row.set_at for row in filled)


def _day(whole: str, held: Values) -> str:
    """The day of the talk, an ISO 8601 date."""
    return str(content(held.get(TALKED_ON)) or "") if whole == TALK else ""


def _is_filled(whole: str, held: Values) -> bool:
    return any(content(held.get(field)) is not None for field in FIELDS[whole])
