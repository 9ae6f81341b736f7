"""Addresses within this site, and links for mail."""

from urllib.parse import urlsplit

from flask import current_app


def local_path(target: str | None, default: str = "/") -> str:
    """`target` where it is a path on this site, else `default`: no redirect leads to another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable():
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc or "\\" in target else target


def absolute(path: str) -> str:
    """The address of `path` for a mail, from FORMSVC_BASE_URL and never from a request's Host header."""
    return str(current_app.extensions["config"].base_url) + path
