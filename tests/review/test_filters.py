"""Filters of the queue: what an address says, and saving them by name (M20)."""

from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.review import filters
from formsvc.review.checks import CHECKS
from formsvc.review.filters import MOST_SAVED, Age, Filter, NoName, TooMany
from formsvc.review.models import SavedFilter
from formsvc.staff.models import Staff
from formsvc.submissions.models import SubmissionState
from tests.factories import staff_account
from tests.installation import NOW

owners = st.sampled_from(["", "me", "none"]) | st.integers(0, 2**31 - 1).map(str)
chosen = st.builds(
    Filter,
    owner=owners,
    state=st.sampled_from(SubmissionState),
    age=st.none() | st.sampled_from(Age),
    flag=st.just("") | st.sampled_from(list(CHECKS)),
    questionnaire=st.just("") | st.from_regex("[a-z][a-z0-9-]{1,39}", fullmatch=True),
)
names = st.sampled_from(["owner", "state", "age", "flag", "questionnaire", "after"])


@given(chosen)
def test_what_an_address_says_is_what_was_chosen(filter_: Filter) -> None:
    assert Filter.parse(filter_.query) == filter_
    assert Filter.read(filter_.asked) == filter_


@given(st.dictionaries(names, st.text()))
def test_whatever_an_address_says_is_a_filter(asked: Mapping[str, str]) -> None:
    found = Filter.read(asked)
    assert Filter.parse(found.query) == found
    assert len(found.query) <= 400  # what a saved filter holds


@pytest.mark.parametrize(
    "asked",
    [{"owner": "x"}, {"owner": "-1"}, {"owner": "9" * 30}, {"owner": "' OR 1=1 --"}, {"state": "open"}, {"age": "old"},
     {"flag": "no-such-check"}, {"questionnaire": "%"}, {"owner": "\0", "flag": "\ud800"}],
)  # fmt: skip
def test_what_an_address_cannot_ask_for_is_passed_over(asked: Mapping[str, str]) -> None:
    assert Filter.read(asked) == Filter()


def test_what_goes_without_saying_is_not_said() -> None:
    assert Filter().query == ""
    assert Filter(age=Age.LATE).query == urlencode({"age": "late"})


@pytest.fixture
def owner(session: Session) -> Staff:
    return staff_account(session)


def kept(session: Session, owner: Staff) -> dict[str, str]:
    found = select(SavedFilter).where(SavedFilter.staff_id == owner.id)
    return {saved.name: saved.query for saved in session.scalars(found)}


def test_one_name_is_one_filter(session: Session, owner: Staff) -> None:
    filters.save(session, owner, " 超时  ", Filter(age=Age.LATE), NOW)
    filters.save(session, owner, "超时", Filter(age=Age.SOON), NOW)
    other = staff_account(session)
    filters.save(session, other, "超时", Filter(), NOW)
    assert kept(session, owner) == {"超时": "age=soon"}
    assert kept(session, other) == {"超时": ""}
    facts = session.scalars(select(AuditFact.action).where(AuditFact.actor == owner.actor)).all()
    assert facts == ["filter.saved"] * 2


@pytest.mark.parametrize("name", ["", "  ", "\0", "\u200b"])
def test_a_filter_needs_a_name(session: Session, owner: Staff, name: str) -> None:
    with pytest.raises(NoName):
        filters.save(session, owner, name, Filter(), NOW)


def test_there_are_no_more_than_can_be_seen(session: Session, owner: Staff) -> None:
    for number in range(MOST_SAVED):
        filters.save(session, owner, f"{number}", Filter(), NOW)
    with pytest.raises(TooMany):
        filters.save(session, owner, "one more", Filter(), NOW)
    filters.save(session, owner, "0", Filter(age=Age.LATE), NOW)
    assert kept(session, owner)["0"] == "age=late"


def test_foreign_id_another_s_filter_stays(session: Session, owner: Staff) -> None:
    saved = filters.save(session, owner, "超时", Filter(age=Age.LATE), NOW)
    assert not filters.forget(session, staff_account(session), saved.id, NOW)
    assert kept(session, owner)
    assert filters.forget(session, owner, saved.id, NOW)
    assert not filters.forget(session, owner, saved.id, NOW)
    assert kept(session, owner) == {}
