"""How long a form took, from what its page says (M9)."""

import pytest

from formsvc.submissions.times import LONGEST, times_from
from tests.installation import NOW

AT = int(NOW.timestamp())
MODULES = ["basic", "contacts"]


@pytest.mark.parametrize(
    ("opened", "sections", "times"),
    [
        (AT - 100, "", {"": 100}),
        (AT - 100, "basic:34 contacts:50", {"": 100, "basic": 34, "contacts": 50}),
        (AT - 100, "basic:99999 history:3", {"": 100, "basic": 100}),  # no longer than the whole, and of this form
        (AT - 100, "basic:x;contacts:-1 <b>:2", {"": 100}),
        (AT, "basic:1", None),  # no time at all
        (AT + 5, "", None),  # a clock that is ahead, or a lie
        (AT - LONGEST - 1, "", None),  # it lay open over night
        (0, "", None),  # the page did not say
    ],
)
def test_seconds_by_module_and_whole(opened: int, sections: str, times: dict[str, int] | None) -> None:
    assert times_from(opened, sections, MODULES, NOW) == times
