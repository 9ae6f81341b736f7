"""What a check may look at. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from formsvc.customers.duplicates.alike import Alike
from formsvc.fields import TYPES, Field, Text, Value

HIDDEN = Text("••••••", "••••••")
NOTHING = Text("空", "nothing")
LONGEST = 60  # characters of a value in a sentence


@dataclass(frozen=True)
class Seen:
    """A submission beside the record, and what is known of its addresses and of other customers.

    `fields` are those that this customer is asked, by key. `base` is what was held when the customer was asked, `held`
    what is held now, `answers` what was answered, all by key and sensitive values included; an answer of None empties.
    `unconfirmed` are the fields whose new address nobody confirmed, `undeliverable` those whose address refused our
    mail. `is_proved` tells whether who answered had shown that the mail reached them, `is_unconfirmed` whether a
    colleague recorded the answers and did not confirm them with the customer.
    """

    fields: Mapping[str, Field]
    base: Mapping[str, Any]
    held: Mapping[str, Any]
    answers: Mapping[str, Any]
    audience: str
    today: date
    unconfirmed: frozenset[str] = frozenset()
    undeliverable: frozenset[str] = frozenset()
    alike: tuple[Alike, ...] = ()
    is_proved: bool = True
    is_unconfirmed: bool = False

    def value(self, key: str) -> Value:
        """What the record would hold if the answers were accepted; None of a field that is not asked."""
        if key not in self.fields:
            return None
        return as_value(self.answers[key] if key in self.answers else self.held.get(key))

    def label(self, key: str) -> Text:
        """The field's name, as it stands in a sentence."""
        return Text(*(part.rstrip(" *:：?？。.") for part in self.fields[key].label))

    def shown(self, key: str, value: Any) -> Text:
        """`value` of the field `key` for a sentence, cut to LONGEST; nothing is shown of a sensitive one."""
        field = self.fields[key]
        if value is None:
            return NOTHING
        if field.sensitive:
            return HIDDEN
        shown = (TYPES[field.type].show(as_value(value), field, language) for language in ("zh", "en"))
        return Text(*(text if len(text) <= LONGEST else f"{text[:LONGEST]}…" for text in shown))


def as_value(held: Any) -> Value:
    """`held` as it is where it is a value of any type of question; else as text."""
    return held if is_value(held) else str(held)


def is_value(held: Any) -> bool:
    """Whether `held` is what a type of question could have stored."""
    if isinstance(held, dict):
        return all(isinstance(part, str) for part in (*held, *held.values()))
    if isinstance(held, list):
        return all(isinstance(item, str) for item in held)
    return held is None or (isinstance(held, str | int) and not isinstance(held, bool))
