"""Held and answered, field by field. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from formsvc.fields import Field, Value


@dataclass(frozen=True)
class Difference:
    """One field: what is held now and what was answered; None is nothing."""

    field: Field
    held: Any
    answered: Any

    @property
    def is_changed(self) -> bool:
        return bool(self.held != self.answered)


class Undecided(ValueError):
    """A changed field for which neither "accept" nor "keep" was chosen; `fields` are their keys."""

    def __init__(self, fields: Collection[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def compare(fields: Iterable[Field], held: Mapping[str, Any], answers: Mapping[str, Any]) -> list[Difference]:
    """Each answered field beside what is held. A field that is not in `answers` was left as it is."""
    return [Difference(field, held.get(field.key), answers[field.key]) for field in fields if field.key in answers]


def merge(differences: Iterable[Difference], decisions: Mapping[str, str]) -> dict[str, Value]:
    """The values to put into the record: what is changed and was accepted. Raises Undecided."""
    changed = [difference for difference in differences if difference.is_changed]
    undecided = [d.field.key for d in changed if decisions.get(d.field.key) not in ("accept", "keep")]
    if undecided:
        raise Undecided(undecided)
    return {d.field.key: d.answered for d in changed if decisions[d.field.key] == "accept"}
