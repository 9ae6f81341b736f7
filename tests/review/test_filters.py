"""Filters of the queue: what an address says (M20)."""

from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.review.checks import CHECKS
from formsvc.review.filters import Age, Filter
from formsvc.submissions.models import SubmissionState

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
    assert len(found.query) <= 2000  # what a saved filter holds


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
