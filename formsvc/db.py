"""The engine, the base of every row, and `transaction()` and `writing()`: nothing else commits."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from inspect import iscoroutinefunction
from typing import Any

from flask import Flask, current_app, g
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Enum,
    MetaData,
    Update,
    text,
)  # fmt: skip
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from formsvc import sqlite

db = SQLAlchemy()


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python and in UTC on both engines. Refuses a datetime without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return utc(value)


def utc(value: datetime) -> datetime:
    """`value` in UTC, which one without a zone is already."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
    }


def one_of(kind: type[StrEnum]) -> Enum:
    """The type of a column that holds the value of one member of `kind`, held by a CHECK constraint."""
    name = "_".join(re.findall("[A-Z][a-z]+", kind.__name__)).lower()
    values = [member.value for member in kind]
    return Enum(kind, native_enum=False, create_constraint=True, length=20, name=name, values_callable=lambda _: values)


def init_app(app: Flask, url: str) -> None:
    """Bind `app` to the database at `url`."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url, "hide_parameters": True}}  # errors go to the log
    db.init_app(app)
    # It would start an event loop at the end of each request, to close asynchronous sessions: there are none
    app.teardown_appcontext_funcs = [done for done in app.teardown_appcontext_funcs if not iscoroutinefunction(done)]
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        sqlite.set_up(engine, app.extensions["config"].var)
        app.extensions["reading"] = engine.execution_options(reads=True)
    else:
        app.extensions["reading"] = engine.execution_options(isolation_level="AUTOCOMMIT")
    app.extensions["writing"] = engine.execution_options(writes=True)


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose changes are committed together at the end, or not at all.

    It begins with its first statement, and on SQLite has its turn from then on: what can be made before is made before.
    Raises RuntimeError within another one: it would wait for the other's turn for ever.
    """
    with writing() as connection, Session(connection, expire_on_commit=False) as session, session.begin() as begun:
        yield session
        if not begun.is_active:  # it was undone
            g.writing.clear()


@contextmanager
def writing() -> Iterator[Connection]:
    """A transaction without a session, which costs more than the few statements of a path that many wait for.

    It begins with `statements.begun`. Raises RuntimeError within another one.
    """
    if "writing" in g:
        raise RuntimeError("a transaction within a transaction")
    g.writing = acts = set[Callable[[], object]]()
    engine: Engine = current_app.extensions["writing"]
    try:
        with engine.connect() as connection:
            yield connection
            connection.commit()
    finally:
        g.pop("writing")
    for act in acts:
        act()


@contextmanager
def joined(connection: Connection) -> Iterator[Session]:
    """A session within the transaction of `connection`, for what is done there once in a while."""
    with Session(connection, expire_on_commit=False) as session:
        yield session
        session.flush()


def afterwards(act: Callable[[], object]) -> None:
    """Have `act` called once after the commit."""
    g.writing.add(act)


def reading() -> Connection:
    """A connection for a few statements that read, each of them a transaction of its own; `with` gives it back."""
    engine: Engine = current_app.extensions["reading"]
    return engine.connect()


def rows_changed(session: Session, change: Update | Delete) -> int:
    """How many rows `change` found as it asks for. What the session read of them before stays as it was read."""
    done: Any = session.execute(change, execution_options={"synchronize_session": False})
    return int(done.rowcount)


def insert_into(session: Session, model: type[Base]) -> Any:
    """An INSERT that can say what is to be done ON CONFLICT, as the engine of `session` says it."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite_dialect.insert(model) if is_sqlite else postgresql_dialect.insert(model)


def take_turns(session: Session, number: int) -> None:
    """Wait until no other transaction has taken `number`; on SQLite writers take turns at everything."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
