"""Rendered once, filled often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.web.holes import EDGE, Pieces, hole

words = st.text(st.characters(exclude_characters=EDGE))


@given(st.lists(st.tuples(words, st.sampled_from("abc"))), words, st.fixed_dictionaries(dict.fromkeys("abc", words)))
def test_values_stand_where_their_holes_were(parts: list[tuple[str, str]], end: str, values: dict[str, str]) -> None:
    pieces = Pieces("".join(text + hole(name) for text, name in parts) + end)
    expected = "".join(text + values[name] for text, name in parts) + end
    assert pieces.filled(values) == expected
    assert pieces.filled(dict.fromkeys("abc", "")) == "".join(text for text, _ in parts) + end  # nothing is left behind


def test_a_hole_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Pieces(f"x{hole('name')}").filled({})
