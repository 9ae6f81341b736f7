"""Filters that a colleague saves by name, on whichever page they are (M20, M45)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers.listing import saved as saved_filters
from formsvc.customers.listing.saved import MOST_SAVED, NoName, SavedFilter, TooMany
from formsvc.review.filters import Age, Filter
from formsvc.staff.models import Staff
from tests.factories import staff_account
from tests.installation import NOW

PAGE = "queue"


@pytest.fixture
def owner(session: Session) -> Staff:
    return staff_account(session)


def kept(session: Session, owner: Staff) -> dict[str, str]:
    found = select(SavedFilter).where(SavedFilter.staff_id == owner.id)
    return {saved.name: saved.query for saved in session.scalars(found)}


def test_one_name_is_one_filter(session: Session, owner: Staff) -> None:
    saved_filters.save(session, owner, PAGE, " 超时  ", Filter(age=Age.LATE), NOW)
    saved_filters.save(session, owner, PAGE, "超时", Filter(age=Age.SOON), NOW)
    other = staff_account(session)
    saved_filters.save(session, other, PAGE, "超时", Filter(), NOW)
    assert kept(session, owner) == {"超时": "age=soon"}
    assert kept(session, other) == {"超时": ""}
    facts = session.scalars(select(AuditFact.action).where(AuditFact.actor == owner.actor)).all()
    assert facts == ["filter.saved"] * 2


@pytest.mark.parametrize("name", ["", "  ", "\0", "\u200b"])
def test_a_filter_needs_a_name(session: Session, owner: Staff, name: str) -> None:
    with pytest.raises(NoName):
        saved_filters.save(session, owner, PAGE, name, Filter(), NOW)


def test_there_are_no_more_than_can_be_seen(session: Session, owner: Staff) -> None:
    for number in range(MOST_SAVED):
        saved_filters.save(session, owner, PAGE, f"{number}", Filter(), NOW)
    with pytest.raises(TooMany):
        saved_filters.save(session, owner, PAGE, "one more", Filter(), NOW)
    saved_filters.save(session, owner, PAGE, "0", Filter(age=Age.LATE), NOW)
    assert kept(session, owner)["0"] == "age=late"


def test_foreign_id_another_s_filter_stays(session: Session, owner: Staff) -> None:
    saved = saved_filters.save(session, owner, PAGE, "超时", Filter(age=Age.LATE), NOW)
    assert not saved_filters.forget(session, staff_account(session), saved.id, NOW)
    assert kept(session, owner)
    assert saved_filters.forget(session, owner, saved.id, NOW)
    assert not saved_filters.forget(session, owner, saved.id, NOW)
    assert kept(session, owner) == {}


def test_two_pages_call_two_filters_the_same(session: Session, owner: Staff) -> None:
    saved_filters.save(session, owner, PAGE, "超时", Filter(age=Age.LATE), NOW)
    saved_filters.save(session, owner, "customers", "超时", Filter(), NOW)
    assert [name for _id, name, _query in saved_filters.of(session, owner, PAGE)] == ["超时"]
    assert [query for _id, _name, query in saved_filters.of(session, owner, "customers")] == [""]
