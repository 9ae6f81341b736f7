"""Templates that are rendered once and filled often: text cut where values go. Pure."""

from collections.abc import Mapping

EDGE = "\0"  # stands in no template, and `fields.text.clean` takes it out of whatever is typed


def hole(name: str) -> str:
    """What a template writes where the value `name` goes."""
    return f"{EDGE}{name}{EDGE}"


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
