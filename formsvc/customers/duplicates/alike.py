"""Customers that one with given values may be: asked before it is made, imported or approved (M26).

They are shown to a person; nothing is merged by itself. A lookup costs what it finds, however many customers there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select
from sqlalchemy.orm import Session

from formsvc.crypto import blind_index
from formsvc.customers.duplicates import looking
from formsvc.customers.duplicates.evidence import FIELDS, Found, Known, company, compared, is_evidence
from formsvc.customers.duplicates.likeness import SIMILAR, is_near, likeness, telling
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


class Asked(NamedTuple):
    """What is said of a customer, by field."""

    values: Mapping[str, Any]
    audience: Audience = Audience.ENTERPRISE


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
    mine = Asked(values, besides.audience if besides else audience)
    return alike_to_each(session, [mine], visible, besides)[0]


def alike_to_each(
    session: Session, asked: Sequence[Asked], visible: Select[Customer] | None = None, besides: Customer | None = None
) -> list[list[Alike]]:
    """The same for each of `asked`, by as few statements for all as for one."""
    found = _found(session, [_known(each) for each in asked], {besides.id} if besides else set())
    ids = {id_ for each in found for id_ in each}
    named = ids if visible is None else looking.among(session, visible, ids)
    return [
        [
            Alike(other.number if id_ in named else None, other.name if id_ in named else None, *why)
            for id_, (other, why) in each.items()
        ]
        for each in found
    ]


def candidates(session: Session, asked: Mapping[int, Known], most: int) -> dict[int, set[int]]:
    """The ids of the customers, up to `most` by each mark and by similar names, that each of `asked` may be."""
    shared = looking.holders(session, {mark for each in asked.values() for mark in each.marks}, most)
    parts = name_marks(session, {each.name for each in asked.values() if each.name})
    namesakes = looking.namesakes(session, {mark for marks in parts.values() for mark in marks}, CROWD)
    found = {}
    for key, each in asked.items():
        found[key] = {id_ for mark in each.marks for id_ in shared.get(mark, ())}
        if each.name:
            found[key] |= near(each.name, parts[each.name], namesakes, most)
    return found


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


def _known(asked: Asked) -> Known:
    said = marks("", asked.audience, asked.values.items(), blind_index)
    name = asked.values.get(FULL_NAME)
    return Known(company(name, asked.audience) if isinstance(name, str) else None, is_evidence(said))


def _found(
    session: Session, asked: Sequence[Known], own: set[int]
) -> list[dict[int, tuple[looking.Other, Found]]]:  # fmt: skip
    """The others that share something with each of `asked`, by their ids, and what."""
    near_to = candidates(session, dict(enumerate(asked)), MOST + len(own))
    others = looking.known(session, {id_ for ids in near_to.values() for id_ in ids} - own)
    return [
        _compared(mine, {id_: others[id_] for id_ in near_to[place] if id_ in others})
        for place, mine in enumerate(asked)
    ]


def _compared(mine: Known, others: Mapping[int, looking.Other]) -> dict[int, tuple[looking.Other, Found]]:
    """Those of `others` that share something with `mine`, and what; the likeliest first."""
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
