"""When colleagues are told of changes: by day on working days, and not twice within the hour (M46)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from config import Config
from formsvc.customers.following import digest
from formsvc.customers.models import Customer
from formsvc.db import db
from formsvc.mail.models import OutboxMessage
from formsvc.rounds import clock
from tests.customers.test_following import change
from tests.factories import customer, staff_account, writing
from tests.installation import NOW, running
from tests.processes import Processes

HOUR = timedelta(hours=1)


@pytest.fixture
def changed(app: Flask) -> Flask:
    """With one change that a manager has not heard of."""
    with writing(app) as session:
        change(session, customer(session, staff_account(session)), None)
    return app


def again(app: Flask) -> None:
    with writing(app) as session:
        change(session, session.scalars(select(Customer)).one(), None)


def mails(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.kind == "record-changed")).all())


def test_at_night_and_on_days_off_nobody_is_told(changed: Flask) -> None:
    with changed.app_context():
        assert clock.tell_changes(NOW + 12 * HOUR) == clock.tell_changes(NOW - 24 * HOUR) == 0
        assert clock.tell_changes(NOW + 22 * HOUR) == 1
        assert clock.tell_changes(NOW + 26 * HOUR) == 0
    assert mails(changed) == 1


def test_what_changes_within_the_hour_waits_for_the_next_mail(changed: Flask) -> None:
    with changed.app_context():
        assert clock.tell_changes(NOW) == 1
    again(changed)
    with changed.app_context():
        told = [clock.tell_changes(NOW + minutes * timedelta(minutes=1)) for minutes in (1, 59, 60, 61)]
    assert told == [0, 0, 1, 0]
    assert mails(changed) == 2


def test_a_clock_that_breaks_off_forgets_nothing(changed: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError

    with changed.app_context(), monkeypatch.context() as patch:
        patch.setattr(digest, "put", broken)
        with pytest.raises(RuntimeError):
            clock.tell_changes(NOW)
    with changed.app_context():
        assert clock.tell_changes(NOW) == 1


def test_two_clocks_at_once_tell_once(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            change(session, customer(session, staff_account(session)), None)
        assert sorted(processes.at_once(2, config, _tell)) == [0, 1]
        assert mails(app) == 1


def _tell() -> int:
    return clock.tell_changes(NOW)
