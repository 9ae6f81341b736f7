"""Every route declares its permission, and holds it."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from formsvc.staff.models import Permission
from formsvc.web.access import PUBLIC, access_of
from tests.browser import Browser
from tests.installation import HOST

VALUES: dict[str, Any] = {
    "number": "CX202611001", "other": "CX202611002", "version": 2, "token": "x", "filename": "x", "id_": 1,
}  # fmt: skip
OPEN = {
    # what is there without a sign-in, and is safe for everyone
    "static", "set_language",
    "health.healthz", "health.readyz",
    "staff.home", "staff.login", "staff.sign_in", "staff.logout",
    "submissions.fill", "submissions.act", "submissions.copy_to_keep",
    "proof.ask", "proof.send", "proof.prove", "files.blank", "files.back", "files.upload",
    "addresses.show", "addresses.confirm", "addresses.mobile", "addresses.send_code", "addresses.confirm_mobile",
}  # fmt: skip


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def _values(rule: Rule) -> dict[str, Any]:
    return {name: VALUES[name] for name in rule.arguments}


def test_every_route_declares_who_may_reach_it(sqlite_app: Flask) -> None:
    for rule in rules(sqlite_app):
        assert access_of(sqlite_app.view_functions[rule.endpoint]) in {PUBLIC, *Permission}, rule


def test_what_is_public_is_meant_to_be(sqlite_app: Flask) -> None:
    views = sqlite_app.view_functions
    assert {rule.endpoint for rule in rules(sqlite_app) if access_of(views[rule.endpoint]) == PUBLIC} == OPEN


def test_without_a_sign_in_staff_routes_lead_to_it(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    with sqlite_app.test_request_context(base_url=f"http://{HOST}"):
        closed = [rule for rule in rules(sqlite_app) if rule.endpoint not in OPEN]
        targets = [
            (rule, sqlite_app.url_for(rule.endpoint, **{a: VALUES[a] for a in rule.arguments})) for rule in closed
        ]
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # else a post without a token does not come as far as the permission
    for rule, path in targets:
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            answer = client.open(path, method=method)
            assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login"), (method, path)


@pytest.mark.parametrize("path", ["/nothing", "/customers/CX202611001/nothing", "/mail/x"])
def test_an_address_without_a_page_says_so(browser: Browser, path: str) -> None:
    assert browser.get(path, status=404).heading
