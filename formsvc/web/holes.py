"""Templates that are rendered once and filled often: text cut where values go. Pure."""

import re
from collections.abc import Mapping

from markupsafe import escape

EDGE = "\0"  # stands in no template, and `fields.text.clean` takes it out of whatever is typed
_SPECIAL = re.compile("[&<>\"']").search


def hole(name: str) -> str:
    """What a template writes where the value `name` goes."""
    return f"{EDGE}{name}{EDGE}"


def as_html(text: str) -> str:
    """`text` escaped. Most texts have nothing to escape, and to look costs a third."""
    return str(escape(text)) if _SPECIAL(text) else text


class Pieces:
    """Rendered text with holes. It is shared by all requests and never changed: values are put into a copy."""

    def __init__(self, text: str) -> None:
        self._parts = text.split(EDGE)
        self.names = tuple(self._parts[1::2])

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with `values`, which are HTML already. Raises KeyError for a hole without a value."""
        parts = self._parts.copy()
        parts[1::2] = [values[name] for name in self.names]
        return "".join(parts)
