"""Several records merged into one and split off in any order: what is left is what was there before (M26)."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from formsvc.customers import contacts
from formsvc.customers.editing.verbs import edit
from formsvc.customers.held import held_values
from formsvc.customers.merging.choices import Choices
from formsvc.customers.merging.sides import Side
from formsvc.customers.models import Channel, Customer, Situation
from formsvc.staff.models import Staff
from tests.customers.merged import LATER, WANG, merge, split, state, two
from tests.factories import customer

GOING = Choices({"0-basic.address": Side.GOING, "2-contacts.position": Side.GOING})


def three(session: Session, *values: Any) -> list[Customer]:
    owner = two(session)[0].owner
    made = [customer(session, owner, values=each) for each in values]
    session.flush()
    return made


def test_of_two_that_overlap_the_first_can_be_split_first(session: Session) -> None:
    records = three(session, *({"basic.address": text} for text in ("合肥", "芜湖", "马鞍山")))
    staying, one, other = records
    one.situation, one.next_owner_id = Situation.EXISTING, one.owner_id
    before = [state(session, each) for each in records]
    first, second = merge(session, staying, one, GOING), merge(session, staying, other, GOING)
    split(session, staying, first)
    assert held_values(session, staying)["basic.address"] == "马鞍山"
    split(session, staying, second)
    assert [state(session, each) for each in records] == before


def test_what_comes_back_is_what_another_that_is_still_a_part_brought(session: Session) -> None:
    staying, one, other = three(session, *({"basic.address": text} for text in ("合肥", "芜湖", "马鞍山")))
    merge(session, staying, one, GOING)
    split(session, staying, merge(session, staying, other, GOING))
    assert held_values(session, staying)["basic.address"] == "芜湖"


def test_a_contact_who_stayed_for_what_another_record_said_goes_with_that(session: Session) -> None:
    records = three(session, {}, WANG, {**WANG, "contacts.position": "总监"})
    before = [state(session, each) for each in records]
    first = merge(session, records[0], records[1])
    second = merge(session, records[0], records[2], GOING)
    split(session, records[0], first)
    assert [each.name for each in contacts.of(session, records[0])] == ["张敏", "王芳"]
    split(session, records[0], second)
    assert [state(session, each) for each in records] == before


def test_an_existing_customer_stays_one_for_a_part_or_for_what_was_entered_since(session: Session) -> None:
    staying, one, other = three(session, {}, {}, {})
    one.situation = other.situation = Situation.EXISTING
    first, second = merge(session, staying, one), merge(session, staying, other)
    split(session, staying, first)
    assert staying.situation is Situation.EXISTING
    edit(session, staying, {"record.category": "won"}, staying.owner or Staff(), "成交", Channel.CALL, staying.version,
         LATER)  # fmt: skip
    split(session, staying, second)
    assert staying.situation is Situation.EXISTING


said = st.fixed_dictionaries(
    {},
    optional={
        "basic.address": st.sampled_from(["合肥", "芜湖", None]),
        "record.next_step": st.sampled_from(["报价", "回访"]),
        "record.followed_up_on": st.sampled_from(["2026-11-01", "2026-11-02"]),
        "record.next_owner": st.sampled_from(["陈晨", "李强"]),
        "contacts.name": st.sampled_from(["张敏", "王芳"]),
        "contacts.position": st.sampled_from(["总监", "财务经理"]),
    },
)


@settings(max_examples=10, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), values=st.lists(said, min_size=4, max_size=4), steps=st.lists(st.integers(1, 3), max_size=8))
def test_property_in_whatever_order_records_come_and_go_they_are_as_they_were(
    session: Session, data: st.DataObject, values: list[Any], steps: list[int]
) -> None:
    with session.begin_nested() as point:
        records = three(session, *values)
        for each in records:
            each.situation = data.draw(st.sampled_from(Situation))
        before, merged = [state(session, each) for each in records], dict[int, int]()
        for step in [*steps, 1, 2, 3]:
            if step in merged:
                split(session, records[0], merged.pop(step))
            else:
                sides = st.dictionaries(
                    st.sampled_from(["0-basic.address", "1-contacts.position"]), st.sampled_from(Side)
                )
                merged[step] = merge(session, records[0], records[step], Choices(data.draw(sides)))
        for version in data.draw(st.permutations(list(merged.values()))):
            split(session, records[0], version)
        assert [state(session, each) for each in records] == before
        point.rollback()
    session.expunge_all()
