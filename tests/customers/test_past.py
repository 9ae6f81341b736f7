"""The record as it was: at a version, as of a day, and what differs between two (M24)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from formsvc.customers import contacts, past, record
from formsvc.customers.models import Customer, Origin
from formsvc.customers.past import Place
from formsvc.customers.record import Source
from formsvc.fields import Value
from tests.customers.merged import WANG, add_contact, merge, two
from tests.factories import ENTERPRISE, customer
from tests.installation import NOW, ZONE

WORKSHEET = Source(Origin.WORKSHEET)
LATER = NOW + timedelta(days=1)
NEW = {"contacts.name": "王芳", "contacts.mobile": "+8613900010009", "needs.term": "long"}
FIELDS = "basic.full_name", "contacts.name", "contacts.email", "needs.special", "basic.id_number"
SENSITIVE = frozenset({"basic.id_number"})
CHANGES = st.lists(
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(("甲", "乙", None)), max_size=3), max_size=5
)


def change(session: Session, held: Customer, values: Mapping[str, Value], **other: Any) -> int:
    return record.change(session, held, values, WORKSHEET, LATER, seen=held.version, **other)


def add(session: Session, made: Customer, is_successor: bool) -> None:
    """One more contact, beside the one that is there or in its place."""
    old, number = made.primary_contact, contacts.next_number(session, made)
    change(session, made, NEW, contact=number, primary=number if is_successor else None)
    contacts.add(session, made, number, LATER)
    if is_successor:
        contacts.leave(session, made, old, number, LATER)


def contents(session: Session, made: Customer, number: int) -> dict[Place, Any]:
    """What was held at that version, by place."""
    session.flush()
    version = next(version for version in past.versions(session, made) if version.number == number)
    return {place: row.content for place, row in past.record_at(session, made, version).values.items()}


def differing(session: Session, made: Customer, old: int, new: int) -> dict[Place, tuple[Any, Any]]:
    session.flush()
    versions = {version.number: version for version in past.versions(session, made)}
    before, after = (past.record_at(session, made, versions[number]) for number in (old, new))
    return {
        row.place: (row.before and row.before.content, row.after and row.after.content)
        for row in past.differences(before, after)
    }


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES)
def test_the_record_as_of_a_version_is_what_a_plain_model_says(
    session: Session, changes: list[dict[str, str | None]]
) -> None:
    made, models = customer(session), [dict[str, Any](ENTERPRISE)]
    for values in changes:
        change(session, made, values, sensitive=SENSITIVE)
        models.append({**models[-1], **values})
    plain = [{(0, key): value for key, value in model.items() if value is not None} for model in models]
    assert [contents(session, made, number) for number in range(1, len(plain) + 1)] == plain
    for old, new in ((1, len(plain)), (len(plain), 1)):
        before, after = plain[old - 1], plain[new - 1]
        expected = {place: (before.get(place), after.get(place)) for place in before | after}
        assert differing(session, made, old, new) == {p: pair for p, pair in expected.items() if pair[0] != pair[1]}


def test_a_second_contact_has_a_place_of_its_own(session: Session) -> None:
    made = customer(session)
    add(session, made, is_successor=False)
    assert differing(session, made, 1, 2) == {
        (2, "contacts.name"): (None, "王芳"),
        (2, "contacts.mobile"): (None, "+8613900010009"),
        (0, "needs.term"): (None, "long"),
    }


def test_a_successor_stands_where_who_left_stood_and_who_left_is_not_in_the_record(session: Session) -> None:
    made = customer(session)
    add(session, made, is_successor=True)
    assert differing(session, made, 1, 2) == {
        (0, "contacts.name"): ("张敏", "王芳"),
        (0, "contacts.mobile"): (ENTERPRISE["contacts.mobile"], "+8613900010009"),
        (0, "contacts.email"): (ENTERPRISE["contacts.email"], None),
        (0, "needs.term"): (None, "long"),
    }
    assert contents(session, made, 1) == {(0, key): value for key, value in ENTERPRISE.items()}


def test_who_had_left_a_record_that_was_merged_is_not_in_this_one(session: Session) -> None:
    staying, going = two(session, theirs=WANG)
    add_contact(session, going, {"contacts.name": "赵磊"}, followed=True)
    merge(session, staying, going)
    held = past.record_at(session, staying, past.versions(session, staying)[0])
    names = {row.content for (_, field), row in held.values.items() if field == "contacts.name"}
    assert names == {"张敏", "赵磊"}


def test_the_version_of_a_day_is_the_last_one_of_that_day(session: Session) -> None:
    made = customer(session)
    change(session, made, {"contacts.name": "王芳"})
    change(session, made, {"contacts.name": "李娜"})
    days = [NOW.date() - timedelta(days=1), NOW.date(), LATER.date(), LATER.date() + timedelta(days=9)]
    found = [past.version_before(session, made, past.end_of(day)) for day in days]
    assert [version and version.number for version in found] == [None, 1, 3, 3]


def test_a_day_ends_in_the_time_zone_of_the_installation(session: Session) -> None:
    made = customer(session)
    midnight = past.end_of(date(2026, 11, 24))
    assert midnight.astimezone(ZONE).isoformat() == "2026-11-25T00:00:00+08:00"
    record.change(session, made, {}, WORKSHEET, midnight - timedelta(microseconds=1), seen=1)
    record.change(session, made, {}, WORKSHEET, midnight, seen=2)
    session.flush()
    version = past.version_before(session, made, midnight)
    assert version is not None
    assert version.number == 2
