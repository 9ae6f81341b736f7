"""What holds for every page, whichever it is."""

import re
from collections import Counter
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.test import TestResponse

from tests.forms import text_of
from tests.installation import HOST

ADDRESSES = ("href", "src", "action", "formaction", "poster", "srcset", "data")
UNLABELLED = ("hidden", "submit", "image", "button", "reset")
SCHEMES = ("", "http", "https", "mailto", "tel", "data")


def parsed(html: str) -> Element:
    """The page as a browser builds it. Fails on the first error in its HTML."""
    root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    return root


def check_headers(response: TestResponse) -> None:
    """Threats "cache" and "stored XSS": nothing private is kept or handed on, and nothing foreign runs."""
    headers = response.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    if not response.request.path.startswith("/static/"):
        assert headers["Cache-Control"] == "no-store"
        assert {"Cookie", "Accept-Language"} <= set(response.vary.as_set(preserve_casing=True))


def check_page(root: Element) -> None:
    elements = _elements(root)
    assert root.get("lang") in ("zh-CN", "zh_CN", "zh-Hans-CN", "zh-Hans", "zh", "en")
    assert [text_of(title) for title in root.iter("title")] != [""]
    assert len(list(root.iter("title"))) == 1
    assert [bool(text_of(heading)) for heading in root.iter("h1")] == [True]
    _check_ids(elements)
    _check_labels(root, elements)
    _check_tables(root)
    _check_nothing_inline(elements)
    _check_addresses(elements)
    for form in root.iter("form"):
        tokens = [e for e in form.iter("input") if e.get("name") == "csrf_token" and e.get("value")]
        assert (form.get("method") or "get").lower() != "post" or tokens, f"a form to {form.get('action')} has no token"


def check_mail(root: Element) -> None:
    """HTML of a mail: it may bring its own styles, and nothing that runs or is fetched."""
    elements = _elements(root)
    assert not [e.tag for e in elements if e.tag in ("script", "form", "iframe", "object", "link")]
    assert not [name for e in elements for name in e.attrib if name.startswith("on")]
    _check_addresses(elements)


def _elements(root: Element) -> list[Element]:
    """All but the comments, whose tag is a function."""
    return [element for element in root.iter() if not callable(element.tag)]


def _check_ids(elements: list[Element]) -> None:
    ids = Counter(e.get("id") for e in elements if e.get("id") is not None)
    assert [id_ for id_, count in ids.items() if count > 1 or not id_ or " " in id_] == []
    for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for", "list", "form", "headers"):
        targets = {target for e in elements for target in (e.get(name) or "").split()}
        assert targets <= set(ids), f"{name} names what is not there: {targets - set(ids)}"
    fragments = {(e.get("href") or "#")[1:] for e in elements if (e.get("href") or "").startswith("#")}
    assert fragments - {""} <= set(ids), f"links lead to parts that are not there: {fragments - set(ids)}"


def _check_labels(root: Element, elements: list[Element]) -> None:
    named = {label.get("for") for label in root.iter("label") if text_of(label)}
    within = {e for label in root.iter("label") if text_of(label) for e in label.iter()}
    for element in elements:
        is_control = element.tag in ("input", "select", "textarea") and element.get("type") not in UNLABELLED
        has_name = element.get("aria-label") or element.get("aria-labelledby")
        if is_control:
            assert has_name or element in within or element.get("id") in named, f"no label: {element.attrib}"
        if element.tag in ("a", "button"):
            assert has_name or text_of(element), f"<{element.tag}> says nothing: {element.attrib}"
        if element.tag == "img":
            assert element.get("alt") is not None, f"no alt: {element.attrib}"


def _check_tables(root: Element) -> None:
    """A table says what it shows, and each heading what it is the heading of."""
    for table in root.iter("table"):
        assert [bool(text_of(caption)) for caption in table.iter("caption")] == [True], "a table without a caption"
        assert {heading.get("scope") for heading in table.iter("th")} <= {"col", "row"}, "a heading without its scope"


def _check_nothing_inline(elements: list[Element]) -> None:
    for element in elements:
        assert element.tag != "style", "a page has its styles in files"
        assert element.tag != "script" or (element.get("src") and not text_of(element)), "a script stands in the page"
        handlers = [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert handlers == [], f"<{element.tag}> has {handlers}"


def _check_addresses(elements: list[Element]) -> None:
    """Nothing from or to another host (M15), and no javascript: link."""
    for element in elements:
        for name in ADDRESSES:
            for address in re.split(r",\s+", element.get(name) or ""):
                parts = urlsplit(address)
                assert parts.netloc in ("", HOST), f"{address} is another host"
                assert parts.scheme in SCHEMES, f"{address} is no address"
