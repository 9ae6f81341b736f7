"""Undo of a contact that an approval added: as one, and who left is back (M24, M25)."""

from collections.abc import Mapping

import pytest
from sqlalchemy.orm import Session

from formsvc.customers import contacts, record
from formsvc.customers.held import held_values
from formsvc.customers.models import Origin
from formsvc.customers.record import Source
from formsvc.fields import Value
from formsvc.review.undo_steps import CONTACT, Why
from formsvc.submissions.models import Submission
from tests.factories import ENTERPRISE, invitation
from tests.review.undoing import UNDO_AT, added, held, steps, take_back


def known(session: Session, made: Submission) -> list[tuple[str | None, bool, int | None]]:
    """The name, whether it is primary, and who followed, of each contact."""
    found = contacts.of(session, made.invitation.customer)
    return [(each.name, each.is_primary, each.contact.followed_by) for each in found]


def test_a_successor_is_undone_as_one_and_who_left_is_back(session: Session) -> None:
    made = added(session, is_successor=True)
    assert known(session, made) == [("王芳", True, None), ("张敏", False, 2)]
    assert steps(session, made) == {"needs.term": None, CONTACT: None}
    take_back(session, made, CONTACT)
    assert known(session, made) == [("张敏", True, None)]
    assert held(session, made) == {**ENTERPRISE, "needs.term": "long"}
    customer = made.invitation.customer
    assert (customer.primary_contact, customer.contact, customer.email) == (1, "张敏", ENTERPRISE["contacts.email"])
    assert steps(session, made) == {"needs.term": None, CONTACT: Why.UNDONE}
    assert held_values(session, customer, 2)["contacts.name"] == "王芳"


def test_a_second_contact_is_undone_as_one(session: Session) -> None:
    made = added(session, is_successor=False)
    take_back(session, made, CONTACT, "needs.term")
    assert known(session, made) == [("张敏", True, None)]
    assert held(session, made) == ENTERPRISE


@pytest.mark.parametrize("values", [{"contacts.mobile": "+8613900010008"}, {"contacts.position": "总监"}])
def test_a_contact_of_whom_anything_changed_later_stays(session: Session, values: Mapping[str, Value]) -> None:
    made = added(session, is_successor=True)
    record.change(session, made.invitation.customer, values, Source(Origin.WORKSHEET), UNDO_AT, seen=2)
    session.flush()
    assert steps(session, made)[CONTACT] is Why.CHANGED


def test_a_contact_whom_another_one_followed_stays(session: Session) -> None:
    made = added(session, is_successor=True)
    found = made.invitation.customer
    record.change(session, found, {"contacts.name": "赵敏"}, Source(Origin.WORKSHEET), UNDO_AT, seen=2, contact=3,
                  primary=3)  # fmt: skip
    contacts.add(session, found, 3, UNDO_AT)
    contacts.leave(session, found, 2, 3, UNDO_AT)
    session.flush()
    assert steps(session, made)[CONTACT] is Why.FOLLOWED


def test_a_contact_who_is_being_asked_stays(session: Session) -> None:
    made = added(session, is_successor=True)
    invitation(session, made.invitation.customer, UNDO_AT)
    assert steps(session, made)[CONTACT] is Why.ASKED
