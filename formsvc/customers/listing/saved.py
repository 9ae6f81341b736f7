"""Filters that a colleague gave a name: one mechanism for every page that has a filter in its address (M20, M45)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from formsvc import audit
from formsvc.db import Base, rows_changed
from formsvc.fields import clean_line
from formsvc.staff.models import Staff

MOST_SAVED, LONGEST_NAME = 20, 40


class NoName(ValueError):
    """A filter is saved by a name."""


class TooMany(Exception):
    """A colleague has MOST_SAVED filters of a page already."""


class SavedFilter(Base):
    """A filter of a page that a colleague gave a name: the query of its address."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("staff_id", "page", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    page: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    query: Mapped[str] = mapped_column(String(2000))


class Asked(Protocol):
    """A filter, as an address asks for it: its parts, and the query that they make."""

    @property
    def asked(self) -> Mapping[str, Any]: ...

    @property
    def query(self) -> str: ...


class FilteredPage(NamedTuple):
    """A page with a filter: its endpoint, and what it reads in an address. Rooms add theirs to "filtered-pages"."""

    endpoint: str
    read: Callable[[Mapping[str, str]], Asked]


class Tab(NamedTuple):
    """A filter with a name; `saved` is the id of one that the reader saved."""

    name: str
    chosen: Any
    saved: int | None = None


class Choice(NamedTuple):
    """One part of a filter: its name in addresses, its title, the texts by their values, and the value chosen.

    Without `options` it is a day, and where it `is_open` any text. One that `is_more` lies folded where it is not
    chosen.
    """

    name: str
    title: str
    options: Mapping[str, str] | None
    chosen: str
    is_more: bool = False
    is_open: bool = False


def save(session: Session, owner: Staff, page: str, name: str, chosen: Asked, now: datetime) -> SavedFilter:
    """`chosen` by that name, in place of what `owner` called so on that page before. Raises NoName, TooMany."""
    name = clean_line(name)[:LONGEST_NAME]
    if not name:
        raise NoName
    session.execute(select(Staff.id).where(Staff.id == owner.id).with_for_update())  # two at once take turns
    own = SavedFilter.staff_id == owner.id, SavedFilter.page == page
    saved = session.scalar(select(SavedFilter).where(*own, SavedFilter.name == name))
    if saved is None:
        if (session.scalar(select(func.count()).where(*own)) or 0) >= MOST_SAVED:
            raise TooMany
        saved = SavedFilter(staff_id=owner.id, page=page, name=name)
        session.add(saved)
    saved.query = chosen.query
    session.flush()
    audit.record(session, owner.actor, "filter.saved", f"filter:{saved.id}", now)
    return saved


def forget(session: Session, owner: Staff, id_: int, now: datetime) -> str | None:
    """The page of the filter with that id, which `owner` had and which is gone; None where there was none."""
    page = session.scalar(select(SavedFilter.page).where(SavedFilter.id == id_, SavedFilter.staff_id == owner.id))
    if page is None or not rows_changed(session, delete(SavedFilter).where(SavedFilter.id == id_)):
        return None
    audit.record(session, owner.actor, "filter.forgotten", f"filter:{id_}", now)
    return page


def of(session: Session, owner: Staff, page: str) -> list[tuple[int, str, str]]:
    """The filters of `owner` on that page by name: id, name and query."""
    found = select(SavedFilter.id, SavedFilter.name, SavedFilter.query).order_by(SavedFilter.name, SavedFilter.id)
    rows = session.execute(found.where(SavedFilter.staff_id == owner.id, SavedFilter.page == page))
    return [(id_, name, query) for id_, name, query in rows]
