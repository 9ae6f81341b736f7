"""Stored XSS and header injection (threats.md): names and notes that are anything but names and notes."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.mail.compose import compose
from formsvc.mail.mime import one_line
from tests.mail.letters import ALL, KINDS, SENDER, mail, message

pytestmark = pytest.mark.usefixtures("composing")
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE outbox; --",
    "Li\r\nBcc: everyone@example.com\r\n\r\nBody",
    "李\nBcc: everyone@example.com",
    "100% %(name)s %s {{ 7*7 }} {% raw %}",
    "李强, 客户经理 <boss@example.com>, other@example.com",
    'A "quoted\\" name, and more',
    "👩‍💻 emoji 😀 " * 8,
    "\u202egnp.exe\u202c \u200f\u2066x\u2069",
    "nul\0 bell\7 line\u2028line\x85end",
    "=?utf-8?q?Boss?= &lt;b&gt;",
    "超长的客户名称" * 25,
]
HEADERS = [
    "Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Reply-To", "Subject", "To",
    "X-Formsvc-Kind",
]  # fmt: skip


def decoded(header: str) -> str:
    """A header as RFC 2047 has it read. (Python's newer parser leaves the spaces between encoded words in a name.)"""
    return str(make_header(decode_header(header.replace("\r\n", ""))))


def tags(html: str) -> list[object]:
    """The elements of a page with their attributes: what a name must not change."""
    found = html5lib.parse(html, namespaceHTMLElements=False).iter()
    return [(node.tag, sorted(node.attrib)) for node in found]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_name_stays_text(kind: str, language: str, name: str) -> None:
    written, usual = compose(message(kind, language, name)), compose(message(kind, language))
    assert tags(written["html"]) == tags(usual["html"])
    assert name.strip() in written["text"]  # as it is: a text part is not HTML
    assert "<img" not in written["html"]
    assert written["subject"].isprintable()


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_name_makes_no_header(kind: str, name: str) -> None:
    raw = mail(message(kind, name=name)).as_bytes()
    read = message_from_bytes(raw)
    assert sorted(read.keys()) == HEADERS
    [(shown, address)] = getaddresses([read["From"].replace("\r\n", "")])
    assert (decoded(shown), address) == (one_line(name), SENDER)
    assert decoded(read["Subject"]) == compose(message(kind, name=name))["subject"]
    assert read["To"] == "min@example.com"
    assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1
    assert raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["returned", "thank-you"])
def test_a_note_stays_text(kind: str, name: str) -> None:
    html = compose(message(kind, note=name))["html"]
    breaks: object = ("br", [])
    usual = compose(message(kind, note="note"))["html"]
    assert [tag for tag in tags(html) if tag != breaks] == [tag for tag in tags(usual) if tag != breaks]


@pytest.mark.parametrize("name", HOSTILE)
def test_notes_to_fields_stay_text(name: str) -> None:
    fields = [{"label": name, "note": name}]
    written, usual = (
        compose(message("returned", field_notes=given)) for given in (fields, [{"label": "a", "note": "b"}])
    )
    breaks: object = ("br", [])
    assert [tag for tag in tags(written["html"]) if tag != breaks] == [
        tag for tag in tags(usual["html"]) if tag != breaks
    ]
    assert name.strip() in written["text"]


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert line == " ".join(line.split())
    assert one_line(line) == line
