"""The record of a customer in plain dictionaries, every version whole, and the rules in words of their own.

Nothing of the service is used here: what it says otherwise than this, one of the two has wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

OPEN, ANSWERED, RETURNED, CLOSED, REVOKED = "open", "answered", "returned", "closed", "revoked"
WAITING, SUPERSEDED, WITHDRAWN, REJECTED = "waiting", "superseded", "withdrawn", "rejected"
SECRET = "basic.id_number"


@dataclass(eq=False)
class Cell:
    """What is held of one field, and where it came from; a `value` of None was emptied."""

    value: Any
    origin: str
    sent: "Sent | None" = None
    reason: str | None = None
    verified: datetime | None = None


class Version(NamedTuple):
    """A record as it was: `cells` by contact, 0 the customer itself, and field."""

    primary: int
    cells: Mapping[int, Mapping[str, Cell]]

    @property
    def all(self) -> dict[tuple[int, str], Cell]:
        return {(who, name): cell for who, known in self.cells.items() for name, cell in known.items()}

    def held(self) -> dict[str, Any]:
        cells = {**self.cells.get(0, {}), **self.cells.get(self.primary, {})}
        return {name: cell.value for name, cell in cells.items() if cell.value is not None}


@dataclass(eq=False)
class Record:
    """`left` are the contacts who left, each with who followed."""

    id: int
    number: str
    audience: str
    versions: list[Version] = field(default_factory=list)
    contacts: int = 1
    left: dict[int, int] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    language: str = "zh_CN"
    invited: list["Invited"] = field(default_factory=list)

    @property
    def version(self) -> int:
        return len(self.versions)

    @property
    def now(self) -> Version:
        return self.versions[-1] if self.versions else Version(1, {})

    @property
    def email(self) -> Any:
        return self.now.held().get("contacts.email")

    def put(self, news: Mapping[str, Cell], contact: int | None = None, primary: int | None = None) -> None:
        """A new version with `news`: what is said of a contact is said of `contact`, or else of the primary one."""
        whose = contact or self.now.primary
        self.set({(whose if is_about_contact(name) else 0, name): cell for name, cell in news.items()}, primary)

    def set(self, cells: Mapping[tuple[int, str], Cell | None], primary: int | None = None) -> None:
        """A new version with `cells` by contact and field; of None nothing is held any more."""
        held = {number: dict(known) for number, known in self.now.cells.items()}
        for (number, name), cell in cells.items():
            held.setdefault(number, {}).pop(name, None)
            if cell:
                held[number][name] = cell
        self.versions.append(Version(primary or self.now.primary, held))


@dataclass(eq=False)
class Invited:
    """`base` is the version, and `contact` who was asked, when the link was sent `at`; `is_over` once its time is."""

    id: int
    record: Record
    key: str
    base: int
    contact: int
    at: datetime
    state: str = OPEN
    link: int = 1
    is_over: bool = False
    sent: list["Sent"] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.state in (OPEN, ANSWERED, RETURNED)

    @property
    def others(self) -> list["Invited"]:
        """Those of the same customer to the same questionnaire."""
        return [other for other in self.record.invited if other.key == self.key and other is not self]


@dataclass(eq=False)
class Sent:
    """One revision of the answers; `merged` is the version that it made."""

    id: int
    invited: Invited
    answers: Mapping[str, Any]
    secrets: Mapping[str, Any]
    language: str
    at: datetime
    state: str = WAITING
    merged: int | None = None
    added: int | None = None

    @property
    def revision(self) -> int:
        return self.invited.sent.index(self) + 1

    @property
    def said(self) -> dict[str, Any]:
        return {**self.answers, **self.secrets}


def is_about_contact(name: str) -> bool:
    return name.startswith("contacts.")


def why(name: str) -> str:
    """The reason of an edit."""
    return f"电话确认 {name}"
