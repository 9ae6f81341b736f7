"""What the record that went has earned is of the one that stays, and is earned once (M26, M27)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.review.models import Reward
from formsvc.review.rewards import earned, earned_by, earned_of, promised, record_earned
from formsvc.staff.models import Staff
from tests.customers.merged import merge, split, two
from tests.factories import customer, invitation, submission
from tests.installation import NOW
from tests.review.deciding import approve
from tests.review.test_rewards import promise


def earn(session: Session, of: Customer) -> bool:
    made = submission(session, invitation(session, of))
    approve(session, made, of.owner or Staff(), {"needs.term": "accept"})
    return earned_by(session, made) is not None


def owed(session: Session, who: Staff | None) -> list[str]:
    """The numbers of the customers to whom a reward is to be given."""
    session.expire_all()
    return [each.customer.number for each in earned(session, reach.visible(who or Staff()), False, None, 9)]


@pytest.fixture
def records(session: Session) -> list[Customer]:
    promise(session)
    return two(session, theirs={})


def test_it_goes_with_the_record_and_comes_back(session: Session, records: list[Customer]) -> None:
    staying, going = records
    assert earn(session, going)
    version = merge(session, staying, going)
    assert owed(session, staying.owner) == [staying.number]
    assert len(earned_of(session, staying)) == 1
    again = submission(session, invitation(session, staying))
    assert promised(session, again) is None
    assert not record_earned(session, again, NOW)
    split(session, staying, version)
    assert owed(session, staying.owner) == [going.number]
    assert promised(session, again) is not None


def test_of_a_part_of_a_part_as_well(session: Session, records: list[Customer]) -> None:
    staying, going = records
    whole = customer(session, staying.owner)
    assert earn(session, going)
    first, second = merge(session, staying, going), merge(session, whole, staying)
    assert owed(session, whole.owner) == [whole.number]
    split(session, whole, second)
    assert owed(session, whole.owner) == [staying.number]
    split(session, staying, first)
    assert owed(session, whole.owner) == [going.number]


def test_what_both_have_earned_is_owed_once(session: Session, records: list[Customer]) -> None:
    staying, going = records
    assert [earn(session, each) for each in records] == [True, True]
    version = merge(session, staying, going)
    assert owed(session, staying.owner) == [staying.number]
    split(session, staying, version)
    assert owed(session, staying.owner) == [staying.number, going.number]
    assert len(session.scalars(select(Reward)).all()) == 2
