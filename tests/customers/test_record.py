"""The master record: what is held, what was held before, and where each value is from (M24)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from formsvc.customers import record
from formsvc.customers.held import held_values, history
from formsvc.customers.models import Customer, CustomerValue, Origin
from formsvc.customers.record import Source, StaleRecord
from formsvc.fields import Value
from tests.factories import ENTERPRISE, customer, staff_account
from tests.installation import NOW

LATER = NOW + timedelta(days=1)
WORKSHEET = Source(Origin.WORKSHEET)


def change(session: Session, held: Customer, values: dict[str, Value], **other: Any) -> None:
    record.change(session, held, values, WORKSHEET, LATER, **{"seen": held.version} | other)
    session.flush()


def test_a_new_customer_holds_what_it_was_made_with(session: Session) -> None:
    made = customer(session, owner := staff_account(session))
    assert held_values(session, made) == ENTERPRISE
    assert (made.name, made.contact, made.mobile, made.email) == tuple(ENTERPRISE.values())
    assert (made.name_core, made.owner_id, made.version) == ("合肥云盾科技", owner.id, 1)


def test_a_changed_value_is_held_and_the_one_before_is_history(session: Session) -> None:
    made = customer(session)
    change(session, made, {"contacts.name": "王芳", "needs.term": "long"})
    assert held_values(session, made) == {**ENTERPRISE, "contacts.name": "王芳", "needs.term": "long"}
    rows = [row for row in history(session, made) if row.field == "contacts.name"]
    assert [(row.content, row.set_at, row.since, row.until) for row in rows] == [
        ("王芳", LATER, 2, None),
        ("张敏", NOW, 1, 2),
    ]
    assert (made.contact, made.version, made.updated_at) == ("王芳", 2, LATER)


def test_what_was_held_at_each_version_is_known(session: Session) -> None:
    made = customer(session)
    change(session, made, {"contacts.name": "王芳"})
    change(session, made, {"contacts.email": None, "needs.term": "long"})
    second = {**ENTERPRISE, "contacts.name": "王芳"}
    third = {key: value for key, value in {**second, "needs.term": "long"}.items() if key != "contacts.email"}
    assert [held_values(session, made, version) for version in (1, 2, 3)] == [ENTERPRISE, second, third]
    assert held_values(session, made) == third


def test_an_emptied_value_is_held_no_more(session: Session) -> None:
    made = customer(session)
    change(session, made, {"contacts.email": None})
    assert "contacts.email" not in held_values(session, made)
    assert made.email is None
    assert history(session, made)[0].set_at == LATER


def test_the_lists_say_the_code_that_is_held(session: Session) -> None:
    made = customer(session, values={"basic.uscc": "914403001922038216"})
    said = [made.code]
    for code in ("N2110108MF01234566", None):
        change(session, made, {"basic.uscc": code})
        said.append(made.code)
    assert said == ["914403001922038216", "N2110108MF01234566", None]


def test_a_change_of_nothing_still_counts_as_one(session: Session) -> None:
    made = customer(session)
    change(session, made, {})
    assert (held_values(session, made), made.version) == (ENTERPRISE, 2)


def test_lost_update_who_read_an_older_record_is_told_and_nothing_is_changed(session: Session) -> None:
    made = customer(session)
    change(session, made, {"contacts.name": "王芳"})
    with pytest.raises(StaleRecord):
        change(session, made, {"contacts.name": "李娜"}, seen=1)
    assert (held_values(session, made)["contacts.name"], made.version) == ("王芳", 2)


def test_the_database_holds_one_value_of_a_field_at_a_time(session: Session) -> None:
    made = customer(session)
    name = {"contact": 1, "field": "contacts.name", "since": 1}
    session.add(CustomerValue(customer_id=made.id, origin=Origin.WORKSHEET, set_at=NOW, **name))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("missing", ["staff_id", "submission_id", "consent_id"])
def test_the_database_refuses_a_value_of_a_submission_without_all_of_its_source(session: Session, missing: str) -> None:
    made = customer(session)
    source = {"staff_id": 1, "submission_id": 1, "consent_id": 1, "since": 1} | {missing: None}
    session.add(CustomerValue(customer_id=made.id, field="x.a", origin=Origin.SUBMISSION, set_at=NOW, **source))
    with pytest.raises(IntegrityError, match="submission_is_named"):
        session.flush()


def test_every_kind_of_value_comes_back_as_it_was(session: Session) -> None:
    values: dict[str, Value] = {
        "x.text": "甲\n乙",
        "x.number": 0,
        "x.list": ["a", "b"],
        "x.range": {"from": "1", "to": "2"},
    }
    made = customer(session)
    change(session, made, {**values, "x.secret": ["s"]}, sensitive={"x.secret"})
    session.expire_all()
    assert held_values(session, made) == {**ENTERPRISE, **values, "x.secret": ["s"]}
    secret = session.scalars(select(CustomerValue).where(CustomerValue.field == "x.secret")).one()
    assert (secret.value, secret.secret) == (None, ["s"])
