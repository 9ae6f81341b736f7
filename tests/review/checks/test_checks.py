"""What the checks find: a situation, and the names of the flags (M21)."""

from typing import Any

import pytest

from formsvc.customers.duplicates.alike import Alike
from formsvc.review.checks import Seen
from tests.review.checks.looking import COMPLETE, PERSON, names, seen

SECRET = "11010519491231002X"
FULL: dict[str, Any] = {**COMPLETE, "needs.budget": {"from": "10", "to": "50"}, "basic.staff_count": 120}


def given(**answered: Any) -> dict[str, Any]:
    """Complete answers but for those said here; a double underscore stands for the dot."""
    return {**COMPLETE, **{key.replace("__", "."): value for key, value in answered.items()}}


def person(answers: dict[str, Any], **more: Any) -> Seen:
    return seen({**PERSON, **answers}, PERSON, audience="individual", **more)


def other(*evidence: str) -> dict[str, Any]:
    return {"alike": (Alike("CX202605001", "合肥云盾科技公司", evidence),)}


@pytest.mark.parametrize(
    ("situation", "flags"),
    [
        # nothing to see
        (seen(COMPLETE), []),
        (seen({}), []),  # nothing was answered: the record is complete
        (seen(COMPLETE, {}), []),  # a new customer
        (person({}), []),
        # missing, malformed, emptied
        (seen({}, {key: value for key, value in COMPLETE.items() if key != "contacts.email"}), ["missing"]),
        (seen(given(contacts__mobile=None)), ["missing"]),  # emptied, though it is required
        (seen(given(contacts__emergency_name="王芳")), ["missing"]),  # and no number beside it
        (seen(given(basic__uscc="914403001922038217")), ["malformed"]),  # another check character
        (seen(given(basic__founded_on="2027-01-01")), ["malformed"]),  # in the future
        (seen(given(basic__founded_on="1899-12-31")), ["malformed"]),
        (seen(given(basic__industry="餐饮及其他")), ["malformed"]),  # a worksheet's word, not in the list
        (seen(given(basic__staff_count=["120"])), ["malformed"]),  # of another type
        (seen(given(contacts__email={"a": 1})), ["malformed"]),
        (seen({}, given(contacts__mobile="+861065312345")), ["malformed"]),  # held, and not asked about again
        (person({"basic.id_type": "resident-id", "basic.id_number": SECRET[:-1] + "1"}), ["malformed"]),
        (seen({"needs.budget": None}, FULL), ["emptied"]),
        (seen({"needs.budget": None}), []),  # nothing was held
        (seen({"needs.term": "long"}, FULL), []),  # what is not answered stays
        # names
        (seen(given(basic__full_name="某科技公司")), ["vague-name"]),
        (seen(given(contacts__name="张总")), ["vague-name"]),
        (seen(given(contacts__emergency_name="test", contacts__emergency_phone="+8613900010002")), ["vague-name"]),
        (person({"basic.full_name": "张某"}), ["vague-name"]),
        # addresses
        (seen(COMPLETE, undeliverable=frozenset({"contacts.email"})), ["undeliverable"]),
        (seen(COMPLETE, unconfirmed=frozenset({"contacts.email", "contacts.mobile"})), ["not-confirmed"] * 2),
        (seen(COMPLETE, is_proved=False), ["without-code"]),
        (seen(COMPLETE, is_unconfirmed=True), ["unconfirmed-recording"]),
        # other customers
        (seen(COMPLETE, **other("mobile")), ["same-mobile"]),
        (seen(COMPLETE, **other("email")), ["probable-duplicate"]),
        (seen(COMPLETE, **other("code")), ["probable-duplicate"]),
        (seen(COMPLETE, **other("code", "mobile", "name")), ["same-mobile", "probable-duplicate"]),
        (seen(COMPLETE, **other("similar")), ["similar-name"]),
        (seen(COMPLETE, **other("email", "similar")), ["probable-duplicate"]),  # the name adds nothing
        (person({}, **other("id")), ["probable-duplicate"]),
        (person({}, **other("code")), []),  # no person is asked for one
        (seen(COMPLETE, **other("mobile", "name")), ["same-mobile", "probable-duplicate"]),
        # changed behind the customer's back
        (seen({"needs.term": "long"}, FULL | {"needs.term": "short"}, FULL), ["changed-since-asked"]),
        (seen({"needs.term": "long"}, FULL | {"needs.term": "long"}, FULL), []),  # to the same
        (seen({}, FULL | {"needs.term": "short"}, FULL), []),  # not answered
        (seen({"needs.term": "long"}, FULL, FULL), []),  # by the customer alone
        # amounts
        (seen({"needs.budget": {"from": "10", "to": "50000"}}, FULL), ["implausible-budget"]),  # a thousand times
        (seen({"needs.budget": {"from": "0.01", "to": "0.05"}}, FULL), ["implausible-budget"]),
        (seen({"needs.budget": {"from": "10", "to": "49999"}}, FULL), []),
        (seen({"needs.budget": {"from": "0", "to": "0"}}, FULL), []),  # no times of nothing
        (seen({"basic.staff_count": 12000}, FULL), ["implausible-staff-count"]),
        (seen({"basic.staff_count": 11999}, FULL), []),
        (seen({"basic.staff_count": 1}, FULL), ["implausible-staff-count"]),  # less than a hundredth
        (seen({"basic.staff_count": 2}, FULL), []),
        (seen({"basic.staff_count": 0}, FULL), ["implausible-no-staff"]),  # nobody: no factor tells
        (seen({"basic.staff_count": 0}, FULL | {"basic.staff_count": 0}), []),
        (seen({"basic.staff_count": 0}), []),  # nothing was held
        (seen({"basic.staff_count": None}, FULL), ["emptied"]),
        (seen({"basic.revenue": "1200"}, FULL | {"basic.revenue": "12000000"}), ["implausible-revenue"]),
        (seen({"basic.revenue": "49.9"}, FULL), ["implausible-spending"]),  # less than the budget
        # dates
        (seen(given(basic__founded_on="2022-05-01", history__since="2019-01-01")), ["implausible-founding"]),
        (seen(given(basic__founded_on="2022-05-01", history__since="2022-05-01")), []),
        (seen(given(basic__founded_on="1900-01-01")), ["implausible-date"]),
        # phones
        (seen(given(contacts__office_phone="+8613900010002")), ["implausible-office-phone"]),
        (seen(given(contacts__office_phone="+8655165310001;ext=8")), []),
        (
            seen(given(contacts__emergency_name="王芳", contacts__emergency_phone=COMPLETE["contacts.mobile"])),
            ["implausible-emergency-contact"],
        ),
        # the heaviest first
        (
            seen({**FULL, "contacts.name": None, "contacts.office_phone": "+8613900010002"}, FULL, **other("mobile")),
            ["missing", "same-mobile", "implausible-office-phone"],
        ),
    ],
)
def test_each_situation_has_its_flags(situation: Seen, flags: list[str]) -> None:
    assert names(situation) == flags
