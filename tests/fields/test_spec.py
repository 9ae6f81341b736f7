"""Fields from data and back, and the discovery of types."""

import json
import sys
from pathlib import Path

import pytest

from formsvc.fields import TYPES, Field, Text, field_from_data, field_to_data, types
from tests.fields.examples import FIELDS, TODAY, field, option

MOST: dict[str, object] = {
    "key": "needs.products",
    "type": "multi-select",
    "label": {"zh": "合作意向产品/服务", "en": "Products of interest"},
    "hint": {"zh": "可多选。", "en": "Choose all that apply."},
    "example": "CRM",
    "audiences": ["enterprise"],
    "situations": ["existing"],
    "required": True,
    "sensitive": True,
    "staff_only": True,
    "enabled": False,
    "options": [option("a", "甲", "A", "甲方"), option("b", "乙", "B")],
    "other": True,
    "rules": ["digits"],
    "together_with": "needs.term",
    "depends_on": "needs.term",
    "min": 1,
    "max": "2",
    "min_length": 1,
    "max_length": 2,
    "max_items": 3,
    "autocomplete": "off",
    "unit": {"zh": "个", "en": "pieces"},
    "normalise": "code",
    "joined_by": "+",
}


@pytest.mark.parametrize("made", [*FIELDS.values(), field_from_data(MOST)])
def test_round_trip(made: Field) -> None:
    assert field_from_data(json.loads(json.dumps(field_to_data(made)))) == made


def test_every_attribute() -> None:
    made = field_from_data(MOST)
    assert (made.name, made.module) == ("needs-products", "needs")
    assert made.example == Text("CRM", "CRM")
    assert made.options[0].aliases == ("甲方",)
    assert made.min == "1"
    assert set(field_to_data(made)) == set(MOST)
    assert field_from_data({**MOST, "hint": None}).hint is None
    assert field("date", max=TODAY).max == "2026-11-21"


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"key": "Full Name"}, "'Full Name': key"),
        ({"key": None}, "None: key"),
        ({"type": None}, "type is missing"),
        ({"type": "colour"}, "type 'colour' is unknown; there are date"),
        ({"label": None}, "label is missing"),
        ({"label": {"zh": "甲"}}, "zh and en"),
        ({"label": {"zh": "甲", "en": " "}}, "English"),
        ({"label": {"zh": "", "en": "A"}}, "Chinese"),
        ({"label": {"zh": "甲", "en": "A", "fr": "A"}}, "nothing else"),
        ({"lable": "x"}, "'lable' is no attribute"),
        ({"required": "yes"}, "true or false"),
        ({"rules": ["even"]}, "rule 'even' is unknown"),
        ({"rules": "past"}, "list of strings"),
        ({"audiences": ["robots"]}, "enterprise, individual"),
        ({"situations": []}, "existing, new"),
        ({"max_length": -1}, "whole number"),
        ({"max_length": True}, "whole number"),
        ({"min_length": 3, "max_length": 2}, "min_length"),
        ({"depends_on": "x"}, "depends_on"),
        ({"normalise": "upper"}, "normalise"),
        ({"options": "a,b"}, "list of options"),
        ({"options": [{"code": "a"}]}, "a code and a label"),
        ({"options": [option("a b", "甲", "A")]}, "option code 'a b'"),
        ({"options": [option("a", "甲", "A"), option("a", "乙", "B")]}, "'a' is there twice"),
        ({"options": [option("a", "甲", "A"), option("b", "乙", "B", "甲")]}, "'甲' stands for two options"),
        ({"type": "select"}, "needs options"),
        ({"type": "select", "other": True, "options": [option("a", "甲", "A")]}, "only a multi-select"),
        ({"type": "multi-select"}, "needs options or other"),
        ({"type": "integer", "min": "few"}, "must be numbers"),
        ({"type": "decimal", "min": 3, "max": 2.5}, "min is more than max"),
        ({"type": "range", "min": [1]}, "a number or a date"),
        ({"type": "scale", "min": 5, "max": 5}, "min must be less"),
        ({"type": "scale", "max": "x"}, "whole numbers"),
        ({"type": "date", "min": "10.5.2024"}, "dates like"),
    ],
)
def test_a_problem_is_named(attributes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match="field ") as refusal:
        field("text", **({"type": "text"} | attributes))
    assert said in str(refusal.value)


def test_every_type_is_found_with_what_a_page_needs() -> None:
    assert set(TYPES) == {made.type for made in FIELDS.values()}
    assert len(TYPES) >= 12
    for name, kind in TYPES.items():
        assert kind.name == name
        assert kind.control in {"input", "textarea", "select", "checkboxes", "radios", "range"}
        assert kind.control != "input" or kind.attrs["type"]
        assert kind.parts


def test_a_new_type_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "colour.py").write_text(
        "from formsvc.fields.types.base import OneLine\n\n\n"
        "class Colour(OneLine):\n    name = 'colour'\n\n"
        "    def value(self, text, field):\n        return text.lower()\n"
    )
    monkeypatch.setattr(types, "__path__", [*types.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "formsvc.fields.types.colour", raising=False)
    found = types.discovered()
    assert set(found) == {*TYPES, "colour"}
    assert found["colour"].read("RED", FIELDS["text"]) == "red"
