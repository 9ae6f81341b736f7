"""Whether the customer can be reached at the addresses, and whether it was the customer who answered. Pure."""

from collections.abc import Iterator

from formsvc.review.checks.check import Finding, about
from formsvc.review.checks.seen import Seen


def undeliverable(seen: Seen) -> Iterator[Finding]:
    yield from (about(seen, key) for key in seen.fields if key in seen.undeliverable)


def not_confirmed(seen: Seen) -> Iterator[Finding]:
    yield from (about(seen, key) for key in seen.fields if key in seen.unconfirmed)


def unconfirmed_recording(seen: Seen) -> Iterator[Finding]:
    if seen.is_unconfirmed:
        yield Finding(None, {})


def without_code(seen: Seen) -> Iterator[Finding]:
    if not seen.is_proved:
        yield Finding(None, {})
