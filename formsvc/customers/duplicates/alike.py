"""Customers that one with given values may be: asked before it is made, imported or approved (M26).

They are shown to a person; nothing is merged by itself. A lookup costs what it finds, however many customers there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from formsvc.crypto import blind_index
from formsvc.customers.duplicates.evidence import FIELDS, Found, Known, compared, is_evidence
from formsvc.customers.duplicates.likeness import SIMILAR, is_near, likeness, telling
from formsvc.customers.finding import looking
from formsvc.customers.finding.marks import FULL_NAME, Kind, Mark, marks, pieces
from formsvc.customers.models import Audience, Customer

MOST = 5  # customers of one kind of evidence that are shown beside one
CROWD = 200  # customers whose names have a pair of characters in common: what more of them have tells nothing


@dataclass(frozen=True)
class Alike:
    """A customer that looks like another one, and why: the keys of `evidence.FIELDS`, the strongest first.

    `number` and `name` are None where the customer is not the reader's to see. `likeness` is that of the names, 80 to
    100, where it is evidence.
    """

    number: str | None
    name: str | None
    evidence: tuple[str, ...]
    likeness: int = 0


def alike(
    session: Session,
    values: Mapping[str, Any],
    besides: Customer | None = None,
    visible: Select[Customer] | None = None,
    audience: Audience = Audience.ENTERPRISE,
) -> list[Alike]:
    """The customers `besides` that one with what is in `values`, by field; the likeliest first, up to MOST by each kind
    of evidence.

    They are named where they are among `visible`, which is all unless said. Of a customer who is new, `audience` says
    whether the name is a company's.
    """
    audience = besides.audience if besides else audience
    said = marks("", audience, values.items(), blind_index)
    name = values.get(FULL_NAME) if audience is Audience.ENTERPRISE else None
    mine = Known(name if isinstance(name, str) else None, is_evidence(said))
    own = {besides.id} if besides else set()
    found = _found(session, mine, own)
    named = set(found) if visible is None else looking.among(session, visible, found)
    return [
        Alike(known.number if id_ in named else None, known.name if id_ in named else None, *why)
        for id_, (known, why) in found.items()
    ]


def name_marks(session: Session, names: Collection[str]) -> dict[str, list[Mark]]:
    """For each of these companies' names marks of which every similar name has one, unless all are too common.

    One is the own name. Of its pairs of characters they are the rarest, as many as can be without their like, and one
    more.
    """
    told = {name: telling(name) for name in names}
    wanted = {name: pieces(own) - {own[-1:]} for name, (own, missing) in told.items() if missing}
    counted = looking.counts(session, {Mark(Kind.PART, pair) for pairs in wanted.values() for pair in pairs}, CROWD + 1)
    found = {}
    for name, (own, missing) in told.items():
        ordered = sorted(
            (Mark(Kind.PART, pair) for pair in wanted.get(name, ())), key=lambda each: (counted[each], each)
        )
        rarest = [mark for mark in ordered[: missing + 1] if counted[mark] <= CROWD]
        found[name] = [Mark(Kind.OWN, own), *rarest] if own else []
    return found


def near(
    name: str, parts: Iterable[Mark], namesakes: Mapping[Mark, Sequence[looking.Namesake]], most: int
) -> set[int]:  # fmt: skip
    """The ids of those who have one of `parts` and a name that is similar to `name`, the likeliest ones up to `most`.

    Equal names are found by themselves.
    """
    own, _ = telling(name)
    found = {each for part in parts for each in namesakes.get(part, ()) if is_near(own, each.own)}
    scored = [(likeness(name, each.name), each.id) for each in found]
    similar = sorted((-score, id_) for score, id_ in scored if SIMILAR <= score < 100)
    return {id_ for _, id_ in similar[:most]}


def _found(session: Session, mine: Known, own: set[int]) -> dict[int, tuple[looking.Other, Found]]:
    """The others that share something with `mine`, by their ids, and what."""
    ids = looking.holders(session, mine.marks, MOST + len(own))
    candidates = {id_ for holders in ids.values() for id_ in holders}
    for name, parts in name_marks(session, [mine.name] if mine.name else []).items():
        candidates |= near(name, parts, looking.namesakes(session, parts, CROWD), MOST + len(own))
    others = looking.known(session, candidates - own)
    found = [(id_, other, compared(mine, other.known)) for id_, other in others.items()]
    ordered = sorted((each for each in found if each[2].evidence), key=lambda each: (-each[2].weight, each[0]))
    return {id_: (other, why) for id_, other, why in _first_of_each(ordered)}


def _first_of_each(
    found: Sequence[tuple[int, looking.Other, Found]],
) -> list[tuple[int, looking.Other, Found]]:
    """Those that are among the first MOST with one of their kinds of evidence."""
    seen = dict.fromkeys(FIELDS, 0)
    kept = []
    for each in found:
        if any(seen[kind] < MOST for kind in each[2].evidence):
            kept.append(each)
        for kind in each[2].evidence:
            seen[kind] += 1
    return kept
