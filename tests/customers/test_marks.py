"""What a record can be found by: of any values at all, and nothing of it can be read that must not."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from formsvc.customers.finding.marks import FIELDS, LONGEST, Kind, Mark, called, marks, pieces
from formsvc.customers.models import Audience

NUMBER = "CX202611001"
VALUES = st.none() | st.integers() | st.text() | st.lists(st.text(), max_size=3) | st.dictionaries(st.text(), st.text())
SAID = st.lists(st.tuples(st.sampled_from([*FIELDS, "needs.term"]), VALUES), max_size=8)
PHONES = st.from_regex(r"\+[1-9][0-9]{6,13}", fullmatch=True)


def blind(text: str) -> str:
    return f"blind-{len(text)}"


def found(said: list[tuple[str, Any]], audience: Audience = Audience.ENTERPRISE) -> set[Mark]:
    return marks(NUMBER, audience, said, blind)


@given(SAID, SAID, st.sampled_from(Audience))
def test_any_values_leave_marks_that_can_be_kept(said: list, more: list, audience: Audience) -> None:
    made = found(said, audience)
    assert Mark(Kind.NUMBER, NUMBER) in made
    assert all(0 < len(mark.text) <= LONGEST for mark in made)
    assert made <= found(said + more, audience)
    assert made == found(said[::-1] + said, audience)


@given(PHONES, st.sampled_from(["", ";ext=801"]))
def test_a_phone_is_found_from_both_ends(phone: str, extension: str) -> None:
    digits = phone[1:]
    both = {Mark(Kind.PHONE, digits), Mark(Kind.TAIL, digits[::-1])}
    assert found([("contacts.office_phone", phone + extension)]) == {Mark(Kind.NUMBER, NUMBER), *both}


@given(st.text("云盾ＡbＢ 科技", min_size=1))
def test_two_spellings_of_a_name_leave_the_same_marks(name: str) -> None:
    spaced = " ".join(name).swapcase()
    assert found([("contacts.name", name)]) == found([("contacts.name", spaced)])
    assert {mark.text for mark in found([("contacts.name", name)]) if mark.kind is Kind.PART} == pieces(called(name))


def test_an_id_number_is_blind_and_a_persons_name_no_companys() -> None:
    said = [("basic.id_number", "11010519491231002X"), ("basic.full_name", "罗静")]
    kinds = {mark.kind: mark.text for mark in found(said, Audience.INDIVIDUAL)}
    assert kinds[Kind.ID] == blind("11010519491231002x")
    assert kinds.keys().isdisjoint({Kind.NAME, Kind.OWN})
    assert {Kind.NAME, Kind.OWN} <= {mark.kind for mark in found(said)}


def test_each_tag_is_a_mark_as_it_is() -> None:
    tags = {mark.text for mark in found([("maintenance.tags", ["at-risk", "VIP 客户"])]) if mark.kind is Kind.TAG}
    assert tags == {"at-risk", "VIP 客户"}
