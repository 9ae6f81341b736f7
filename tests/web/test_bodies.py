"""A posted form is read as the standard library reads it."""

from urllib.parse import parse_qsl

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from formsvc.web.bodies import pairs

PIECES = [
    *"a&=+%;\n\0é张",
    "%41",
    "%e5%BC%A0",
    "%E5",
    "%26",
    "%3D",
    "%2B",
    "%00",
    "%zz",
    "%4",
    "%ED%A0%BD",
    "%F0%9F%98%80",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_it_says_what_the_standard_library_says(text: str) -> None:
    assert list(pairs(text)) == parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote")


def test_a_request_is_read_by_it(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context(method="POST", data={"a": ["张 敏", "&="]}) as context:
        assert context.request.form.getlist("a") == ["张 敏", "&="]
    with sqlite_app.test_request_context(
        method="POST", data=b"a=\xff", content_type="application/x-www-form-urlencoded"
    ) as context:
        assert not context.request.form
