"""Addresses within this site, and links for mail."""

from urllib.parse import urlsplit

from flask import Flask, current_app
from werkzeug.routing import IntegerConverter, ValidationError

MAX_ID = 2**31 - 1  # what both engines hold in a key


class IdConverter(IntegerConverter):
    """`<int:…>` in routes: a number that no row can have is no page."""

    def to_python(self, value: str) -> int:
        try:
            return row_id(value)
        except ValueError as error:
            raise ValidationError from error  # the only one that a map takes for "no such page"


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = IdConverter


def row_id(text: str) -> int:
    """The key of a row in an address or a form. Raises ValueError for what none can be."""
    number = int(text)
    if not 0 <= number <= MAX_ID:
        raise ValueError(f"{len(text)} digits are no key")
    return number


def local_path(target: str | None, default: str = "/") -> str:
    """`target` where it is a path on this site, else `default`: no redirect leads to another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable():
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc or "\\" in target else target


def absolute(path: str) -> str:
    """The address of `path` for a mail, from FORMSVC_BASE_URL and never from a request's Host header."""
    return str(current_app.extensions["config"].base_url) + path
