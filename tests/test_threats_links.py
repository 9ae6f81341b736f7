"""Threats to links: "unverified token", "token outlives", "retry duplicates", "one-time bypass", "Host header"."""

from base64 import urlsafe_b64encode
from contextvars import Context

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from config import Config
from formsvc.invitations import links
from formsvc.mail.models import OutboxMessage
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import Submission
from tests.browser import Browser
from tests.factories import invitation, writing
from tests.filling import ENTERPRISE, account, customer, everything, invited, submissions
from tests.installation import HOST, config_for, running
from tests.processes import COUNT, Processes

EVIL = "evil.example"


def forged(app: Flask, real: str) -> dict[str, str]:
    """Tokens that say invitation 1 and that nobody here signed, or not for a link."""
    payload, _, signature = real.rpartition(".")
    other = config_for("sqlite://", app.extensions["config"].var, secret_keys=("a-key-of-someone-else",))
    with running(other) as stranger, stranger.app_context():
        foreign = links.token(1, 1)
    return {
        "unsigned": payload, "empty signature": f"{payload}.", "shorter": real[:-1], "longer": f"{real}A",
        "another link": urlsafe_b64encode(b"[1,2]").decode().rstrip("=") + f".{signature}",
        "another invitation": urlsafe_b64encode(b"[2,1]").decode().rstrip("=") + f".{signature}",
        "another installation": foreign, "a form's": app.extensions["form-tokens"].dumps([1, 1]), "plain": "1",
        "swapped case": real.swapcase(), "two dots": f".{real}", "json": "[1,1]", "none": "null.null",
    }  # fmt: skip


def test_unverified_token_what_was_not_signed_here_for_a_link_is_unknown(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    tokens = forged(sqlite_app, given.path.removeprefix("/q/"))
    pages = {how: browser.get(f"/q/{token}", status=404) for how, token in tokens.items()}
    assert {page.text for page in pages.values()} == {browser.get("/q/x", status=404).text}
    for how, token in tokens.items():
        assert browser.post(f"/q/{token}", {**ENTERPRISE, "action": "submit"}, status=404).status == 404, how
    assert submissions(sqlite_app) == []


def test_unverified_token_one_that_an_older_key_signed_opens(sqlite_app: Flask, browser: Browser) -> None:
    given, config = invited(sqlite_app), sqlite_app.extensions["config"]
    rotated = config_for(config.database_url, config.var, secret_keys=("a-fresh-key-of-the-tests", *config.secret_keys))
    with running(rotated) as app:
        assert "合肥云盾" in Browser(app).get(given.path).text


def test_token_outlives_a_role_counts_as_it_is_now(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    browser.sign_in(account(sqlite_app, Role.ADMINISTRATOR, "陈晨"))
    assert browser.get(f"/customers/{given.number}").status == 200
    with writing(sqlite_app) as session:
        session.scalars(select(Staff).where(Staff.name == "陈晨")).one().role = Role.MANAGER
    browser.get(f"/customers/{given.number}", status=404)
    browser.get("/mail/", status=403)


def fill_in(path: str) -> int:
    """Send the form at `path`, in a browser of this process; the status."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return Context().run(send, app, path)  # without the application context that this process is in


def send(app: Flask, path: str) -> int:
    browser = Browser(app)
    page = browser.get(f"{path}?edit=1")
    page.find("input", name="seen").set("value", "0")
    return browser.submit(page, ENTERPRISE, "submit", status=303, follow=False).status


def test_retry_duplicates_and_one_time_bypass_eight_at_once_make_one_submission(
    config: Config, app: Flask, processes: Processes
) -> None:
    with writing(app) as session:
        made = invitation(session)
        path = f"/q/{links.token(made.id, made.link_number)}"
    assert processes.at_once(COUNT, config, fill_in, path) == [303] * COUNT
    with writing(app) as session:
        assert [found.state for found in session.scalars(select(Submission))] == ["waiting"]


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "X-Original-Host", "X-Forwarded-Server"])
def test_host_header_links_and_redirects_are_ours(browser: Browser, sqlite_app: Flask, header: str) -> None:
    manager = account(sqlite_app)
    number = customer(sqlite_app, manager)
    browser.sign_in(manager)
    token = browser.get(f"/customers/{number}").find("input", name="csrf_token").get("value") or ""
    cookie = browser.client.get_cookie("formsvc", domain=HOST)
    assert cookie
    evil = {header: f"host={EVIL}" if header == "Forwarded" else EVIL, "Cookie": f"formsvc={cookie.value}"}
    client = sqlite_app.test_client(use_cookies=False)
    answers = [
        client.post(f"/customers/{number}/invite", data={"days": "5", "csrf_token": token}, headers=evil),
        *(client.get(path, headers=evil) for path in (f"/customers/{number}", "/", "/login", "/q/x", "/customers")),
        client.get("/review/", headers=evil | {"Cookie": ""}),
    ]
    for answer in answers:
        if header == "Host" and answer.status_code == 308:
            continue  # the missing slash: sent back to the very host that was asked
        assert EVIL not in answer.text + str(answer.headers), answer.request.path
    with writing(sqlite_app) as session:
        (mail,) = session.scalars(select(OutboxMessage))
        assert f"http://{HOST}/q/" in str(mail.content)
        assert EVIL not in str(mail.content)
    assert EVIL not in everything(sqlite_app)
