"""One transaction is all or nothing, writers never lose each other's work, and an instant is in UTC."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import insert, literal, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from config import Config
from formsvc.customers.models import Customer, NumberSeries
from formsvc.db import UtcDateTime, afterwards, db, joined, transaction
from formsvc.db import writing as plainly_writing
from formsvc.lists import is_among
from formsvc.statements import Statement, begun
from tests.factories import customer, writing
from tests.installation import NOW, running
from tests.processes import COUNT, Processes

TIMES = 5


class Interrupted(Exception):
    pass


def test_the_end_of_a_transaction_keeps_what_was_done(app: Flask) -> None:
    with writing(app) as session:
        number = customer(session).number
    with app.app_context():
        assert db.session.scalars(select(Customer.number)).all() == [number]


def test_an_error_undoes_all_that_was_done(app: Flask) -> None:
    with app.app_context(), pytest.raises(Interrupted):
        _interrupted()
    with app.app_context():
        assert db.session.scalars(select(Customer)).all() == []
        assert db.session.scalars(select(NumberSeries)).all() == []


def _interrupted() -> None:
    with transaction() as session:
        customer(session)
        session.flush()
        raise Interrupted


@pytest.mark.parametrize("is_interrupted", [True, False])
def test_plain_statements_and_a_session_among_them_are_one_transaction(app: Flask, is_interrupted: bool) -> None:
    done: list[int] = []
    with app.app_context(), suppress(Interrupted), plainly_writing() as connection:
        begun(connection).execute(insert(NumberSeries).values(month="202611", last=0))
        with joined(connection) as session:
            session.add(NumberSeries(month="202612", last=0))
        afterwards(lambda: done.append(1))
        if is_interrupted:
            raise Interrupted
    with app.app_context():
        rows = db.session.scalars(select(NumberSeries.month).order_by(NumberSeries.month)).all()
    assert (rows, done) == (([], []) if is_interrupted else (["202611", "202612"], [1]))


@pytest.mark.parametrize("given", [[], ["202611"], ["202612", "it's", "2026__"]])
def test_a_list_is_one_value_of_a_statement(app: Flask, given: list[str]) -> None:
    with writing(app) as session:
        session.add_all(NumberSeries(month=month, last=0) for month in ("202611", "202612"))
    found = Statement(select(NumberSeries.month).where(is_among(NumberSeries.__table__.c.month, "given")))
    with app.app_context(), db.engine.connect() as connection:
        assert [row.month for row in found.all(connection, {"given": given})] == [*{"202611", "202612"} & {*given}]


def test_lost_update_a_writer_that_read_first_waits_for_the_others(config: Config, processes: Processes) -> None:
    """Threat "lost update": what one process read is still true when it writes."""
    with running(config) as app, writing(app) as session:
        session.add(NumberSeries(month="202611", last=0))
    processes.at_once(COUNT, config, _add_up)
    assert processes.at_once(2, config, _sum) == [COUNT * TIMES] * 2


def _add_up() -> None:
    for _ in range(TIMES):
        with transaction() as session:
            series = session.get_one(NumberSeries, "202611", with_for_update=True)
            series.last += 1


def _sum() -> int:
    return db.session.scalars(select(NumberSeries.last)).one()


def test_sqlite_readers_do_not_wait_for_a_writer(sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        customer(session)
        assert db.session.scalars(select(Customer)).all() == []


def test_foreign_keys_hold(session: Session) -> None:
    customer(session).owner_id = 4711
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("zone", [UTC, NOW.tzinfo, timezone(-timedelta(hours=9, minutes=30))])
def test_an_instant_comes_back_as_it_was_and_in_utc(app: Flask, zone: timezone) -> None:
    given = datetime(2026, 11, 23, 23, 59, 59, 999999, zone)
    with writing(app) as session:
        customer(session).created_at = given
    with app.app_context():
        held = db.session.scalars(select(Customer.created_at)).one()
        assert (held, held.tzinfo) == (given, UTC)
        assert db.session.scalars(select(Customer.id).where(Customer.created_at == given)).all()


def test_a_datetime_without_a_zone_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(StatementError, match="time zone"):
        db.session.scalar(select(literal(datetime(2026, 11, 23), UtcDateTime())))


def test_an_error_of_the_database_does_not_say_the_values(session: Session) -> None:
    """It goes to the log, which holds no personal data (M57)."""
    first, second = customer(session), customer(session)
    second.number, second.contact = first.number, "丙的秘密"
    with pytest.raises(IntegrityError) as error:
        session.flush()
    assert "的秘密" not in str(error.value)
