"""What a question is: data, the same for the form, the worksheet and staff edits (spec rows M1–M4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from formsvc.fields.text import Text, packed

AUDIENCES = frozenset({"enterprise", "individual"})
SITUATIONS = frozenset({"new", "existing"})


@dataclass(frozen=True)
class Option:
    """One choice. `aliases` are other words people type; the first one, if any, is what a worksheet writes."""

    code: str
    label: Text
    aliases: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """The word for the Chinese worksheet."""
        return self.aliases[0] if self.aliases else self.label.zh

    @property
    def words(self) -> tuple[str, ...]:
        """All that stands for it."""
        return (self.code, *self.label, *self.aliases)


@dataclass(frozen=True)
class Field:
    """One question. `formsvc.fields.spec.field_from_data` makes one from data and checks it.

    `together_with` is the key of the field that must be filled when this one is; `depends_on` that of the answer a rule
    needs (id_number needs id_type). `min` and `max` are numbers or dates as text. `normalise` is "code" for a text kept
    in capitals without spaces and hyphens. `joined_by` stands between a multi-select's words in a worksheet.
    `fresh_days` is how long a value that the customer confirmed needs no new look; without it the questionnaire says.
    """

    key: str
    type: str
    label: Text
    hint: Text | None = None
    example: Text | None = None
    audiences: frozenset[str] = AUDIENCES
    situations: frozenset[str] = SITUATIONS
    required: bool = False
    sensitive: bool = False
    staff_only: bool = False
    enabled: bool = True
    options: tuple[Option, ...] = ()
    other: bool = False
    rules: tuple[str, ...] = ()
    together_with: str | None = None
    depends_on: str | None = None
    min: str | None = None
    max: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    max_items: int | None = None
    autocomplete: str | None = None
    unit: Text | None = None
    normalise: str | None = None
    joined_by: str = "、"
    fresh_days: int | None = None

    @property
    def name(self) -> str:
        """The control's name: ``basic-full_name`` for the key ``basic.full_name``."""
        return self.key.replace(".", "-")

    @property
    def module(self) -> str:
        """The module the field belongs to: ``basic`` for the key ``basic.full_name``."""
        return self.key.partition(".")[0]

    @cached_property
    def by_code(self) -> Mapping[str, Option]:
        """The options by their codes."""
        return {option.code: option for option in self.options}

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """The code of each option by itself and by all packed words that stand for it."""
        spoken = {packed(word): option.code for option in self.options for word in option.words}
        return spoken | {option.code: option.code for option in self.options}
