"""A form over fields of a record: only what was changed becomes a value, and what was broken blocks nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from formsvc.customers.editing.form import RecordForm
from formsvc.fields import TYPES, Field, Value, field_from_data
from formsvc.questionnaires.definition import default_data, definition_from_data

FIELDS = {key: f for key, f in definition_from_data(default_data()).fields.items() if not f.sensitive}
TODAY = date(2026, 11, 23)
HELD: dict[str, Value] = {
    "basic.full_name": "某公司", "basic.industry": "物联网", "basic.founded_on": "2020年春",
    "basic.staff_count": "很多",
    "contacts.mobile": "+8613856780001", "needs.products": ["support", "retired", "other:机房"],
    "needs.budget": {"from": "10", "to": "50"}, "history.satisfaction": 9, "maintenance.remarks": "一\n二",
}  # fmt: skip


def sent(
    held: dict[str, Value], typed: Mapping[str, str | list[str]], base: dict[str, Value] | None = None
) -> RecordForm:
    """The form as a browser sends it back: what stood in the controls, and `typed` instead."""
    opened = RecordForm(FIELDS.values(), base or held, "enterprise")
    posted = MultiDict[str, Any]()
    for control in opened.controls.values():
        for part, name in control.parts.items():
            posted.setlist(name, [text.replace("\n", "\r\n") for text in control.typed.get(part, [])])
    for name, text in typed.items():
        posted.setlist(name, [text] if isinstance(text, str) else text)
    return RecordForm(FIELDS.values(), held, "enterprise", posted, base)


def test_what_is_left_as_it_stood_is_no_change_even_where_it_breaks_the_rules() -> None:
    form = sent(HELD, {})
    assert (form.changed(TODAY), form.wrong) == ({}, [])


@pytest.mark.parametrize("key", HELD)
def test_what_is_held_stands_in_its_control(key: str) -> None:
    """A word that is no option any more is one more option: who saves does not lose it."""
    cell = RecordForm(FIELDS.values(), HELD, "enterprise").cell(key)
    offered = {option.code for option in cell.question.options}
    assert not offered or set(cell.typed.get("", ())) <= offered
    assert cell.unknown == ""


def test_only_what_changed_is_a_value() -> None:
    typed = {"basic-industry": "C", "contacts-mobile": "138 5678 0001", "needs-special": "  加急 "}
    assert sent(HELD, typed).changed(TODAY) == {"basic.industry": "C", "needs.special": "加急"}


def test_a_new_value_keeps_the_rules_and_what_was_typed_stays() -> None:
    form = sent(HELD, {"basic-full_name": "XX公司", "contacts-mobile": "1380", "basic-founded_on": "2030-01-01"})
    form.changed(TODAY)
    assert {cell.question.key for cell in form.wrong} == {"basic.full_name", "contacts.mobile", "basic.founded_on"}
    assert form.cell("contacts.mobile").text() == "1380"


def test_a_required_value_cannot_be_emptied_but_may_stay_missing() -> None:
    form = sent({"contacts.mobile": "+8613856780001"}, {"contacts-mobile": ""})
    form.changed(TODAY)
    assert [cell.question.key for cell in form.wrong] == ["contacts.mobile"]
    assert [key for key, control in form.controls.items() if control.question.required] == ["contacts.mobile"]


@pytest.mark.parametrize("other", ["contacts.email", "contacts.office_phone"])
def test_a_mobile_is_emptied_where_the_contact_is_reached_otherwise(other: str) -> None:
    held: dict[str, Value] = {"contacts.mobile": "+8613856780001", other: "zhangmin@example.com"}
    form = sent(held, {"contacts-mobile": ""})
    assert (form.changed(TODAY), form.wrong) == ({"contacts.mobile": None}, [])
    assert [key for key in ("contacts.mobile", other) if form.controls[key].question.required] == []
    both = sent(held, {"contacts-mobile": "", other.replace(".", "-"): ""})
    both.changed(TODAY)
    assert "contacts.mobile" in {cell.question.key for cell in both.wrong}


def test_what_needs_another_field_says_so_there() -> None:
    form = sent({}, {"contacts-emergency_name": "王芳"})
    form.changed(TODAY)
    assert [cell.question.key for cell in form.wrong] == ["contacts.emergency_phone"]


def test_what_others_changed_meanwhile_is_not_taken_back() -> None:
    base: dict[str, Value] = {"contacts.name": "张敏", "contacts.position": "经理", "needs.term": "short"}
    held: dict[str, Value] = {"contacts.name": "王伟", "contacts.position": "总监", "needs.term": "short"}
    form = sent(held, {"contacts-position": "主管", "needs-term": "long"}, base)
    assert form.changed(TODAY) == {"contacts.position": "主管", "needs.term": "long"}
    assert form.clashing == ["contacts.position"]
    assert form.cell("contacts.name").text() == "王伟"


def test_the_fields_themselves_are_not_changed() -> None:
    before = {key: hash(repr(field)) for key, field in FIELDS.items()}
    sent(HELD, {"basic-industry": "C"}).changed(TODAY)
    assert before == {key: hash(repr(field)) for key, field in FIELDS.items()}


def test_a_field_of_every_type_can_be_left_as_it_is() -> None:
    """Also of one that is added some day."""
    for kind in set(TYPES) - {field.type for field in FIELDS.values()}:
        field: Field = field_from_data({"key": "a.a", "type": kind, "label": "A"})
        assert RecordForm([field], {}, "enterprise", MultiDict()).changed(TODAY) == {}
