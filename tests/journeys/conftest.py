"""A whole installation as it is run: web server, worker, console, mail server and browser, each a program."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import make_url

from config import Config
from tests.installation import KEYS, Databases, running
from tests.machine import chromium
from tests.services import Mailbox, postgres, smtp, valkey

ADMINISTRATOR, PASSWORD = "boss@example.com", "a long enough password"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass
class Installation:
    """What a person has before them: an address, a console and a mailbox."""

    environment: Mapping[str, str]
    url: str
    mailbox: Mailbox

    def console(self, *arguments: str, typed: str = "") -> str:
        """What `formsvc` prints; it must end with status 0."""
        done = subprocess.run(
            [sys.executable, "-m", "formsvc.cli", *arguments],
            env=self.environment, input=typed, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def letter(self, kind: str, number: int = 1) -> EmailMessage:
        """The mail of that kind that came as the `number`th, once it is there."""
        known = self.mailbox.wait(number)
        while len(found := [mail for mail in known if mail["X-Formsvc-Kind"] == kind]) < number:
            known = self.mailbox.wait(len(known) + 1)
        return found[number - 1]


@pytest.fixture
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """With the parameter "embedded" on SQLite and its own queue, with "distributed" on PostgreSQL and a Redis one."""
    with ExitStack() as stack:
        mailbox = stack.enter_context(smtp())
        port = _free_port()
        environment = os.environ | {
            "FORMSVC_VAR": str(tmp_path / "var"), "HOST": "127.0.0.1", "PORT": str(port),
            "FORMSVC_MAIL_SERVER": mailbox.host, "FORMSVC_MAIL_PORT": str(mailbox.port),
            "FORMSVC_MAIL_SENDER": "service@example.com", "FORMSVC_CHECK_MAIL_DOMAINS": "no",
        }  # fmt: skip
        if request.param == "distributed":
            environment |= _distributed(stack, tmp_path)
        made = Installation(environment, f"http://127.0.0.1:{port}", mailbox)
        made.console("init")
        add = ["staff", "add", ADMINISTRATOR, "--name", "陈晨", "--role", "administrator", "--phone", "0755-86530000"]
        made.console(*add, typed=PASSWORD)
        server = stack.enter_context(_program("serve", environment))
        stack.enter_context(_program("worker", environment))
        _wait_for(port, server)
        yield made


@pytest.fixture(scope="module")
def trial(sqlite: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One web server for the walks of a module, each with customers of its own; tests write to its database beside it.

    Its mail and SMS go to files.
    """
    folder, port = tmp_path_factory.mktemp("trial"), _free_port()
    environment = os.environ | {
        "FORMSVC_VAR": str(folder), "HOST": "127.0.0.1", "PORT": str(port), "FORMSVC_SECRET_KEYS": ",".join(KEYS),
        "FORMSVC_SMS_URL": "log", "FORMSVC_CHECK_MAIL_DOMAINS": "no",
    }  # fmt: skip
    config = Config.from_environment(environment)
    with sqlite.copy(folder), running(config) as app, _program("serve", environment) as server:
        _wait_for(port, server)
        yield app


@pytest.fixture
def people(chromium_browser: Browser, trial: Flask) -> Iterator["Contexts"]:
    made = Contexts(chromium_browser, trial.extensions["config"].base_url)
    yield made
    made.close()


@pytest.fixture(scope="module")
def chromium_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def contexts(chromium_browser: Browser, installation: Installation) -> Iterator["Contexts"]:
    made = Contexts(chromium_browser, installation.url)
    yield made
    made.close()


class Contexts:
    """People at their devices. Whatever a page says to the browser's console fails the test."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.open: list[BrowserContext] = []
        self.complaints: list[str] = []

    def person(self, *, language: str = "zh-CN", width: int = 375, javascript: bool = True, **other: Any) -> Page:
        """A new page for someone who reads `language` on a screen of `width` pixels."""
        context = self.browser.new_context(
            base_url=self.url, locale=language, viewport={"width": width, "height": 800},
            java_script_enabled=javascript, **other,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        self.open.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "warning" else None)
        return page

    def close(self) -> None:
        for context in self.open:
            context.close()
        assert not self.complaints


def look(page: Page) -> None:
    """What every page must be: without findings of axe, and no wider than the screen."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide"


def _distributed(stack: ExitStack, folder: Path) -> dict[str, str]:
    for name in ("postgresql", "valkey"):
        (folder / name).mkdir()
    url = make_url(stack.enter_context(postgres(folder / "postgresql")))
    return {
        "FORMSVC_DATABASE_URL": url.set(drivername="postgresql").render_as_string(hide_password=False),
        "FORMSVC_QUEUE_URL": stack.enter_context(valkey(folder / "valkey")),
        "FORMSVC_SECRET_KEYS": "a-secret-key-of-the-journey",
    }


@contextmanager
def _program(command: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-m", "formsvc.cli", command], env=environment) as process:
        try:
            yield process
        finally:
            process.terminate()
            assert process.wait(20) == 0, f"{command} did not end cleanly"


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers; fails where it ended instead."""
    while server.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/readyz")
            assert connection.getresponse().status == 200
            return
        except ConnectionError:
            continue
        finally:
            connection.close()
    raise AssertionError("the web server ended")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
