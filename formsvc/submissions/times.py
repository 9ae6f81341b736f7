"""How long a form took, from what its page says: nothing else is measured (M9). Pure."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

LONGEST = int(timedelta(days=1).total_seconds())  # a page that lay open over night says nothing about the form
_PART = re.compile("([a-z_]{1,40}):([0-9]{1,5})", re.ASCII)


def times_from(opened: int, sections: str, modules: Collection[str], now: datetime) -> dict[str, int] | None:
    """Seconds by module, and under "" from opening to now; None where the page says no time that can be.

    `opened` is in seconds since 1970, `sections` is "basic:34 contacts:50".
    """
    whole = int(now.timestamp()) - opened
    if not 0 < whole <= LONGEST:
        return None
    parts = {module: min(int(seconds), whole) for module, seconds in _PART.findall(sections)}
    return {"": whole} | {module: seconds for module, seconds in parts.items() if module in modules}
