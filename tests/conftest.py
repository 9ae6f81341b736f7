"""Fixtures of all tests: an installation on either engine, a session on it, processes that act at once."""

import tempfile
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import hypothesis
import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy.orm import Session

from config import Config
from formsvc.db import transaction
from formsvc.staff import verbs as staff
from tests.browser import Browser
from tests.installation import NOW, Databases, Postgresql, Sqlite, config_for, running
from tests.processes import Processes
from tests.services import postgres

hypothesis.settings.register_profile("tests", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("tests")


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Argon2 is slow on purpose."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "hasher", hasher)
        patch.setattr(staff, "NOBODY", hasher.hash("nobody has this password"))
        yield


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("sqlite")
    with Sqlite(folder).keeping(folder) as databases:
        yield databases


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Databases]:
    """Not in pytest's folder: each run of pytest closes that to PostgreSQL, which runs as another user."""
    with tempfile.TemporaryDirectory(prefix="formsvc-") as folder, postgres(Path(folder)) as url:
        databases = Postgresql(Path(folder), url)
        with databases.keeping(Path(folder)):
            yield databases
        databases.maintenance.dispose()


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    with Processes() as pool:
        yield pool


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Both engines in turn; a test that needs one only does not start the other's server."""
    found: Databases = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def config(databases: Databases, tmp_path: Path) -> Iterator[Config]:
    """The settings of an installation that is set up, on both engines."""
    with databases.copy(tmp_path) as url:
        yield config_for(url, tmp_path)


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """An installation on both engines, without an application context."""
    with running(config) as made:
        yield made


@pytest.fixture
def sqlite_app(sqlite: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An installation on SQLite alone, for what no engine can make different."""
    with sqlite.copy(tmp_path) as url, running(config_for(url, tmp_path)) as made:
        yield made


@pytest.fixture
def session(databases: Databases) -> Iterator[Session]:
    """The session of a transaction that is rolled back after the test, in an application context, on both engines.

    Its installation is not the test's own: such a test takes no `app` besides.
    """
    with databases.kept.app_context(), transaction() as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time that begins at NOW; `clock.move_to` and `clock.shift` change it."""
    with time_machine.travel(NOW.astimezone(UTC)) as traveller:  # a ZoneInfo would become the machine's own zone
        yield traveller


@pytest.fixture
def browser(sqlite_app: Flask, clock: time_machine.Traveller) -> Browser:
    """A browser on an installation on SQLite at NOW, with nobody signed in."""
    return Browser(sqlite_app)
