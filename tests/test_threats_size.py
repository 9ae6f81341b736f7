"""Threats "multipart and size", "null bytes and encodings": hostile bodies are answered, and never with 5xx (M56)."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from formsvc.customers.models import Situation
from formsvc.web import MAX_BODY
from tests.browser import Browser
from tests.filling import ENTERPRISE, everything, invited, submissions
from tests.submissions.test_page_sent import MORE

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "multipart/form-data; boundary=b"
NAMES = [*ENTERPRISE, *MORE, "needs-budget-from", "seen", "action", "csrf_token", "consent_sensitive", "\0", "无"]
ODD = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    [
        "\0",
        "\ud800",
        "9" * 400,
        "1e999999",
        "𝟙𝟚",
        "²",
        "٣",
        "=1+1",
        "<script>",
        "{{7*7}}",
        "%s%n",
        "../../etc/passwd",
        "\u202e甲",
    ]
)
hostile = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(sqlite_app: Flask) -> str:
    return invited(sqlite_app, situation=Situation.EXISTING).path


def encoded(text: str) -> str:
    """As a broken client would: lone surrogates as they are."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def sent(client: FlaskClient, path: str, body: bytes, type_: str = FORM) -> TestResponse:
    answer = client.post(path, data=body, content_type=type_)
    assert answer.status_code < 500
    assert b"Traceback" not in answer.data
    return answer


@pytest.fixture
def client(sqlite_app: Flask) -> Iterator[FlaskClient]:
    with sqlite_app.test_client() as opened:
        yield opened


def is_button(pair: tuple[str, str]) -> bool:
    """Buttons beside those that send and save: what they are answered with is no error."""
    return pair[0] == "action" and pair[1] in ("withdraw", "full", "language")


@hostile
@given(st.lists(st.tuples(st.sampled_from(NAMES), ODD).filter(lambda pair: not is_button(pair)), max_size=30))
def test_whatever_is_typed_is_answered(client: FlaskClient, path: str, pairs: list[tuple[str, str]]) -> None:
    body = "&".join(f"{encoded(name)}={encoded(text)}" for name, text in pairs).encode()
    assert sent(client, path, body).status_code in (400, 422)


@hostile
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), ODD), max_size=30),
    st.sampled_from(["submit", "save", "language", "full", "withdraw"]),
    st.booleans(),
)
def test_whatever_is_typed_by_who_has_the_token_is_answered(
    client: FlaskClient, path: str, pairs: list[tuple[str, str]], action: str, is_script: bool
) -> None:
    """With the token of the page all of it is parsed, kept or refused."""
    token = re.search('name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token
    given_before = {
        "csrf_token": token[1],
        "action": action,
        "draft": "1",
        "consent": "yes",
        "consent_sensitive": "yes",
    }
    pairs = [*given_before.items(), *(pair for pair in pairs if pair[0] not in given_before)]
    body = "&".join(f"{encoded(name)}={encoded(text)}" for name, text in pairs).encode()
    headers = {"Accept": "application/json"} if is_script else {}
    answer = client.post(path, data=body, content_type=FORM, headers=headers)
    assert answer.status_code in (200, 303, 409, 422)
    assert client.get(path).status_code == 200


@hostile
@given(st.binary(max_size=300), st.sampled_from([FORM, BOUNDARY, "text/plain", "multipart/form-data", "\x7f/;=", ""]))
def test_whatever_bytes_are_posted_are_answered(client: FlaskClient, path: str, body: bytes, type_: str) -> None:
    sent(client, path, body, type_)


@hostile
@given(ODD, st.sampled_from(["/q/{}", "/q/x?lang={}", "/customers/{}", "/customers/?q={}", "/login?next={}", "/{}"]))
def test_whatever_address_is_asked_for_is_answered(client: FlaskClient, text: str, address: str) -> None:
    assert client.get(address.format(encoded(text))).status_code < 500


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\0", ""),
        ("张\0敏\u202e", "张敏"),
        ("\ufeff张", "张"),
        ("\ud83d", "%ED%A0%BD"),
        ("\ud800\udfff", "%ED%A0%80%ED%BF%BF"),
    ],
)
def test_null_bytes_and_encodings_what_is_no_text_is_not_kept(
    browser: Browser, sqlite_app: Flask, path: str, text: str, kept: str
) -> None:
    token = browser.get(path).find("input", name="csrf_token").get("value") or ""
    fields = {**ENTERPRISE, "csrf_token": token, "needs-products": "support", "needs-special": f"甲{text}乙"}
    body = "&".join(f"{name}={encoded(str(value))}" for name, value in fields.items())
    assert sent(browser.client, f"http://formsvc.test{path}", body.encode()).status_code == 303
    assert submissions(sqlite_app)[0].answers["needs.special"] == f"甲{kept}乙"


@pytest.mark.parametrize("name", ["needs-special", "basic-uscc", "needs-products", "basic-founded_on", "consent"])
def test_100_kb_in_one_field_are_refused_with_the_field_named(browser: Browser, path: str, name: str) -> None:
    token = browser.get(path).find("input", name="csrf_token").get("value") or ""
    fields = {**ENTERPRISE, "csrf_token": token, name: "9" * 100_000}
    page = browser.post(path, fields, status=200 if name == "consent" else 422)
    assert name == "consent" or page.error_of(name) or page.find("p", id=f"{name}-error")


def test_ten_thousand_fields_are_answered(client: FlaskClient, sqlite_app: Flask, path: str) -> None:
    before = everything(sqlite_app)
    urlencoded = "&".join(f"field{n}=x" for n in range(10_000)).encode()
    assert sent(client, path, urlencoded).status_code in (413, 422)
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\nx\r\n' for n in range(10_000))
    assert sent(client, path, f"{parts}--b--\r\n".encode(), BOUNDARY).status_code == 413
    assert everything(sqlite_app) == before


@pytest.mark.parametrize("type_", [FORM, BOUNDARY])
@pytest.mark.parametrize("address", ["{}", "/login", "/review/1", "/language"])
def test_a_body_over_the_limit_is_413(client: FlaskClient, path: str, address: str, type_: str) -> None:
    answer = sent(client, address.format(path), b"a=" + b"x" * MAX_BODY, type_)
    assert answer.status_code == 413
    assert answer.headers["Cache-Control"] == "no-store"


class Endless:
    """A body without an end, as a server hands it on that takes chunks."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "the body is read to its end"
        self.taken += size
        return b"a" * size


@pytest.mark.parametrize("type_", [FORM, BOUNDARY])
def test_an_endless_body_is_read_up_to_the_limit(client: FlaskClient, path: str, type_: str) -> None:
    body = Endless()
    chunked = {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    assert client.post(path, content_type=type_, environ_overrides=chunked).status_code == 413
    assert 0 < body.taken <= MAX_BODY
