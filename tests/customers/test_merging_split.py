"""Split two records again: what goes back, what stays because it changed since, and chains (M26)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers import contacts, reach, record
from formsvc.customers.duplicates import comparing
from formsvc.customers.duplicates.pairs import DuplicatePair
from formsvc.customers.held import held_values
from formsvc.customers.merging import split as merging_split
from formsvc.customers.merging.choices import Choices
from formsvc.customers.merging.sides import Side
from formsvc.customers.merging.steps import Why, find_merge, merges, plan
from formsvc.customers.models import Cause, Contact, Customer, CustomerValue, CustomerVersion, Origin, Situation
from formsvc.customers.record import Source, StaleRecord
from formsvc.fields import Value
from formsvc.review import undo, verbs
from formsvc.review.diff import Decision
from formsvc.staff.models import Staff
from tests.customers.merged import LATER, OTHER, SPLIT_AT, WANG, add_contact, contents, merge, split, state, two
from tests.factories import answers, customer, invitation, sent

SINCE = LATER + timedelta(hours=1)
SHEET = Source(Origin.WORKSHEET)


def change(session: Session, of: Customer, values: Mapping[str, Value], **other: Any) -> None:
    record.change(session, of, values, SHEET, SINCE, seen=of.version, **other)
    session.flush()


def why(session: Session, of: Customer, version: int) -> dict[str, Why | None]:
    """Why each field that a merge set stays, by key."""
    merge = find_merge(session, of, version)
    assert merge
    found = plan(session, of, merge)
    return {step.field: step.hindrance.why if step.hindrance else None for step in found.steps}


def test_both_are_as_they_were(session: Session) -> None:
    staying, going = two(session, {"basic.address": "合肥"}, {**OTHER, **WANG, "record.next_owner": "陈晨"})
    going.situation, going.next_owner_id = Situation.EXISTING, going.owner_id
    add_contact(session, going, {"contacts.name": "赵磊"}, followed=True)
    before = state(session, staying), state(session, going)
    version = merge(session, staying, going, Choices({"0-basic.address": Side.GOING}))
    assert state(session, staying) != before[0]
    number = split(session, staying, version)
    assert (state(session, staying), state(session, going)) == before
    made = session.get_one(CustomerVersion, (staying.id, number))
    assert (made.cause, made.other_id, made.reason) == (Cause.SPLIT, going.id, "是两家公司")
    fact = session.scalars(select(AuditFact).order_by(AuditFact.id.desc())).first()
    assert fact
    assert (fact.action, fact.subject, fact.detail["other"]) == ("customer.split", staying.subject, going.number)


def test_two_that_were_split_are_no_pair_any_more(session: Session) -> None:
    staying, going = two(session)
    split(session, staying, merge(session, staying, going), "是两家公司")
    while comparing.compare(session, SPLIT_AT):
        pass
    pair = session.scalars(select(DuplicatePair)).one()
    assert (pair.older_id, pair.newer_id) == (staying.id, going.id)
    assert (pair.state, pair.settled_by, pair.reason) == ("distinct", staying.owner_id, "是两家公司")


FIELDS = ["basic.industry", "basic.address", "needs.term"]
values = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["甲", "乙", None]))
people = st.lists(
    st.fixed_dictionaries(
        {"contacts.name": st.sampled_from(["张敏", "王芳", "赵磊"])},
        optional={"contacts.mobile": st.sampled_from(["+8613856780001", "+8613900010009"])},
    ),
    max_size=2,
)
records = st.tuples(values, people, st.booleans())
FEW = settings(max_examples=10, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(data=st.data(), mine=records, theirs=records)
def test_property_nothing_is_lost_and_a_split_leaves_both_as_they_were(
    session: Session, data: st.DataObject, mine: Any, theirs: Any
) -> None:
    with session.begin_nested() as point:
        staying, going = _made(session, *mine), _made(session, *theirs)
        before = state(session, staying), state(session, going)
        held = contents(session, staying) | contents(session, going)
        version = merge(session, staying, going)
        fields = {field for field, _ in contents(session, staying)}
        assert {field for field, _ in held} == fields
        names = {text for field, text in held if field == "contacts.name"}
        assert names == {text for field, text in contents(session, staying) if field == "contacts.name"}
        split(session, staying, version)
        sides = {f"0-{field}": data.draw(st.sampled_from(Side)) for field in FIELDS}
        version = merge(session, staying, going, Choices(sides, data.draw(st.sets(st.integers(1, 3)))))
        split(session, staying, version)
        assert (state(session, staying), state(session, going)) == before
        point.rollback()
    session.expunge_all()


def _made(session: Session, said: Mapping[str, Value], more: list[Mapping[str, Value]], followed: bool) -> Customer:
    made = customer(session, session.scalars(select(Staff)).first() or two(session)[0].owner, values=said)
    for each in more:
        add_contact(session, made, each, followed)
    return made


def test_what_changed_since_stays(session: Session) -> None:
    staying, going = two(session, theirs={**OTHER, "basic.address": "合肥"})
    version = merge(session, staying, going)
    change(session, staying, {"basic.address": "芜湖"})
    assert why(session, staying, version) == {"basic.industry": None, "basic.address": Why.CHANGED}
    split(session, staying, version)
    held = held_values(session, staying)
    assert (held["basic.address"], held.get("basic.industry")) == ("芜湖", None)
    assert held_values(session, going)["basic.address"] == "合肥"


def test_what_changed_since_and_was_undone_goes_back(session: Session) -> None:
    staying, going = two(session)
    version = merge(session, staying, going)
    made = sent(session, invitation(session, staying, SINCE), answers({"basic.industry": "F"}), SINCE)
    who = staying.owner or Staff()
    verbs.approve(session, made, who, {"basic.industry": Decision("accept")}, "", staying.version, SINCE)
    undo.undo(session, made, ["basic.industry"], who, "填错了", staying.version, SINCE)
    assert why(session, staying, version) == {"basic.industry": None}
    split(session, staying, version)
    assert "basic.industry" not in held_values(session, staying)


def test_what_the_customer_confirmed_since_stays(session: Session) -> None:
    staying, going = two(session)
    version = merge(session, staying, going)
    made = sent(session, invitation(session, staying, SINCE), answers({"basic.industry": "物联网"}), SINCE)
    verbs.approve(session, made, staying.owner or Staff(), {}, "", staying.version, SINCE)
    assert why(session, staying, version) == {"basic.industry": Why.CONFIRMED}
    split(session, staying, version)
    assert held_values(session, staying)["basic.industry"] == "物联网"


def test_a_contact_that_came_along_stays_where_it_changed_or_is_asked_by_now(session: Session) -> None:
    staying, going = two(session, theirs={**OTHER, **WANG})
    version = merge(session, staying, going)
    change(session, staying, {"contacts.position": "总监"}, contact=2)
    split(session, staying, version)
    assert [each.name for each in contacts.of(session, staying)] == ["张敏", "王芳"]
    version = merge(session, staying, going)
    change(session, staying, {"needs.term": "long"}, primary=2)
    contacts.leave(session, staying, 1, 2, SINCE)
    found = plan(session, staying, merges(session, staying)[0])
    assert found.added == []  # the one that stayed was there already
    split(session, staying, version)
    assert staying.primary_contact == 2


def test_who_became_the_contact_stays(session: Session) -> None:
    staying, going = two(session, theirs={**OTHER, **WANG})
    version = merge(session, staying, going)
    change(session, staying, {"needs.term": "long"}, primary=2)
    contacts.leave(session, staying, 1, 2, SINCE)
    found = plan(session, staying, merges(session, staying)[0])
    assert [each.hindrance and each.hindrance.why for each in found.added] == [Why.ASKED]
    split(session, staying, version)
    assert session.get_one(Contact, (staying.id, 2)).removed_at is None


def test_chains_come_apart_in_the_order_of_their_records(session: Session) -> None:
    first, second = two(session, theirs=OTHER)
    third = customer(session, first.owner, values={"basic.address": "合肥"})
    before = [state(session, each) for each in (first, second, third)]
    into_second = merge(session, second, first)
    into_third = merge(session, third, second)
    assert [each.other for each in merges(session, third)] == [second]
    split(session, third, into_third)
    who = first.owner or Staff()
    assert reach.find(session, who, first.number) is second
    split(session, second, into_second)
    assert [state(session, each) for each in (first, second, third)] == before


def test_two_merges_into_one_come_apart_in_any_order(session: Session) -> None:
    staying, going = two(session)
    other = customer(session, staying.owner, values={"basic.address": "合肥"})
    before = [state(session, each) for each in (staying, going, other)]
    versions = merge(session, staying, going), merge(session, staying, other)
    for version in versions:
        split(session, staying, version)
    assert [state(session, each) for each in (staying, going, other)] == before


def test_only_the_merge_that_stands_can_be_split(session: Session) -> None:
    staying, going = two(session)
    first = merge(session, staying, going)
    split(session, staying, first)
    for version in (first, 1, 9):
        with pytest.raises(merging_split.NotMerged):
            split(session, staying, version)
    second = merge(session, staying, going)
    assert [each.number for each in merges(session, staying)] == [second]
    with pytest.raises(merging_split.NotMerged):
        split(session, staying, first)
    split(session, staying, second)


def test_a_split_needs_a_reason_and_the_version_that_was_seen(session: Session) -> None:
    staying, going = two(session)
    version = merge(session, staying, going)
    with pytest.raises(merging_split.ReasonMissing):
        split(session, staying, version, "")
    change(session, staying, {"basic.address": "芜湖"})
    with pytest.raises(StaleRecord):
        merging_split.split(session, staying, version, staying.owner or Staff(), "x", version, SPLIT_AT)


def test_values_keep_their_history(session: Session) -> None:
    """What was held while the two were one is still known of that time."""
    staying, going = two(session)
    version = merge(session, staying, going)
    split(session, staying, version)
    assert held_values(session, staying, version)["basic.industry"] == "物联网"
    rows = session.scalars(select(CustomerValue.since).where(CustomerValue.customer_id == going.id)).all()
    assert set(rows) == {1}
