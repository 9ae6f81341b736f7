"""Held when the link was sent, held now and answered, field by field: a three-way merge (M22). Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

from formsvc.fields import TYPES, Field, Value, Wrong

Choice: TypeAlias = Literal["accept", "keep", "edit"]

_BY_ELEMENT = frozenset({"list", "multi-select"})
_CHOICES = get_args(Choice)


class Kind(StrEnum):
    """Who changed a field since the link was sent."""

    SAME = "same"  # nothing is left to decide
    THEIRS = "theirs"  # only the customer did
    OURS = "ours"  # only we did; the customer answered what was held when asked
    MERGED = "merged"  # both did, and both changes can stand
    CONFLICT = "conflict"  # both did, and a person decides


@dataclass(frozen=True)
class Decision:
    """What the reviewer chose for one field; `value` is that of an "edit", and `reason` why it is no other."""

    choice: Choice
    value: Value = None
    reason: str = ""


@dataclass(frozen=True)
class Difference:
    """One field: held when the link was sent, held now, and answered; None is nothing.

    The values may be of any type: an older version may have held another one under the same key.
    """

    field: Field
    base: Any
    now: Any
    answered: Any

    @cached_property
    def kind(self) -> Kind:
        if self.now == self.answered:
            return Kind.SAME
        if self.base == self.now:
            return Kind.THEIRS
        if self.answered == self.base:
            return Kind.OURS
        return self._kind_of_both

    @property
    def is_open(self) -> bool:
        """Whether it needs a decision."""
        return self.kind in (Kind.THEIRS, Kind.MERGED, Kind.CONFLICT)

    @property
    def proposed(self) -> Literal["accept", "keep"] | None:
        """What most reviewers would choose; None where there is nothing to choose, or a person must."""
        if self.kind is Kind.OURS:
            return "keep"
        return "accept" if self.kind in (Kind.THEIRS, Kind.MERGED) else None

    @property
    def accepted_value(self) -> Any:
        """What "accept" puts into the record: both changes where they can stand, else what was answered."""
        if self.kind is Kind.SAME:
            return self.now
        return self._merged or None if self.kind is Kind.MERGED else self.answered

    @property
    def _kind_of_both(self) -> Kind:
        if self._merged is None:
            return Kind.CONFLICT
        if set(self._merged) == set(self.now or ()):
            return Kind.SAME
        return Kind.MERGED if _is_value(self._merged, self.field) else Kind.CONFLICT

    @cached_property
    def _merged(self) -> list[str] | None:
        """The elements held now, without those that the customer removed, then those that the customer added.

        None where a value has no elements.
        """
        base, now, answered = map(_elements, (self.base, self.now, self.answered))
        if self.field.type not in _BY_ELEMENT or base is None or now is None or answered is None:
            return None
        kept = [item for item in now if item in answered or item not in base]
        return _in_order(kept + [item for item in answered if item not in base and item not in now], self.field)


class Undecided(ValueError):
    """A changed field for which nothing was chosen; `fields` are their keys."""

    def __init__(self, fields: Collection[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def compare(
    fields: Iterable[Field], base: Mapping[str, Any], now: Mapping[str, Any], answers: Mapping[str, Any]
) -> list[Difference]:
    """Each answered field, in the order of `fields`. A field that is not in `answers` was left as it is."""
    asked = [field for field in fields if field.key in answers]
    return [Difference(field, base.get(field.key), now.get(field.key), answers[field.key]) for field in asked]


def merge(differences: Iterable[Difference], decisions: Mapping[str, Decision]) -> dict[str, Value]:
    """The values to put into the record: what was decided and is not held now. Raises Undecided.

    What only we changed is kept unless decided otherwise.
    """
    rows = [(row, _valid(decisions.get(row.field.key))) for row in differences]
    if undecided := [row.field.key for row, decision in rows if row.is_open and decision is None]:
        raise Undecided(undecided)
    values = {row.field.key: _decided(row, decision) for row, decision in rows}
    return {row.field.key: values[row.field.key] for row, _ in rows if values[row.field.key] != row.now}


def _valid(decision: Decision | None) -> Decision | None:
    """A choice may come from a page, where anything can be posted."""
    return decision if decision and decision.choice in _CHOICES else None


def _decided(row: Difference, decision: Decision | None) -> Any:
    if decision is None or decision.choice == "keep":
        return row.now
    return decision.value if decision.choice == "edit" else row.accepted_value


def _elements(value: Any) -> list[str] | None:
    """The elements of a list, none of nothing; None for anything else that an older version may have stored."""
    if value is None:
        return []
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def _in_order(items: list[str], field: Field) -> list[str]:
    """Codes in the definition's order, then free texts; a list as it is."""
    place = {option.code: number for number, option in enumerate(field.options)}
    return sorted(items, key=lambda item: place.get(item, len(place)))


def _is_value(items: list[str], field: Field) -> bool:
    """Whether the field could have been answered so: within its limits, and not emptied where it is required."""
    if not items:
        return not field.required
    kind = TYPES[field.type]
    try:
        return kind.parse(kind.raw(items, field), field) == items
    except Wrong:
        return False
