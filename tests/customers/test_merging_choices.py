"""What is proposed of two records, which contacts are the same, and that nothing is lost by itself (M26)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.customers.contacts import Known
from formsvc.customers.merging.choices import Choices, Comparison, Row, compare, same_people
from formsvc.customers.merging.sides import Side, content
from formsvc.customers.models import Contact, CustomerValue, Origin
from tests.installation import NOW

MINE, THEIRS = Side.STAYING, Side.GOING
LATER = NOW + timedelta(days=1)
ZHANG = {"contacts.name": "张敏", "contacts.mobile": "+8613856780001", "contacts.position": "采购经理"}
WANG = {"contacts.name": "王芳", "contacts.mobile": "+8613900010009", "contacts.position": "财务"}
FIELDS = ["basic.industry", "basic.address", "needs.term"]


def value(said: Any, at: datetime = NOW, verified: datetime | None = None) -> CustomerValue:
    return CustomerValue(value=said, origin=Origin.WORKSHEET, set_at=at, verified_at=verified)


def person(number: int, said: Mapping[str, Any], is_primary: bool = False, followed_by: int | None = None) -> Known:
    left = NOW if followed_by else None
    contact = Contact(number=number, added_at=NOW, left_at=left, followed_by=followed_by)
    return Known(contact, {key: value(each) for key, each in said.items()}, is_primary)


def side_by_side(mine: Sequence[Known], theirs: Sequence[Known]) -> Comparison:
    return compare({}, {}, mine, theirs)


@pytest.mark.parametrize(
    ("mine", "theirs", "proposed"),
    [
        (value("旧"), value("新", LATER), THEIRS),
        (value("新", LATER), value("旧"), MINE),
        (None, value("旧"), THEIRS),
        (value(None, LATER), value("旧"), THEIRS),
        (value("旧"), value(None, LATER), MINE),
        (value("旧", verified=NOW), value("新", LATER), MINE),
        (value("新", LATER), value("旧", verified=NOW), THEIRS),
        (value("旧", verified=LATER), value("新", LATER, NOW), MINE),
        (value("甲"), value("乙"), MINE),
        (value("同", verified=NOW), value("同", LATER), MINE),
        (value("同"), value("同", LATER), MINE),
        (value("同", LATER), value("同", verified=NOW), THEIRS),
    ],
)
def test_filled_goes_before_confirmed_before_newer(mine: Any, theirs: Any, proposed: Side) -> None:
    assert Row(0, 0, "basic.industry", mine, theirs).proposed is proposed


def test_a_choice_goes_before_what_is_proposed_but_for_equal_values() -> None:
    differs, equal = (Row(0, 0, "x", value("甲"), value(other, verified=NOW)) for other in ("乙", "甲"))
    choices = Choices({"0-x": MINE})
    assert (choices.of(differs), choices.of(equal)) == (MINE, THEIRS)


EARLY = {"record.followed_up_on": "2026-10-01", "record.followed_up_by": "李强", "record.follow_up": "第一次联系"}
LATE = {"record.followed_up_on": "2026-11-20", "record.follow_up": "签了合同"}
QUOTE, VISIT = {"record.next_step": "报价", "record.next_on": "2026-12-01"}, {"record.next_step": "回访"}


@pytest.mark.parametrize(
    ("mine", "theirs", "talk", "step"),
    [
        (LATE, EARLY, MINE, MINE),
        (EARLY, LATE, THEIRS, THEIRS),
        ({**LATE, **QUOTE}, {**EARLY, **VISIT}, MINE, MINE),
        ({**EARLY, **QUOTE}, {**LATE, **VISIT}, THEIRS, THEIRS),
        ({**EARLY, **QUOTE}, LATE, THEIRS, MINE),  # the step is open still
        ({**LATE, **QUOTE}, {**LATE, **VISIT}, MINE, THEIRS),  # of one talk, the step that was entered later
        ({}, {**EARLY, **QUOTE}, THEIRS, THEIRS),
        ({"record.follow_up": "没有日期"}, EARLY, THEIRS, THEIRS),
    ],
)
def test_the_later_talk_is_proposed_as_a_whole_and_its_next_step_with_it(
    mine: Mapping[str, str], theirs: Mapping[str, str], talk: Side, step: Side
) -> None:
    """Though what the other record holds was entered later."""
    one, other = ({key: value(text, at) for key, text in said.items()} for said, at in ((mine, NOW), (theirs, LATER)))
    found = compare(one, other, [], [])
    expected = {"0-talk": talk, "0-step": step}
    assert {row.key: row.proposed for row in found.rows} == {row.key: expected[row.key] for row in found.rows}
    chosen = found.taken(Choices({"0-talk": THEIRS, "0-step": MINE, "0-record.next_on": THEIRS}))
    assert {row.key for row in chosen} <= {"0-talk"}
    assert len(chosen) == len([row for row in found.rows if row.key == "0-talk"])


def test_primary_contacts_who_are_one_person_are_compared() -> None:
    mine, theirs = person(3, ZHANG, True), person(1, {**ZHANG, "contacts.mobile": "+8613856780002"}, True)
    found = side_by_side([mine], [theirs])
    assert [(row.contact, row.other, row.field) for row in found.differing] == [(3, 1, "contacts.mobile")]
    assert found.coming == []


def test_another_primary_contact_comes_along() -> None:
    found = side_by_side([person(1, ZHANG, True)], [person(1, WANG, True)])
    assert (found.rows, [known.name for known in found.coming]) == ([], ["王芳"])
    assert found.joining(Choices(left_out=[1])) == []


def test_a_further_contact_with_the_same_name_and_mobile_is_there_already() -> None:
    mine = [person(1, ZHANG, True), person(2, WANG)]
    theirs = [person(1, {**WANG, "contacts.email": "wf@example.com"}, True), person(2, {"contacts.name": "赵磊"})]
    found = side_by_side(mine, theirs)
    assert same_people(mine, theirs) == {1: 2}
    assert [(row.key, row.proposed) for row in found.differing] == [("2-contacts.email", THEIRS)]
    assert [known.name for known in found.coming] == ["赵磊"]


def test_who_left_is_not_who_is_there_and_goes_with_whoever_followed() -> None:
    mine, theirs = [person(1, ZHANG, True)], [person(1, ZHANG, followed_by=2), person(2, WANG, True)]
    found = side_by_side(mine, theirs)
    assert [known.contact.number for known in found.joining(Choices())] == [1, 2]
    assert found.joining(Choices(left_out=[2])) == []
    assert [known.contact.number for known in found.joining(Choices(left_out=[1]))] == [2]


def test_a_contact_of_whom_nothing_is_known_does_not_come_along() -> None:
    theirs = [person(1, ZHANG, True), person(2, {"contacts.name": None})]
    assert side_by_side([person(1, ZHANG, True)], theirs).coming == []


texts = st.none() | st.sampled_from(["甲", "乙", "丙"])
instants = st.sampled_from([NOW, LATER])
held = st.builds(value, texts, instants, st.none() | instants)
records = st.dictionaries(st.sampled_from(FIELDS), held)
names = st.sampled_from(["张敏", "王芳", "赵磊"]) | st.none()
mobiles = st.sampled_from(["+8613856780001", "+8613900010009"]) | st.none()
people = st.lists(st.fixed_dictionaries({"contacts.name": names, "contacts.mobile": mobiles}), min_size=1, max_size=4)


def known(said: Sequence[Mapping[str, Any]]) -> list[Known]:
    return [person(number, each, number == 1) for number, each in enumerate(said, start=1)]


@given(records, records, people, people)
def test_property_nothing_is_lost_unless_a_person_chooses_so(
    mine: dict[str, Any], theirs: dict[str, Any], my_people: Any, their_people: Any
) -> None:
    """What both say stays with the one of them that is proposed; all else is in the result."""
    found = compare(mine, theirs, known(my_people), known(their_people))
    taken = found.taken(Choices())
    for field in FIELDS:
        said = {each for each in (content(mine.get(field)), content(theirs.get(field))) if each is not None}
        row = next((row for row in found.rows if row.key == f"0-{field}"), None)
        became = content(row.theirs if row in taken else row.mine) if row else None
        assert (became in said) if said else became is None
    pairs = same_people(known(my_people), known(their_people))
    assert len(set(pairs.values())) == len(pairs)
    there = {row.other for row in found.rows} | {one.contact.number for one in found.joining(Choices())}
    assert {number for number, each in enumerate(their_people, start=1) if any(each.values())} <= there


@given(records, records)
def test_property_a_record_merged_with_itself_changes_nothing(mine: dict[str, Any], other: dict[str, Any]) -> None:
    assert compare(mine, mine, known([ZHANG]), known([ZHANG])).taken(Choices()) == []
    one, two = (compare(*pair, known([ZHANG]), known([WANG])) for pair in ((mine, other), (other, mine)))
    assert {row.key for row in one.differing} == {row.key for row in two.differing}
