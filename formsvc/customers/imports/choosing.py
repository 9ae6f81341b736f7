"""What a page of choices posts, as decisions about its rows. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from formsvc.customers.imports.verbs import Decision
from formsvc.web.urls import row_id

NAME = re.compile(r"(row|take)-([0-9]{1,7})(?:-([a-z_.]{1,80}))?")
LONGEST = 30


def decisions(posted: Iterable[tuple[str, str]], for_all: str | None) -> dict[int, Decision]:
    """The decisions by the rows' numbers; `for_all` "keep" or "take" is for every conflict on the page.

    `row-12` is the choice of row 12, `take-12-contacts.mobile` is "take" or "keep".
    """
    choices: dict[int, str] = {}
    takes: Mapping[int, dict[str, bool]] = defaultdict(dict)
    for name, value in posted:
        if not (match := NAME.fullmatch(name)):
            continue
        number = row_id(match[2])
        if match[1] == "row":
            choices[number] = value[:LONGEST]
        elif match[3]:
            takes[number][match[3]] = (for_all or value) == "take"
    return {number: Decision(choices.get(number), takes.get(number, {})) for number in {*choices, *takes}}
