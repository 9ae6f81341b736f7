"""The filter of the list of customers: what an address says (M42, M45)."""

from collections.abc import Mapping

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formsvc.customers.listing.filters import Filter, Order, parts

NAMES = ("owner", "category", "source", "urgency", "audience", "due", "added_from", "added_to", "archived", "asked",
         "asked_from", "asked_to", "tag", "order", "q", "before", "after")  # fmt: skip
WORDS = ("me", "none", "7", "won", "fair", "high", "individual", "overdue", "week", "2026-11-23", "only", "never",
         "expired", "due", "newest", "云盾", "%")  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WORDS) | st.text()))
def test_whatever_an_address_says_is_a_filter(sqlite_app: Flask, asked: Mapping[str, str]) -> None:
    with sqlite_app.app_context():
        found = Filter.read(asked)
        assert Filter.read(found.asked) == Filter.parse(found.query) == found
        assert len(found.query) <= 2000  # what a saved filter holds
        assert {name for name, _value in found.parts} <= {part.name for part in parts()}


@pytest.mark.parametrize(
    ("asked", "is_due"),
    [({}, False), ({"order": "due"}, True), ({"due": "overdue"}, True), ({"due": "week", "order": "newest"}, True),
     ({"due": "none"}, False), ({"order": "DUE"}, False)],
)  # fmt: skip
def test_what_is_due_comes_in_its_order(sqlite_app: Flask, asked: Mapping[str, str], is_due: bool) -> None:
    with sqlite_app.app_context():
        assert (Filter.read(asked).order is Order.DUE) == is_due


@pytest.mark.parametrize(
    "asked",
    [{"owner": "x"}, {"owner": "-1"}, {"owner": "9" * 30}, {"owner": "' OR 1=1 --"}, {"category": "no-such"},
     {"due": "tomorrow"}, {"added_from": "2026-13-01"}, {"added_from": "0001-01-01"}, {"added_to": "9999-12-31"},
     {"added_to": "20261123"}, {"asked": "\0"}, {"archived": "1"}, {"order": "id; DROP TABLE staff"}, {"q": " \0 "}],
)  # fmt: skip
def test_sql_injection_what_cannot_be_asked_is_passed_over(sqlite_app: Flask, asked: Mapping[str, str]) -> None:
    with sqlite_app.app_context():
        assert Filter.read(asked) == Filter()
