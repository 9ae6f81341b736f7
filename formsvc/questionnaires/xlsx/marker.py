"""What a form says of itself, hidden in its first cell. It is believed in nothing: it only tells forms apart. Pure."""

import re
from typing import NamedTuple, Self

FORMAT = 1
_MARKER = re.compile(r"formsvc-form ([0-9]{1,4}) ([a-z][a-z0-9-]{1,39}) ([0-9]{1,9})")


class Marker(NamedTuple):
    """The key of a questionnaire and the number of its version."""

    key: str
    number: int

    @property
    def text(self) -> str:
        return f"formsvc-form {FORMAT} {self.key} {self.number}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What `text` says; None for what no form of ours says, and for a format that is not known yet."""
        found = _MARKER.fullmatch(text)
        return cls(found[2], int(found[3])) if found and int(found[1]) == FORMAT else None
