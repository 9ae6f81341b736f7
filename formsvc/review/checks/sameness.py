"""Other customers that look like this one (M26). Pure."""

from collections.abc import Iterator
from dataclasses import replace

from formsvc.customers.duplicates.alike import Alike
from formsvc.customers.duplicates.evidence import FIELDS, SIMILAR_NAME
from formsvc.fields import Text
from formsvc.review.checks.check import Finding, Named, about
from formsvc.review.checks.seen import Seen

SOMEBODY = Text("其他同事的一位客户", "a colleague's customer")


def same_mobile(seen: Seen) -> Iterator[Finding]:
    for other in seen.alike:
        if "mobile" in other.evidence and FIELDS["mobile"] in seen.fields:
            yield _like(seen, FIELDS["mobile"], other)


def probable_duplicate(seen: Seen) -> Iterator[Finding]:
    """The mobile alone is another check's: two companies may have one contact. So is a similar name."""
    for other in seen.alike:
        same = [FIELDS[evidence] for evidence in other.evidence if evidence != SIMILAR_NAME]
        shared = [key for key in same if key in seen.fields]
        telling = [key for key in shared if key != FIELDS["mobile"]]
        if telling:
            yield _like(seen, telling[0], other, shared=_labels(seen, shared))


def similar_name(seen: Seen) -> Iterator[Finding]:
    """Where nothing else is the same: else it adds nothing."""
    for other in seen.alike:
        if other.evidence == (SIMILAR_NAME,) and FIELDS[SIMILAR_NAME] in seen.fields:
            yield _like(seen, FIELDS[SIMILAR_NAME], other)


def _like(seen: Seen, key: str, other: Alike, **params: Text) -> Finding:
    """A finding that names `other`, where the reader may see that customer."""
    named = Named(other.number, f"{other.number} {other.name}") if other.number else None
    words = Text(f"客户 {named.words} ", named.words) if named else SOMEBODY
    return replace(about(seen, key, other=words, **params), customer=named)


def _labels(seen: Seen, keys: list[str]) -> Text:
    labels = [seen.label(key) for key in keys]
    return Text("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))
