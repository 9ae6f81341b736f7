"""Contacts: exactly one is primary, others stand beside, and who left is followed by another one (M25)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from formsvc.customers import contacts, record
from formsvc.customers.held import held_values
from formsvc.customers.models import Contact, Customer, Origin
from formsvc.customers.record import Source
from formsvc.db import db
from tests.factories import ENTERPRISE, customer, writing
from tests.installation import NOW

NEW = {"contacts.name": "王芳", "contacts.mobile": "+8613900010009", "needs.term": "long"}


def known(session: Session, made: Customer) -> list[tuple[int, str | None, bool, int | None]]:
    """The number, the name, whether it is primary, and who followed, of each contact."""
    found = contacts.of(session, made)
    return [(each.contact.number, each.name, each.is_primary, each.contact.followed_by) for each in found]


def add(session: Session, made: Customer, **other: Any) -> int:
    number = contacts.next_number(session, made)
    record.change(session, made, NEW, Source(Origin.WORKSHEET), NOW, seen=made.version, contact=number, **other)
    contacts.add(session, made, number, NOW)
    return number


def test_a_customer_has_one_contact_from_the_start(session: Session) -> None:
    assert known(session, customer(session)) == [(1, "张敏", True, None)]


def test_a_second_contact_stands_beside_and_the_record_is_about_the_first(session: Session) -> None:
    made = customer(session)
    add(session, made)
    assert known(session, made) == [(1, "张敏", True, None), (2, "王芳", False, None)]
    assert held_values(session, made) == {**ENTERPRISE, "needs.term": "long"}
    assert (made.contact, made.mobile) == ("张敏", ENTERPRISE["contacts.mobile"])


def test_a_successor_takes_the_place_of_who_left_and_what_was_held_of_that_one_stays(session: Session) -> None:
    made = customer(session)
    number = add(session, made, primary=2)
    contacts.leave(session, made, 1, number, NOW)
    assert known(session, made) == [(2, "王芳", True, None), (1, "张敏", False, 2)]
    assert held_values(session, made) == {"basic.full_name": ENTERPRISE["basic.full_name"], **NEW}
    assert (made.contact, made.mobile, made.email) == ("王芳", NEW["contacts.mobile"], None)
    assert held_values(session, made, 1) == ENTERPRISE


def test_the_database_holds_a_primary_contact_of_each_customer(app: Flask) -> None:
    with pytest.raises(IntegrityError):
        _take_the_contact_of_another(app)
    with app.app_context():
        assert db.session.scalars(select(Customer)).all() == []


def _take_the_contact_of_another(app: Flask) -> None:
    with writing(app) as session:
        made, other = customer(session), customer(session)
        contacts.add(session, other, 2, NOW)
        made.primary_contact = 2


def test_the_database_holds_that_who_left_was_followed_by_one_of_the_same_customer(session: Session) -> None:
    made = customer(session)
    session.add(Contact(customer_id=made.id, number=3, added_at=NOW, left_at=NOW))
    with pytest.raises(IntegrityError, match="who_left_was_followed"):
        session.flush()
