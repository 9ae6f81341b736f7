"""Other customers that look like this one (M26). Pure."""

from collections.abc import Iterator

from formsvc.customers.duplicates import FIELDS, Alike
from formsvc.fields import Text
from formsvc.review.checks.check import Finding, about
from formsvc.review.checks.seen import Seen

SOMEBODY = Text("其他同事的一位客户", "a colleague's customer")


def same_mobile(seen: Seen) -> Iterator[Finding]:
    for other in seen.alike:
        if "mobile" in other.evidence and FIELDS["mobile"] in seen.fields:
            yield about(seen, FIELDS["mobile"], other=_named(other))


def probable_duplicate(seen: Seen) -> Iterator[Finding]:
    """The mobile alone is another check's: two companies may have one contact."""
    for other in seen.alike:
        shared = [FIELDS[evidence] for evidence in other.evidence if FIELDS[evidence] in seen.fields]
        telling = [key for key in shared if key != FIELDS["mobile"]]
        if telling:
            yield about(seen, telling[0], other=_named(other), shared=_labels(seen, shared))


def _named(other: Alike) -> Text:
    said = f"{other.number} {other.name}"
    return Text(f"客户 {said} ", said) if other.number else SOMEBODY


def _labels(seen: Seen, keys: list[str]) -> Text:
    labels = [seen.label(key) for key in keys]
    return Text("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))
