"""The filter of the list of customers: what its address says (M42, M45).

It has parts, which rooms add to "customer-filters": each reads its value in an address and says what that asks of a
customer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, Select

from formsvc.fields import clean_line, half_width
from formsvc.staff.models import Permission

PAGE = "customers"  # among the filtered pages
LONGEST_TEXT = 100
DAYS = "1900-01-01", "2999-12-31"


class Order(StrEnum):
    """The newest customers first, or those with a next step, the earliest first."""

    NEWEST = "newest"
    DUE = "due"


class Due(StrEnum):
    """When the next step is due."""

    OVERDUE = "overdue"
    WEEK = "week"  # from Monday to Sunday of this one
    NONE = "none"


@dataclass(frozen=True)
class Filter:
    """What the list shows: customers that `text` is found in, and what each part is chosen as, by its name."""

    text: str = ""
    order: Order = Order.NEWEST
    parts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Filter":
        """What an address asks for. What it cannot ask for is passed over."""
        read = ((part.name, part.read(asked.get(part.name, ""))) for part in parts())
        chosen = tuple((name, value) for name, value in read if value)
        is_due = asked.get("order") == Order.DUE or dict(chosen).get("due") in (Due.OVERDUE, Due.WEEK)
        text = clean_line(half_width(asked.get("q", "")[: 2 * LONGEST_TEXT]))[:LONGEST_TEXT]
        return cls(text, Order.DUE if is_due else Order.NEWEST, chosen)

    @classmethod
    def parse(cls, query: str) -> "Filter":
        """What the query of an address asks for."""
        return cls.read(dict(parse_qsl(query)))

    def get(self, name: str) -> str:
        """What the part of that name is chosen as, "" for nothing."""
        return dict(self.parts).get(name, "")

    @property
    def asked(self) -> dict[str, Any]:
        """What stands in an address; nothing for what goes without saying."""
        goes_without = self.order is Order.NEWEST or self.get("due") in (Due.OVERDUE, Due.WEEK)
        order = {} if goes_without else {"order": self.order.value}
        return {**({"q": self.text} if self.text else {}), **dict(self.parts), **order}

    @property
    def query(self) -> str:
        """The query of an address that asks for this."""
        return urlencode(self.asked)


class Asking(NamedTuple):
    """What a part is asked with: the whole filter, the instant and the zone of its days."""

    chosen: Filter
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def day(self, name: str) -> date | None:
        """The day that the part of that name is chosen as."""
        said = self.chosen.get(name)
        return date.fromisoformat(said) if said else None

    def begins(self, day: date | None) -> datetime | None:
        """The instant at which `day` begins."""
        return datetime.combine(day, time(), self.zone) if day else None

    def ends(self, day: date | None) -> datetime | None:
        """The instant at which `day` is over."""
        return self.begins(day + timedelta(days=1)) if day else None


class Keys(NamedTuple):
    """Customers that an index finds: a query of one column, which holds their ids and is named "id"."""

    query: Select[Any]
    column: Any


@dataclass(frozen=True)
class Part:
    """One part of a filter: its `name` in addresses, and what it does with the value there.

    `read` gives "" for what cannot be asked, `options` the texts to choose from by their values; a day is typed where
    there are none, and where it `is_open` any text. `asks` is the condition on a Customer. Where nothing narrower is
    known, `keys` finds those whom it may apply to, if an index can. It is offered to who has the permission `needs`.
    """

    name: str
    title: Callable[[], str]
    read: Callable[[str], str]
    options: Callable[[], Mapping[str, str]] | None
    asks: Callable[[str, Asking], ColumnElement[bool] | None]
    keys: Callable[[str, Asking], Keys | None] = lambda _value, _asking: None
    is_more: bool = True
    needs: Permission = Permission.SEE
    is_open: bool = False


def parts() -> list[Part]:
    """All parts, in the order in which they are offered."""
    found: list[Part] = current_app.extensions["customer-filters"]
    return found


def read_day(text: str) -> str:
    """An ISO date as it is, "" for what is none."""
    try:
        return date.fromisoformat(text).isoformat() if DAYS[0] <= text <= DAYS[1] and len(text) == len(DAYS[0]) else ""
    except ValueError:
        return ""


def one_of(values: Mapping[str, Any] | type[StrEnum]) -> Callable[[str], str]:
    """Reads one of `values`, and "" for all else."""
    known = frozenset(values.__members__.values() if isinstance(values, type) else values)
    return lambda text: text if text in known else ""
