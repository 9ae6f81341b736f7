"""What a check is, and what it finds. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from formsvc.fields import Text
from formsvc.review.checks.seen import Seen


class Severity(StrEnum):
    """How much a finding weighs, the heaviest first."""

    PROBLEM = "problem"  # wrong: to accept it as it is would spoil the record
    WARNING = "warning"  # probably wrong, or something hangs on it: look before you accept
    NOTE = "note"  # good to know


class Named(NamedTuple):
    """Another customer whom a sentence names: the number, and the words that stand in the sentence."""

    number: str
    words: str


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: the key of the field it is about, if any, and what fills the sentence's holes.

    `customer` is whom the sentence names, where the reader may see that customer.
    """

    field: str | None
    params: Mapping[str, Text]
    customer: Named | None = None


Finder: TypeAlias = Callable[[Seen], Iterator[Finding]]


@dataclass(frozen=True)
class Check:
    """One check. `name` stands in addresses and in the database, and never changes; `title` on filters and badges.

    `sentence` says what was found; its holes are `label`, the field's, and the params of the finding.
    """

    name: str
    severity: Severity
    title: Text
    sentence: Text
    finds: Finder

    def says(self, finding: Finding, language: str) -> str:
        """The sentence about `finding`. It shows no sensitive value."""
        words = {name: text.in_(language) for name, text in finding.params.items()}
        return self.sentence.in_(language).format_map(words)


def about(seen: Seen, key: str, **params: Text) -> Finding:
    """A finding about the field `key`, which is asked."""
    return Finding(key, {"label": seen.label(key), **params})
