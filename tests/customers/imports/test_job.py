"""The worker: killed, cancelled or beside another one, each row is done or not done, and it goes on (M55)."""

import os
import signal
from collections import Counter
from contextlib import AbstractContextManager
from datetime import timedelta
from multiprocessing import get_context
from typing import IO

import pytest
import time_machine
from flask import Flask, current_app
from sqlalchemy import select

from config import Config
from formsvc import queue
from formsvc.audit import AuditFact
from formsvc.customers.imports import claims, job, staging, verbs
from formsvc.customers.imports.claims import Lost
from formsvc.customers.imports.models import Import, ImportChunk, ImportRow, ImportState
from formsvc.customers.imports.running import bring_in
from formsvc.customers.imports.verbs import KEPT, TooLate
from formsvc.customers.models import Customer
from formsvc.customers.worksheet.reading import Sheet, opened
from formsvc.db import db, transaction
from formsvc.staff.models import Staff
from formsvc.web.show import now
from tests.customers.imports.bringing import company, confirmed, read, state, steps, uploaded, work
from tests.factories import staff_account, writing
from tests.installation import NOW, running
from tests.processes import Processes

ROWS = 20


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "BATCH", 3)
    monkeypatch.setattr(staging, "BATCH", 3)


@pytest.fixture
def manager(app: Flask) -> Staff:
    with writing(app) as session:
        return staff_account(session)


def companies() -> list[dict[str, str]]:
    return [company(number) for number in range(ROWS)]


def made(app: Flask) -> list[int]:
    """How often each customer was made."""
    with app.app_context():
        return sorted(Counter(db.session.scalars(select(Customer.name))).values())


@pytest.mark.parametrize("batches", [1, 2, 4])
def test_a_worker_that_was_killed_is_followed_when_its_lease_is_over(
    app: Flask, manager: Staff, clock: time_machine.Traveller, batches: int
) -> None:
    id_ = uploaded(app, manager, *companies())
    steps(app, batches)
    work(app)
    assert state(app, id_)[0] is ImportState.READING
    clock.shift(claims.LEASE + timedelta(seconds=1))
    work(app)
    assert state(app, id_) == (ImportState.READY, {"created": ROWS}, {})
    confirmed(app, id_, manager)
    steps(app, batches)
    assert state(app, id_)[2] == {"created": 3 * batches}
    clock.shift(claims.LEASE + timedelta(seconds=1))
    work(app)
    assert state(app, id_)[::2] == (ImportState.DONE, {"created": ROWS})
    assert made(app) == [1] * ROWS


@pytest.mark.usefixtures("processes")  # their forkserver has loaded all that the child needs
def test_kill_9_half_way_leaves_each_row_done_or_not_done(app: Flask, config: Config, manager: Staff) -> None:
    id_ = read(app, manager, *companies())
    confirmed(app, id_, manager)
    child = get_context("forkserver").Process(target=_work_and_die, args=(config,))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    with app.app_context():
        done = select(ImportRow.number).where(ImportRow.result.is_not(None), ImportRow.customer_id.is_not(None))
        assert len(db.session.scalars(done).all()) == len(db.session.scalars(select(Customer)).all()) == 6
        with time_machine.travel(now() + claims.LEASE + timedelta(seconds=1)):
            job.work_to_end()
    assert made(app) == [1] * ROWS


def _work_and_die(config: Config) -> None:
    """Two batches, and the third but for its commit."""
    job.BATCH = 3
    with running(config) as app, app.app_context():
        task = job._claimed()
        assert task
        for _ in range(2):
            next(task.steps)
        with transaction() as session:
            brought = claims.hold(session, task.id, task.claim, now())
            following = ImportRow.import_id == task.id, ImportRow.number > brought.position
            rows = session.scalars(select(ImportRow).where(*following).limit(3)).all()
            bring_in(session, brought, rows, now())
            session.flush()
            os.kill(os.getpid(), signal.SIGKILL)


def test_two_workers_at_once_do_each_row_once(app: Flask, config: Config, manager: Staff, processes: Processes) -> None:
    ids = [uploaded(app, manager, *(company(number + first) for number in range(6))) for first in (0, 100)]
    processes.at_once(2, config, job.work_to_end)
    assert [state(app, id_)[0] for id_ in ids] == [ImportState.READY] * 2
    for id_ in ids:
        confirmed(app, id_, manager)
    processes.at_once(2, config, job.work_to_end)
    assert [state(app, id_)[::2] for id_ in ids] == [(ImportState.DONE, {"created": 6})] * 2
    assert made(app) == [1] * 12


def test_who_lost_its_lease_writes_nothing(app: Flask, manager: Staff, clock: time_machine.Traveller) -> None:
    uploaded(app, manager, *companies())
    with app.app_context():
        first = job._claimed()
        clock.shift(claims.LEASE + timedelta(seconds=1))
        second = job._claimed()
        assert first
        assert second
        next(first.steps)
        with pytest.raises(Lost):
            next(first.steps)
        for task in (first, second):
            task.steps.close()  # type: ignore[attr-defined] # it is a generator


def test_a_file_that_opens_slowly_is_not_taken_from_its_worker(
    app: Flask, manager: Staff, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(file: IO[bytes], name: str) -> AbstractContextManager[Sheet]:
        clock.shift(3 * claims.LEASE)
        with transaction() as session:
            assert claims.claim(session, now()) is None
        return opened(file, name)

    monkeypatch.setattr(staging, "opened", slowly)
    id_ = uploaded(app, manager, *companies())
    work(app)
    assert state(app, id_) == (ImportState.READY, {"created": ROWS}, {})


def test_what_is_cancelled_half_way_stays_and_goes_on(app: Flask, manager: Staff) -> None:
    id_ = read(app, manager, *companies())
    confirmed(app, id_, manager)
    steps(app, 2)
    for verb in (verbs.cancel, verbs.go_on):
        with writing(app) as session:
            verb(session, session.get_one(Import, id_), manager, NOW)
        if verb is verbs.cancel:
            work(app)
            assert state(app, id_)[::2] == (ImportState.CANCELLED, {"created": 6})
            assert made(app) == [1] * 6
    work(app)
    assert state(app, id_)[::2] == (ImportState.DONE, {"created": ROWS})
    with writing(app) as session, pytest.raises(TooLate):
        verbs.cancel(session, session.get_one(Import, id_), manager, NOW)


def test_a_slice_ends_and_wakes_a_worker_for_the_rest(
    app: Flask, manager: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = uploaded(app, manager, *companies())
    monkeypatch.setattr(job, "SLICE", 0.0)
    with app.app_context():
        current_app.extensions["queue"].flush()
        monkeypatch.setattr(job, "monotonic", iter(range(1000)).__next__)
        monkeypatch.setattr(job, "SLICE", 2.0)
        job.work()
        assert current_app.extensions["queue"].pending_count() == 1
    assert state(app, id_)[0] is ImportState.READING
    for _ in range(ROWS):
        queue.run_jobs(app)
    assert state(app, id_)[0] is ImportState.READY


def test_what_rows_say_is_forgotten_in_time(app: Flask, manager: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "FORGOTTEN", 15)
    id_ = read(app, manager, *companies())
    with time_machine.travel(NOW + KEPT + timedelta(seconds=1)), app.app_context():
        for _ in range(2):
            job.work()
            db.session.rollback()
        assert [db.session.scalars(select(model)).first() for model in (ImportRow, ImportChunk)] == [None, None]
        assert len(db.session.scalars(select(AuditFact).where(AuditFact.action == "import.forgotten")).all()) == 1
    assert state(app, id_)[0] is ImportState.CANCELLED
    with writing(app) as session, pytest.raises(TooLate):
        verbs.go_on(session, session.get_one(Import, id_), manager, NOW)
