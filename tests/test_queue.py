"""The queue wakes workers; what it loses is done all the same, and what it is down for fails nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from formsvc import queue
from formsvc.db import transaction
from tests.factories import invitation, writing
from tests.installation import config_for, running
from tests.services import valkey


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(params=["sqlite", "valkey"])
def woken(request: pytest.FixtureRequest, sqlite_app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """An application on each kind of queue, which is empty."""
    url = request.getfixturevalue("server") if request.param == "valkey" else None
    with running(config_for(sqlite_app.extensions["config"].database_url, tmp_path, queue_url=url)) as app:
        app.extensions["queue"].flush()
        yield app


def waiting(app: Flask) -> int:
    return int(app.extensions["queue"].pending_count())


def test_a_wake_reaches_the_worker_and_runs_every_job(woken: Flask) -> None:
    done: list[str] = []
    woken.extensions["jobs"].clear()
    for name in ("first", "second"):
        queue.add_job(woken, lambda name=name: done.append(name))  # type: ignore[misc]
    with woken.app_context():
        queue.wake()
    huey: Any = woken.extensions["queue"]
    huey.execute(huey.dequeue())
    assert done == ["first", "second"]
    assert waiting(woken) == 0


def test_mail_wakes_the_worker_once_after_the_commit(woken: Flask) -> None:
    with writing(woken) as session:
        invitation(session)
        assert waiting(woken) == 0
    assert waiting(woken) == 1


def test_one_wake_that_nobody_took_yet_is_enough(woken: Flask) -> None:
    huey: Any = woken.extensions["queue"]
    for _ in range(2):
        with woken.app_context():
            queue.wake()
    assert waiting(woken) == 1
    huey.dequeue()
    with woken.app_context():
        queue.wake()
    assert waiting(woken) == 1


def test_a_transaction_without_mail_or_undone_wakes_nobody(woken: Flask) -> None:
    with writing(woken):
        pass
    with woken.app_context(), transaction() as session:
        invitation(session)
        session.rollback()
    assert waiting(woken) == 0


def test_a_queue_that_is_down_fails_nothing(sqlite_app: Flask, tmp_path: Path) -> None:
    with valkey(tmp_path) as url:
        pass
    database = sqlite_app.extensions["config"].database_url
    with running(config_for(database, tmp_path, queue_url=url)) as app, writing(app) as session:
        invitation(session)


def test_a_file_that_is_no_queue_fails_nothing(sqlite_app: Flask, tmp_path: Path) -> None:
    sqlite_app.extensions["queue"].storage.close()
    (tmp_path / "queue.sqlite3").write_bytes(b"no database" * 1000)
    with writing(sqlite_app) as session:
        invitation(session)


def test_a_job_that_fails_holds_up_no_other_one(sqlite_app: Flask) -> None:
    done: list[str] = []
    sqlite_app.extensions["jobs"][:] = [lambda: 1 / 0, lambda: done.append("second")]
    with pytest.raises(ZeroDivisionError):
        queue.run_jobs(sqlite_app)
    assert done == ["second"]
