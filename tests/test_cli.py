"""The console: what each command does and prints, and its exit status: 0 done, 1 refused, 2 wrong usage."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import make_url

from formsvc import server, worker
from formsvc.staff.models import Role
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.filling import account, answered, customer, hold_secret, invited
from tests.installation import HOST, Databases, config_for, running

ADD = ["staff", "add", "Anna@example.com", "--name", "安娜", "--role", "manager"]


def said(app: Flask, arguments: Sequence[str], typed: str | None = None, status: int = 0) -> Result:
    """What a command prints, which must end with `status`."""
    result = app.test_cli_runner().invoke(args=list(arguments), input=typed)
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    assert bool(result.stderr) or status == 0
    return result


def test_init_makes_an_installation_and_can_be_repeated(databases: Databases, tmp_path: Path) -> None:
    with databases.empty(tmp_path) as url, running(config_for(url, tmp_path)) as app:
        said(app, ["customers", "export", str(tmp_path / "x.csv")], status=1)
        for _ in range(2):
            assert "version 1" in said(app, ["init"]).stdout
        assert app.test_client().get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "arguments",
    [["demo"], ADD, ["customers", "import", __file__], ["invite", "CX202611001"], ["tick"], ["worker"], ["serve"]],
    ids=lambda arguments: arguments[0],
)
def test_before_init_the_other_commands_say_what_to_run(
    sqlite: Databases, tmp_path: Path, arguments: list[str]
) -> None:
    with sqlite.empty(tmp_path) as url, running(config_for(url, tmp_path)) as app:
        assert "formsvc init" in said(app, arguments, PASSWORD, status=1).stderr


def test_an_account_is_added_with_the_password_that_is_typed(browser: Browser, sqlite_app: Flask) -> None:
    result = said(sqlite_app, ADD, f"{PASSWORD}\n")
    assert PASSWORD not in result.output
    assert "安娜" in browser.sign_in("anna@example.com").text


@pytest.mark.parametrize(
    ("change", "password", "status", "reason"),
    [
        ({}, "short", 1, "12 characters"),
        ({}, "", 1, "12 characters"),
        ({2: "nobody"}, PASSWORD, 1, "not an email address"),
        ({2: "a b@example.com"}, PASSWORD, 1, "not an email address"),
        ({4: " "}, PASSWORD, 1, "a name of up to 80 characters"),
        ({6: "king"}, PASSWORD, 2, "--role"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_the_reason(
    sqlite_app: Flask, change: dict[int, str], password: str, status: int, reason: str
) -> None:
    arguments = [change.get(place, argument) for place, argument in enumerate(ADD)]
    assert reason in said(sqlite_app, arguments, password, status).stderr


@pytest.mark.parametrize("role", ["service", "finance", "auditor"])
def test_an_account_can_have_a_role_that_sees_all_customers(browser: Browser, sqlite_app: Flask, role: str) -> None:
    said(sqlite_app, [*ADD[:-1], role], PASSWORD)
    assert browser.sign_in("anna@example.com").path == "/customers/"


def test_an_address_has_one_account(sqlite_app: Flask) -> None:
    said(sqlite_app, ADD, PASSWORD)
    assert "already" in said(sqlite_app, ADD, PASSWORD, status=1).stderr


def test_demo_loads_its_samples_once_with_passwords_of_this_installation(browser: Browser, sqlite_app: Flask) -> None:
    first, second = said(sqlite_app, ["demo"]).stdout, said(sqlite_app, ["demo"]).stdout
    assert first == second
    role, email, _, password = first.splitlines()[0].split()
    assert role == "administrator:"
    assert {line.split(":")[0] for line in first.splitlines()} == set(Role)
    assert browser.sign_in(email, password).path == "/review/"
    assert len(browser.get("/customers/").find_all("tr")) > 2


def test_invite_prints_a_number_a_tab_and_a_link_that_opens(browser: Browser, sqlite_app: Flask) -> None:
    numbers = [customer(sqlite_app), customer(sqlite_app)]
    lines = said(sqlite_app, ["invite", numbers[0].lower(), numbers[1], "--days", "3"]).stdout.splitlines()
    pairs = [line.split("\t") for line in lines]
    assert [pair[0] for pair in pairs] == numbers
    for _, url in pairs:
        assert url.startswith(f"http://{HOST}/q/")
        assert "2026年11月26日" in browser.get(url.removeprefix(f"http://{HOST}")).text


def test_invite_does_what_it_can_and_says_what_it_cannot(sqlite_app: Flask, clock: time_machine.Traveller) -> None:
    twice, new, mute = (
        invited(sqlite_app).number,
        customer(sqlite_app),
        customer(sqlite_app, values={"contacts.email": None}),
    )
    result = said(sqlite_app, ["invite", twice, "CX209901001", new, mute], status=1)
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == [new, mute]
    assert f"{twice}: is invited already, until 2026-11-30" in result.stderr
    assert "CX209901001: there is no such customer" in result.stderr
    assert f"{mute}: no mail address" in result.stderr


def test_an_account_joins_the_team_of_a_lead(browser: Browser, sqlite_app: Flask) -> None:
    manager, lead = account(sqlite_app), account(sqlite_app, Role.LEAD)
    for nobody in (manager, "nobody@example.com"):
        assert "add that one first" in said(sqlite_app, [*ADD, "--lead", nobody], PASSWORD, status=1).stderr
    said(sqlite_app, [*ADD, "--lead", lead], PASSWORD)
    number = customer(sqlite_app, "anna@example.com")
    browser.sign_in(lead)
    assert number in browser.get("/customers/").text


def test_demo_has_a_lead_who_sees_the_customers_of_both_managers(browser: Browser, sqlite_app: Flask) -> None:
    lines = said(sqlite_app, ["demo"]).stdout.splitlines()
    [[_, email, _, password]] = [line.split() for line in lines if line.startswith("lead:")]
    browser.sign_in(email, password)
    assert {"李强", "王磊"} <= set(browser.get("/customers/").text.split())


@pytest.mark.parametrize("command", ["serve", "worker", "run"])
def test_what_runs_for_weeks_holds_nothing_open_that_keeps_the_log_of_sqlite_from_being_copied(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    file = make_url(sqlite_app.extensions["config"].database_url).database or ""
    copied: list[tuple[int, ...]] = []

    def copy(*_given: object) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("CREATE TABLE written (id)")
            copied.append(other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())

    for module, name in ((server, "serve"), (server, "run"), (worker, "work")):
        monkeypatch.setattr(module, name, copy)
    said(sqlite_app, [command])
    assert copied == [(0, 0, 0)]  # not busy, and nothing left in the log


@pytest.mark.parametrize(
    "arguments",
    [["invite"], ["invite", "CX1", "--days", "6"], ["invite", "CX1", "--days", "2"], ["tick", "--at", "tomorrow"],
     ["tick", "--at", "0001-01-01T00:00+14:00"], ["tick", "--at", "9999-12-31T23:59-14:00"], ["fly"],
     ["customers", "import"], ["customers", "import", "/no/such/file"], ["customers", "export", "x.pdf"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_ends_with_two(sqlite_app: Flask, arguments: list[str]) -> None:
    said(sqlite_app, arguments, status=2)


def test_tick_tells_of_changes(sqlite_app: Flask) -> None:
    hold_secret(sqlite_app, customer(sqlite_app))
    assert "Told of changes: 1" in said(sqlite_app, ["tick", "--at", "2026-11-23T11:00:00+08:00"]).stdout
    assert "Told" not in said(sqlite_app, ["tick", "--at", "2026-11-23T13:00:00+08:00"]).stdout


def test_tick_sends_what_is_due_at_that_time_once(sqlite_app: Flask, clock: time_machine.Traveller) -> None:
    late, done = invited(sqlite_app), invited(sqlite_app, account(sqlite_app))
    account(sqlite_app, Role.ADMINISTRATOR)
    answered(sqlite_app, done)
    told = [said(sqlite_app, ["tick", "--at", at]).stdout for at in (
        "2026-11-23T11:00:00+08:00", "2026-11-27T08:59:00+08:00", "2026-11-27T09:00:00+08:00", "2026-11-27T09:00",
        "2026-12-01T01:00:00+00:00", "2026-12-02T09:00:00+08:00", "2026-12-09T09:00:00+08:00",
    )]  # fmt: skip
    assert told == [
        "Reviews (check): 1\nMail: 3 sent, 0 failed\n",  # the invitations, and a receipt
        "Reviews (lead): 1\nMail: 1 sent, 0 failed\n",  # after four days: the latest warning
        "Reminders (before): 1\nMail: 1 sent, 0 failed\n",
        "Mail: 0 sent, 0 failed\n",
        "Reminders (after): 1\nMail: 1 sent, 0 failed\n",
        "Reminders (manager): 1\nMail: 1 sent, 0 failed\n",
        "Mail: 0 sent, 0 failed\n",
    ]
    assert late.number != done.number


def test_tick_warns_of_a_year_whose_holidays_nobody_knows(sqlite_app: Flask) -> None:
    assert "2099" in said(sqlite_app, ["tick", "--at", "2099-01-05T09:00:00+08:00"]).stderr


def test_a_setting_that_cannot_be_used_is_refused_in_one_line() -> None:
    environment = os.environ | {"FORMSVC_QUEUE_URL": "http://nonsense"}
    done = subprocess.run(
        [sys.executable, "-m", "formsvc.cli", "tick"], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: FORMSVC_QUEUE_URL must begin with redis:// or rediss://\n"
