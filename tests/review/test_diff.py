"""Held when the link was sent, held now and answered, field by field."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.fields import Field
from formsvc.questionnaires.definition import default_data, definition_from_data
from formsvc.review.diff import Choice, Decision, Difference, Kind, Undecided, compare, merge
from tests.fields.examples import CHANNELS, field

DEFAULT = definition_from_data(default_data()).fields
LIST = field("list", max_items=4)
MULTI = field("multi-select", options=CHANNELS, other=True)
CODES = list(MULTI.by_code)
BY_ELEMENT = [LIST, MULTI]

# The first asks for text, the others for several values.
KEYS = ["contacts.name", "history.projects", "needs.products"]
FIELDS = [DEFAULT[key] for key in KEYS]

SHORT = st.text("ab", max_size=1)
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), SHORT, st.integers(), st.dictionaries(SHORT, SHORT, max_size=1),
    st.lists(st.one_of(st.none(), SHORT, st.lists(SHORT, max_size=1)), max_size=3),
)  # fmt: skip
LISTS = st.lists(st.sampled_from("abcde"), max_size=4, unique=True).map(lambda items: items or None)
OTHERS = st.lists(st.sampled_from(["other:x", "other:y"]), unique=True)
MULTIS = st.builds(
    lambda codes, others: [code for code in CODES if code in codes] + others or None,
    st.sets(st.sampled_from(CODES)), OTHERS,
)  # fmt: skip
VALUES = {LIST: LISTS, MULTI: MULTIS}
RECORDS = st.dictionaries(st.sampled_from(KEYS), ODD | LISTS)
DECISIONS = st.fixed_dictionaries(
    {key: st.builds(Decision, st.sampled_from(["accept", "keep", "edit"]), LISTS) for key in KEYS}
)
THREE = st.sampled_from(BY_ELEMENT).flatmap(
    lambda one: st.builds(Difference, st.just(one), VALUES[one], VALUES[one], VALUES[one])
)
ANY = THREE | st.builds(Difference, st.sampled_from([*BY_ELEMENT, *FIELDS]), ODD, ODD, ODD)

KEEP, ACCEPT = Decision("keep"), Decision("accept")
RULING = {Kind.THEIRS: "accept", Kind.MERGED: "accept", Kind.OURS: "keep", Kind.SAME: None, Kind.CONFLICT: None}


def items(value: Any) -> set[str]:
    return set(value or ())


def accepted(row: Difference) -> Any:
    """What is held once `row` was accepted."""
    return merge([row], {row.field.key: ACCEPT}).get(row.field.key, row.now)


EXAMPLES = [
    # field, held when asked, held now, answered: who changed it, what "accept" puts into the record
    # Nobody changed it; both wrote the same; the customer answered what we had written meanwhile.
    (LIST, ["a"], ["a"], ["a"], Kind.SAME, ["a"]),
    (LIST, ["a"], ["b"], ["b"], Kind.SAME, ["b"]),
    (FIELDS[0], None, "张敏", "张敏", Kind.SAME, "张敏"),
    # Only one side changed it. A list that only the customer put into another order gets that order.
    (FIELDS[0], "张敏", "张敏", "王强", Kind.THEIRS, "王强"),
    (FIELDS[0], "张敏", "张敏", None, Kind.THEIRS, None),
    (FIELDS[0], "张敏", "王强", "张敏", Kind.OURS, "张敏"),
    (LIST, ["a", "b"], ["a", "b"], ["b", "a"], Kind.THEIRS, ["b", "a"]),
    (LIST, ["a"], ["a", "b"], ["a"], Kind.OURS, ["a"]),
    # A single value that both changed cannot be both.
    (FIELDS[0], "张敏", "王强", "李静", Kind.CONFLICT, "李静"),
    (FIELDS[0], "张敏", None, "李静", Kind.CONFLICT, "李静"),
    # Both added: ours first. They added what we removed beside; they removed and we added.
    (LIST, ["a"], ["a", "b"], ["a", "c"], Kind.MERGED, ["a", "b", "c"]),
    (LIST, None, ["b"], ["c", "d"], Kind.MERGED, ["b", "c", "d"]),
    (LIST, ["a", "b"], ["a"], ["a", "b", "c"], Kind.MERGED, ["a", "c"]),
    (LIST, ["a", "b"], ["a", "b", "c"], ["a"], Kind.MERGED, ["a", "c"]),
    # They emptied it while we added; each removed one of two.
    (LIST, ["a"], ["a", "b"], None, Kind.MERGED, ["b"]),
    (LIST, ["a", "b"], ["a"], ["b"], Kind.MERGED, None),
    # All that they changed, we did too: nothing is left. Nor where they only changed the order.
    (LIST, ["a", "b"], ["a", "c"], ["a"], Kind.SAME, ["a", "c"]),
    (LIST, ["a", "b"], ["a", "b", "c"], ["b", "a"], Kind.SAME, ["a", "b", "c"]),
    # Choices in the definition's order, free texts last.
    (MULTI, ["mail"], ["mail", "visit"], ["phone", "mail"], Kind.MERGED, ["phone", "mail", "visit"]),
    (MULTI, None, ["visit", "other:x"], ["phone", "other:y"], Kind.MERGED, ["phone", "visit", "other:x", "other:y"]),
    # More than may be there; nothing where something must be; a choice that is not there any more.
    (LIST, None, ["a", "b", "c"], ["d", "e"], Kind.CONFLICT, ["d", "e"]),
    (DEFAULT["needs.products"], ["a", "b"], ["a"], ["b"], Kind.CONFLICT, ["b"]),
    (MULTI, None, ["fax"], ["phone"], Kind.CONFLICT, ["phone"]),
    # What an older version held is one thing.
    (LIST, "a、b", "a、b、c", ["a"], Kind.CONFLICT, ["a"]),
    (LIST, None, ["b", "b"], ["a"], Kind.CONFLICT, ["a"]),
    (MULTI, [{"x": "y"}], ["phone"], ["mail"], Kind.CONFLICT, ["mail"]),
]


@pytest.mark.parametrize(("one", "base", "now", "answered", "kind", "value"), EXAMPLES)
def test_examples(one: Field, base: Any, now: Any, answered: Any, kind: Kind, value: Any) -> None:
    row = Difference(one, base, now, answered)
    assert (row.kind, row.accepted_value, row.proposed) == (kind, value, RULING[kind])


@given(RECORDS, RECORDS)
def test_answers_equal_to_the_record_change_nothing_and_need_no_decision(
    base: dict[str, Any], now: dict[str, Any]
) -> None:
    assert merge(compare(FIELDS, base, now, now), {}) == {}
    assert merge(compare(FIELDS, base, now, {}), {}) == {}
    assert merge(compare(FIELDS, base, {}, dict.fromkeys(base)), {}) == {}  # not held and not answered


@given(RECORDS, RECORDS)
def test_where_only_the_customer_changed_it_accepting_all_gives_the_answers(
    held: dict[str, Any], answers: dict[str, Any]
) -> None:
    rows = compare(FIELDS, held, held, answers)
    assert {row.kind for row in rows} <= {Kind.SAME, Kind.THEIRS}
    after = {**held, **merge(rows, dict.fromkeys(KEYS, ACCEPT))}
    assert {key: after.get(key) for key in answers} == answers
    assert {key: after[key] for key in held if key not in answers} == {k: held[k] for k in held if k not in answers}


@given(RECORDS, RECORDS)
def test_what_only_we_changed_stays_without_a_decision(base: dict[str, Any], now: dict[str, Any]) -> None:
    rows = compare(FIELDS, base, now, dict(base))
    assert {row.kind for row in rows} <= {Kind.SAME, Kind.OURS}
    assert merge(rows, {}) == {}
    assert all(accepted(row) == row.answered for row in rows)


@given(RECORDS, RECORDS, RECORDS)
def test_to_keep_all_changes_nothing(base: dict[str, Any], now: dict[str, Any], answers: dict[str, Any]) -> None:
    assert merge(compare(FIELDS, base, now, answers), dict.fromkeys(KEYS, KEEP)) == {}


@given(RECORDS, RECORDS, RECORDS, DECISIONS, st.permutations(FIELDS))
def test_each_field_is_merged_by_itself_whatever_the_order(
    base: dict[str, Any], now: dict[str, Any], answers: dict[str, Any], decisions: dict[str, Decision],
    shuffled: list[Field],
) -> None:  # fmt: skip
    result = merge(compare(FIELDS, base, now, answers), decisions)
    assert merge(compare(shuffled, base, now, answers), decisions) == result
    alone = [merge(compare([one], base, now, answers), decisions) for one in FIELDS]
    assert {key: value for part in alone for key, value in part.items()} == result


@given(RECORDS, RECORDS, RECORDS, DECISIONS)
def test_only_what_is_decided_and_not_held_is_merged(
    base: dict[str, Any], now: dict[str, Any], answers: dict[str, Any], decisions: dict[str, Decision]
) -> None:
    rows = {row.field.key: row for row in compare(FIELDS, base, now, answers)}
    for key, value in merge(rows.values(), decisions).items():
        decision = decisions[key]
        assert value == (decision.value if decision.choice == "edit" else rows[key].accepted_value) != now.get(key)
        assert decision.choice != "keep"


@given(RECORDS, RECORDS, RECORDS, DECISIONS, st.sampled_from(["", "ACCEPT", "yes", None]))
def test_an_open_field_without_a_decision_is_named(
    base: dict[str, Any], now: dict[str, Any], answers: dict[str, Any], decisions: dict[str, Decision], other: Any
) -> None:
    rows = compare(FIELDS, base, now, answers)
    for key in [row.field.key for row in rows if row.kind in (Kind.THEIRS, Kind.MERGED, Kind.CONFLICT)]:
        without = {one: decision for one, decision in decisions.items() if one != key}
        for wrong in (without, {**decisions, key: Decision(cast(Choice, other), "x")}):
            with pytest.raises(Undecided) as refusal:
                merge(rows, wrong)
            assert list(refusal.value.fields) == [key]


@given(ANY)
def test_once_accepted_nothing_is_left_to_decide(row: Difference) -> None:
    after = Difference(row.field, row.base, accepted(row), row.answered)
    assert (after.kind, after.proposed, accepted(after)) == (Kind.SAME, None, accepted(row))


@given(THREE)
def test_by_element_what_either_side_added_is_there_and_what_either_removed_is_not(row: Difference) -> None:
    if row.kind in (Kind.OURS, Kind.CONFLICT):
        return
    base, now, answered = items(row.base), items(row.now), items(row.answered)
    assert items(row.accepted_value) == (now & answered) | (now - base) | (answered - base)


@given(THREE)
def test_by_element_it_does_not_matter_which_side_did_what(row: Difference) -> None:
    mirrored = Difference(row.field, row.base, row.answered, row.now)
    both = (Kind.SAME, Kind.MERGED)
    if row.kind in both and mirrored.kind in both:
        assert items(row.accepted_value) == items(mirrored.accepted_value)
    assert (row.kind is Kind.THEIRS) == (mirrored.kind is Kind.OURS)


@given(THREE)
def test_what_was_held_keeps_its_order(row: Difference) -> None:
    if row.kind is Kind.MERGED:
        kept = [item for item in row.accepted_value or [] if item in items(row.now)]
        assert kept == [item for item in row.now or [] if item in kept]


def test_fields_stand_in_the_questionnaires_order_and_unknown_ones_are_left_out() -> None:
    answers = {"contacts.name": "a", "basic.full_name": "b", "from.elsewhere": "c"}
    found = [row.field.key for row in compare(DEFAULT.values(), {}, {}, answers)]
    assert found == ["basic.full_name", "contacts.name"]
