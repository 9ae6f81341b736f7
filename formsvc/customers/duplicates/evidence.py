"""Why two records may be one customer's (M26). Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from formsvc.customers.duplicates.likeness import SIMILAR, likeness
from formsvc.customers.finding.marks import Kind, Mark
from formsvc.customers.models import Audience

KINDS = {"code": Kind.CODE, "id": Kind.ID, "mobile": Kind.MOBILE, "email": Kind.EMAIL, "name": Kind.NAME}
SIMILAR_NAME = "similar"
FIELDS = {  # what is evidence, the strongest first
    "code": "basic.uscc",
    "id": "basic.id_number",
    "mobile": "contacts.mobile",
    "email": "contacts.email",
    "name": "basic.full_name",
    SIMILAR_NAME: "basic.full_name",
}
WEIGHTS = {"code": 100, "id": 100, "mobile": 40, "email": 35, "name": 45, SIMILAR_NAME: 20}


@dataclass(frozen=True)
class Known:
    """A customer as far as it matters here: the `name` of a company, or None, and the marks whose kind is evidence."""

    name: str | None
    marks: frozenset[Mark]


class Found(NamedTuple):
    """What two customers have in common, the strongest first, and how alike their companies' names are."""

    evidence: tuple[str, ...]
    likeness: int

    @property
    def weight(self) -> int:
        """How much it weighs in all: what is to be looked at first weighs most."""
        return sum(WEIGHTS[each] for each in self.evidence) + self.likeness // 10

    @property
    def columns(self) -> dict[str, object]:
        """What a pair says of it."""
        return {"evidence": list(self.evidence), "likeness": self.likeness, "weight": self.weight}


def compared(one: Known, other: Known) -> Found:
    """Why the two may be one customer; without evidence nothing says so. A person's name alone never does."""
    shared = {mark.kind for mark in one.marks & other.marks}
    alike = likeness(one.name, other.name) if one.name and other.name else 0
    found = [name for name, kind in KINDS.items() if kind in shared]
    if alike >= SIMILAR and "name" not in found:
        found.append(SIMILAR_NAME)
    return Found(tuple(found), alike if alike >= SIMILAR else 0)


def is_evidence(marks: Iterable[Mark]) -> frozenset[Mark]:
    """Those of `marks` that two customers should not share."""
    return frozenset(mark for mark in marks if mark.kind in KINDS.values())


def company(name: str, audience: Audience) -> str | None:
    """`name` where it is a company's."""
    return name if audience is Audience.ENTERPRISE else None


def is_news(found: Collection[str], judged: Mapping[str, object] | Collection[str]) -> bool:
    """Whether `found` says more than what was judged before: an equal name is no news after a similar one."""
    return not set(found) <= {*judged, *([SIMILAR_NAME] if "name" in judged else [])}
