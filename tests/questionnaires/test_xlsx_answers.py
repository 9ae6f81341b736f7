"""Whatever a form of the page can hold, the cells of its XLSX form can say, and are read as the same (M28)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.fields import TYPES, Field, Raw, Value, Wrong
from formsvc.fields.types.base import is_nothing
from formsvc.questionnaires.xlsx.answers import surplus, typed
from formsvc.questionnaires.xlsx.cells import cell_text
from formsvc.questionnaires.xlsx.reading import read
from formsvc.questionnaires.xlsx.slots import TICK, key_of, slots
from tests.fields.examples import FIELDS, PROPERTY
from tests.fields.test_properties import ANYTHING, accepted
from tests.questionnaires import forms
from tests.questionnaires.forms import DEFINITION

LANGUAGES = st.sampled_from(["zh_CN", "en"])
COMPANY = {field.key: field for module in DEFINITION.asked("enterprise", "existing") for field in module.fields}


def _text(cell: object) -> str:
    return cell_text(cell, 1000)


def as_read(field: Field, cells: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the reader of a file makes of cells before they are understood."""
    return {key: texts for key, given in cells.items() if (texts := [t for t in map(_text, given) if t])}


def understood(field: Field, raw: Raw) -> Raw:
    try:
        return TYPES[field.type].raw(TYPES[field.type].parse(raw, field), field)
    except Wrong:
        return raw


def is_said(field: Field, value: Value) -> bool:
    """A word for nothing empties the control: 无, "-". As a value it cannot be told from that."""
    texts = value if isinstance(value, list) else [value]
    return not all(isinstance(text, str) and is_nothing(text.removeprefix("other:")) for text in texts)


@pytest.mark.parametrize("name", FIELDS)
@PROPERTY
@given(words=st.lists(ANYTHING, max_size=3), cell=ANYTHING, language=LANGUAGES, data=st.data())
def test_what_a_page_can_hold_a_form_can_say(
    name: str, words: list[str], cell: str, language: str, data: st.DataObject
) -> None:
    field = FIELDS[name]
    codes = data.draw(st.lists(st.sampled_from([option.code for option in field.options] or [""]), max_size=3))
    for value in [*accepted(name, words, cell), *accepted(name, codes, cell)]:
        if not (field.options and field.type == "select") and not is_said(field, value):
            continue
        cells = as_read(field, forms.typed(field, value, language))
        assert typed({field.key: field}, cells) == {field.key: TYPES[field.type].raw(value, field)}
        assert surplus({field.key: field}, cells) == []


@pytest.mark.parametrize("name", FIELDS)
@PROPERTY
@given(st.data())
def test_whatever_is_typed_stands_on_the_page_or_is_refused_there(name: str, data: st.DataObject) -> None:
    field = FIELDS[name]
    keys = st.sampled_from([slot.key for slot in slots(field) if slot.key])
    cells = data.draw(st.dictionaries(keys, st.lists(ANYTHING.map(_text).filter(bool), min_size=1, max_size=3)))
    raw = typed({field.key: field}, cells).get(field.key)
    assert (raw is None) is (not cells)
    if raw is not None:
        assert set(raw) <= set(TYPES[field.type].parts)
        assert understood(field, raw) == raw


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_through_a_file(language: str) -> None:
    values: dict[str, Value] = {
        "basic.full_name": "=1+1 有限公司", "basic.uscc": "914403001922038216", "basic.industry": "F",
        "basic.founded_on": "2015-03-01", "basic.staff_count": 138, "basic.revenue": "1200.5",
        "contacts.office_phone": "+861012345678;ext=801", "contacts.mobile": "+8613856780001",
        "needs.products": ["encryption", "support", "other:密钥托管"], "needs.budget": {"from": "10", "to": "50.5"},
        "needs.special": "第一行\n第二行", "needs.channel": ["phone"], "history.projects": ["一期", "二期、三期"],
        "history.satisfaction": 4, "contacts.name": "\N{FULLWIDTH LATIN CAPITAL LETTER A}甲",
    }  # fmt: skip
    cells = {
        key: texts for field in values for key, texts in forms.typed(COMPANY[field], values[field], language).items()
    }
    found = read(forms.form(cells, language))
    assert typed(COMPANY, found.cells) == {
        key: TYPES[COMPANY[key].type].raw(value, COMPANY[key]) for key, value in values.items()
    }


def test_an_empty_form_says_nothing() -> None:
    assert read(forms.form()).cells == {}
    assert typed(COMPANY, {}) == {}


@pytest.mark.parametrize("word", ["无", "-", " — ", "N/A"])
def test_a_word_for_nothing_empties_the_control(word: str) -> None:
    cells = {key_of(COMPANY[key]): [word] for key in ("contacts.position", "history.since", "basic.size")}
    cells |= {key_of(COMPANY["needs.budget"], "from"): [word], key_of(COMPANY["history.projects"]): [word]}
    found = typed(COMPANY, cells)
    assert {key: [text for texts in raw.values() for text in texts] for key, raw in found.items()} == {
        "contacts.position": [], "history.since": [], "basic.size": [], "needs.budget": [], "history.projects": [],
    }  # fmt: skip


@pytest.mark.parametrize("mark", ["✓", "√", "是", "yes", "TRUE", "True", "1", "v", "电话", "Phone"])
def test_a_tick_is_understood_however_it_is_made(mark: str) -> None:
    channel = COMPANY["needs.channel"]
    cells = {key_of(channel, code="phone"): [mark], key_of(channel, code="mail"): ["×"]}
    assert typed(COMPANY, cells) == {"needs.channel": {"": ["phone"], "other": []}}


def test_what_is_not_understood_stays_and_is_refused_beside_its_field() -> None:
    cells = {
        "basic-industry": ["造火箭"], "needs-budget-from": ["很多"], "needs-channel=phone": ["改天"],
        "needs-channel=mail": [TICK], "basic-founded_on": ["去年"],
    }  # fmt: skip
    assert typed(COMPANY, cells) == {
        "basic.industry": {"": ["造火箭"]}, "needs.budget": {"from": ["很多"], "to": []},
        "needs.channel": {"": ["改天", "mail"], "other": []}, "basic.founded_on": {"": ["去年"]},
    }  # fmt: skip


def test_what_another_form_asked_is_told_apart() -> None:
    cells = {"basic-id_type": ["护照"], "needs-channel=fax": [TICK], "needs-channel=phone": [TICK]}
    assert surplus(COMPANY, cells) == ["basic-id_type", "needs-channel=fax"]
    assert typed(COMPANY, cells) == {"needs.channel": {"": ["phone"], "other": []}}
