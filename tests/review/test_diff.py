"""Held and answered, field by field."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.questionnaires.definition import default_data, definition_from_data
from formsvc.review.diff import Undecided, compare, merge

FIELDS = definition_from_data(default_data()).fields
KEYS = list(FIELDS)[:6]
VALUES = st.none() | st.text(max_size=3) | st.integers() | st.lists(st.text(max_size=2), max_size=2)
RECORDS = st.dictionaries(st.sampled_from(KEYS), VALUES)
CHOICES = st.fixed_dictionaries({key: st.sampled_from(["accept", "keep"]) for key in KEYS})


def merged(held: dict[str, Any], answers: dict[str, Any], decisions: dict[str, str]) -> dict[str, Any]:
    return merge(compare(FIELDS.values(), held, answers), decisions)


@given(RECORDS)
def test_answers_equal_to_the_record_change_nothing_and_need_no_decision(held: dict[str, Any]) -> None:
    assert merged(held, held, {}) == {}
    assert merged({}, dict.fromkeys(held), {}) == {}  # not held and not answered


@given(RECORDS, RECORDS)
def test_to_keep_all_changes_nothing_and_to_accept_all_gives_the_answers(
    held: dict[str, Any], answers: dict[str, Any]
) -> None:
    assert merged(held, answers, dict.fromkeys(KEYS, "keep")) == {}
    after = {**held, **merged(held, answers, dict.fromkeys(KEYS, "accept"))}
    assert {key: after.get(key) for key in answers} == answers
    assert {key: after[key] for key in held if key not in answers} == {k: held[k] for k in held if k not in answers}


@given(RECORDS, RECORDS, CHOICES)
def test_only_what_is_changed_and_accepted_is_merged(
    held: dict[str, Any], answers: dict[str, Any], decisions: dict[str, str]
) -> None:
    result = merged(held, answers, decisions)
    assert all(decisions[key] == "accept" and value == answers[key] != held.get(key) for key, value in result.items())


@given(RECORDS, RECORDS, CHOICES, st.sampled_from(["", "ACCEPT", "yes", None]))
def test_a_changed_field_without_a_decision_is_named(
    held: dict[str, Any], answers: dict[str, Any], decisions: dict[str, str], other: Any
) -> None:
    changed = [d.field.key for d in compare(FIELDS.values(), held, answers) if d.is_changed]
    for key in changed:
        with pytest.raises(Undecided) as refusal:
            merged(held, answers, {**decisions, key: other})
        assert list(refusal.value.fields) == [key]


def test_fields_stand_in_the_questionnaires_order_and_unknown_ones_are_left_out() -> None:
    answers = {"contacts.name": "a", "basic.full_name": "b", "from.elsewhere": "c"}
    assert [d.field.key for d in compare(FIELDS.values(), {}, answers)] == ["basic.full_name", "contacts.name"]
