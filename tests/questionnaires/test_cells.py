"""A question that is filled into its pieces looks as one that is rendered anew, whatever is typed."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formsvc.fields import TYPES, Field
from formsvc.questionnaires.cells import Cell, CellPieces, is_odd, render
from formsvc.questionnaires.definition import default_data, definition_from_data

FIELDS = {key: field for key, field in definition_from_data(default_data()).fields.items() if not field.staff_only}
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("key", FIELDS)
def test_filled_pieces_are_what_the_template_renders(sqlite_app: Flask, key: str, language: str, folded: bool) -> None:
    field = FIELDS[key]
    with sqlite_app.test_request_context(f"/?lang={language}"):
        pieces = CellPieces(field, folded)

        @settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(typed(field), words, st.booleans())
        def check(values: dict[str, list[str]], line: str, is_good: bool) -> None:
            cell = Cell(field, values, folded=(line or "x") if folded else "", is_good=is_good)
            if not is_odd(field, values, None):
                assert pieces.filled(cell.typed, cell.folded, is_good) == render(cell)

        check()


def typed(field: Field) -> st.SearchStrategy[dict[str, list[str]]]:
    codes = st.sampled_from([option.code for option in field.options] or ["3", "2015-03-01"])
    return st.fixed_dictionaries({part: st.lists(codes | words, max_size=3) for part in TYPES[field.type].parts})


def test_what_its_control_alone_cannot_show_is_odd() -> None:
    date, industry = FIELDS["basic.founded_on"], FIELDS["basic.industry"]
    assert is_odd(date, {"": ["去年"]}, None)
    assert not is_odd(date, {"": ["2015-03-01"]}, None)
    assert not is_odd(date, {"": [""]}, None)
    assert is_odd(industry, {}, "物联网")
    assert not is_odd(industry, {"": [""]}, "C")
    assert not is_odd(industry, {}, None)


def test_a_date_that_no_picker_can_show_stays_readable(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context("/"):
        html = render(Cell(FIELDS["basic.founded_on"], {"": ["去年春天"]}))
    assert 'type="text"' in html
    assert "去年春天" in html
