"""What two records of one customer come to: the value that is proposed, and the contacts that are the same (M26). Pure.

One record stays, and the other goes.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from formsvc.customers.contacts import Known
from formsvc.customers.merging.sides import WHOLE, Held, Side, content, of_field, of_wholes
from formsvc.customers.models import CustomerValue
from formsvc.customers.relation import MOBILE, NAME, Relation, propose
from formsvc.fields import clean_line, half_width


@dataclass(frozen=True)
class Row:
    """One field of both records. `contact` is the number in the record that stays, `other` in the one that goes, of the
    contact whom it is about; both are 0 for the customer itself. `whole` is what else is said of a field that makes no
    sense alone: the side that is proposed for all of them.
    """

    contact: int
    other: int
    field: str
    mine: Held
    theirs: Held
    whole: Side | None = None

    @property
    def key(self) -> str:
        return f"{self.contact}-{WHOLE.get(self.field, self.field)}"

    @property
    def is_equal(self) -> bool:
        return bool(content(self.mine) == content(self.theirs))

    @property
    def proposed(self) -> Side:
        return self.whole or of_field(self.mine, self.theirs)


@dataclass(frozen=True)
class Question:
    """Rows that one choice decides: one field, or all that a talk or a next step consists of."""

    rows: Sequence[Row]

    @property
    def key(self) -> str:
        return self.rows[0].key

    @property
    def is_equal(self) -> bool:
        return all(row.is_equal for row in self.rows)

    @property
    def is_filled_twice(self) -> bool:
        mine = any(content(row.mine) is not None for row in self.rows)
        return mine and any(content(row.theirs) is not None for row in self.rows)


@dataclass(frozen=True)
class Choices:
    """What a person chose: a side for rows, by their keys, and which contacts are left out, by their numbers in the
    record that goes. All else is as it is proposed.
    """

    sides: Mapping[str, Side] = field(default_factory=dict)
    left_out: Collection[int] = ()

    def of(self, row: Row) -> Side:
        is_settled = row.is_equal and row.whole is None
        return row.proposed if is_settled else self.sides.get(row.key, row.proposed)


@dataclass(frozen=True)
class Comparison:
    """Two records side by side. `coming` are the contacts of the one that goes whom the other does not know."""

    rows: Sequence[Row]
    coming: Sequence[Known]

    @property
    def differing(self) -> list[Row]:
        return [row for row in self.rows if not row.is_equal]

    def questions(self, place: Callable[[Row], Any]) -> list[Question]:
        """What a person is asked, in the order that `place` gives to rows."""
        asked: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self.rows, key=place):
            asked[row.key].append(row)
        return [Question(rows) for rows in asked.values()]

    def taken(self, choices: Choices) -> list[Row]:
        """The rows whose value in the record that stays becomes that of the other one."""
        return [row for row in self.rows if choices.of(row) is Side.GOING]

    def joining(self, choices: Choices) -> list[Known]:
        """The contacts who come along. Who left goes with whoever followed."""
        out = set(choices.left_out)
        while more := {known.contact.number for known in self.coming if known.contact.followed_by in out} - out:
            out |= more
        return [known for known in self.coming if known.contact.number not in out]


def same_people(mine: Sequence[Known], theirs: Sequence[Known]) -> dict[int, int]:
    """The contacts of both records who are one person: numbers in the record that stays by those in the one that goes.

    The primary ones, where a name, a mobile or a mail says so; others by the same name and mobile.
    """
    pairs: dict[int, int] = {}
    for one in mine:
        for other in theirs:
            if one.is_primary and other.is_primary and propose(_contents(one), _contents(other)) is Relation.SAME:
                pairs[other.contact.number] = one.contact.number
    for other in theirs:
        if other.contact.number not in pairs:
            alike = [one for one in mine if one.contact.number not in pairs.values() and _is_same(one, other)]
            if alike:
                pairs[other.contact.number] = alike[0].contact.number
    return pairs


def compare(
    mine: Mapping[str, CustomerValue], theirs: Mapping[str, CustomerValue], my_people: Sequence[Known],
    their_people: Sequence[Known],
) -> Comparison:  # fmt: skip
    """The records of which `mine` and `theirs` is held of the customer itself, by field."""
    pairs = same_people(my_people, their_people)
    mine_by, theirs_by = _by_number(my_people), _by_number(their_people)
    wholes = of_wholes(mine, theirs)
    rows = [replace(row, whole=wholes.get(WHOLE.get(row.field, ""))) for row in _rows(0, 0, mine, theirs)]
    for other, one in sorted(pairs.items(), key=lambda pair: pair[1]):
        rows += _rows(one, other, mine_by[one].values, theirs_by[other].values)
    unknown = [known for known in their_people if known.contact.number not in pairs]
    return Comparison(
        rows, [known for known in unknown if any(value is not None for value in _contents(known).values())]
    )


def _rows(
    one: int, other: int, mine: Mapping[str, CustomerValue], theirs: Mapping[str, CustomerValue]
) -> Iterable[Row]:
    rows = [Row(one, other, key, mine.get(key), theirs.get(key)) for key in dict.fromkeys([*mine, *theirs])]
    return [row for row in rows if content(row.mine) is not None or content(row.theirs) is not None]


def _is_same(one: Known, other: Known) -> bool:
    """Whether both have the same name and mobile, and neither left or both did."""
    mine, yours = _who(one), _who(other)
    return mine == yours and any(mine) and bool(one.contact.left_at) == bool(other.contact.left_at)


def _who(known: Known) -> tuple[str, str]:
    said = _contents(known)
    name, mobile = (half_width(clean_line(str(said.get(key) or ""))).casefold() for key in (NAME, MOBILE))
    return name, mobile


def _contents(known: Known) -> dict[str, Any]:
    return {key: row.content for key, row in known.values.items()}


def _by_number(people: Sequence[Known]) -> dict[int, Known]:
    return {known.contact.number: known for known in people}
