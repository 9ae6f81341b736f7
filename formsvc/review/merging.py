"""What a decision makes of the record: the fields' own merge, and whom what is said of a contact is about. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from formsvc.customers.relation import NAME, Relation
from formsvc.fields import Value
from formsvc.review.diff import Decision, Difference, Undecided, merge


class Nameless(ValueError):
    """Another person was chosen, and the name of that person was not."""


@dataclass(frozen=True)
class Outcome:
    """The values to put into the record, the reasons of those that the reviewer worded, and the fields that were left
    as they are held, which confirms them.
    """

    values: dict[str, Value]
    reasons: dict[str, str]
    confirmed: list[str]


def outcome(rows: Sequence[Difference], decisions: Mapping[str, Decision], relation: Relation) -> Outcome:
    """Raises Undecided, Nameless.

    Of another person than the one who is held all that the customer entered anew is taken, but for what the reviewer
    leaves out; what equals that of the first one, where the reviewer takes it along (M25).
    """
    people = [row for row in rows if relation is not Relation.SAME and is_about_contact(row)]
    others = [row for row in rows if row not in people]
    values = merge(others, decisions) | _introduced(people, decisions)
    edited = {key: decision.reason for key, decision in decisions.items() if decision.choice == "edit"}
    reasons = {key: reason for key, reason in edited.items() if key in values}
    return Outcome(values, reasons, [row.field.key for row in others if row.now == row.answered])


def is_about_contact(row: Difference) -> bool:
    return row.field.module == "contacts"


def meant(rows: Iterable[Difference], relation: Relation) -> Relation:
    """`relation` where the answers name another person than the contact who is held, else the same."""
    named = [row for row in rows if row.field.key == NAME and row.answered not in (None, row.now)]
    return relation if named else Relation.SAME


def _introduced(rows: Iterable[Difference], decisions: Mapping[str, Decision]) -> dict[str, Value]:
    """What is known of a person who is new in the record. Raises Undecided, Nameless."""
    values: dict[str, Value] = {}
    for row in rows:
        decision = decisions.get(row.field.key)
        if decision is None and row.is_open:
            raise Undecided([row.field.key])
        if decision is None:
            continue
        if decision.choice == "accept":
            values[row.field.key] = row.answered
        elif decision.choice == "edit":
            values[row.field.key] = decision.value
    known: dict[str, Value] = {key: value for key, value in values.items() if value is not None}
    if rows and NAME not in known:
        raise Nameless(NAME)
    return known
