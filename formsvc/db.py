"""The engine, the base of every row, and `transaction()` and `writing()`: nothing else commits."""

import fcntl
import logging
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g
from flask_alembic import Alembic
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, Enum, MetaData, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from formsvc.statements import execute

LOCK, TURN = "write.lock", "has its turn"
PRAGMAS = (
    *("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"),
    *("foreign_keys=ON", "recursive_triggers=ON"),
)
db = SQLAlchemy()
alembic = Alembic(run_mkdir=False)


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


class json_rows(FunctionElement[list[list[Any]]]):
    """All rows of a subquery as one JSON value, a list for each row: what belongs together comes in one statement.

    Instants come as ISO 8601 text, and on SQLite without their zone, which is UTC.
    """

    name = "json_rows"
    inherit_cache = True
    type = JSON()


@compiles(json_rows, "postgresql")
def _json_agg(element: json_rows, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))"


@compiles(json_rows, "sqlite")
def _json_group_array(element: json_rows, compiler: SQLCompiler, **options: Any) -> str:
    texts = [(compiler.process(column, **options), isinstance(column.type, JSON)) for column in element.clauses]
    columns = ", ".join(f"json({text})" if is_json else text for text, is_json in texts)
    return f"json_group_array(json_array({columns}))"


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


def init_app(app: Flask, url: str, migrations: Path) -> None:
    """Bind `app` to the database at `url`, with the scripts in `migrations`."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url, "hide_parameters": True}}  # errors go to the log
    app.config["ALEMBIC"] = {"script_location": str(migrations), "version_locations": []}
    app.config["ALEMBIC_CONTEXT"] = {"render_item": _as_plain_type, "compare_server_default": True}
    db.init_app(app)
    # It would start an event loop at the end of each request, to close asynchronous sessions: there are none
    app.teardown_appcontext_funcs = [done for done in app.teardown_appcontext_funcs if not iscoroutinefunction(done)]
    alembic.metadatas["default"] = Base.metadata
    alembic.init_app(app)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        _listen_sqlite(engine, app.extensions["config"].var / LOCK)
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


def take_turns(session: Session, number: int) -> None:
    """Wait until no other transaction has taken `number`; on SQLite writers take turns at everything."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def upgrade() -> None:
    """Bring the schema to the newest version. Two calls at once take turns."""
    with _only_one(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7302026)")  # until this block ends
        with migrating(), current_app.app_context():  # a context of its own, as in `is_current`
            alembic.upgrade()


def is_current() -> bool:
    """Whether the schema is at the newest version.

    Asked in a context of its own, so that the connection is given back: a command may run for weeks, and on SQLite the
    log can never be copied into the file while someone reads.
    """
    with current_app.app_context():
        return not alembic.needs_upgrade()


@contextmanager
def migrating() -> Iterator[None]:
    """Migrations may make a table of SQLite anew within the block: foreign keys are held to at its end instead.

    Raises RuntimeError where a migration left a row without the one it refers to.
    """
    engine = db.engine
    if engine.dialect.name != "sqlite":
        yield
        return
    engine.dispose()
    event.listen(engine, "connect", _loosen_foreign_keys)  # within a transaction it is too late
    try:
        yield
        with engine.connect() as connection:
            if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise RuntimeError(f"a migration left {len(lost)} rows of {lost[0][0]} without what they refer to")
    finally:
        event.remove(engine, "connect", _loosen_foreign_keys)
        engine.dispose()  # its connections do not hold foreign keys


@contextmanager
def _only_one() -> Iterator[None]:
    path: Path = current_app.extensions["config"].var / LOCK
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _as_plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """Migrations name the database's own types: they must not change with the code."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def _listen_sqlite(engine: Engine, lock: Path) -> None:
    """Have each connection set up, and writers take turns at the file `lock`: retrying on busy makes a long tail.

    Each connection has the file open for itself, since locks belong to what was opened, and not to threads.
    """

    def open_lock(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[LOCK] = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "connect", open_lock)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "checkin", _end_turn)
    event.listen(engine, "close", _close_lock)


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Pragmas that hold foreign keys, and a commit that survives power loss (synchronous=FULL).

    With recursive_triggers a REPLACE asks the triggers that refuse deletions. The log is copied into the file each
    16 MB instead of 4, so that fewer than one submission in a hundred waits for that.
    """
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError("the driver of SQLite is Python's own")
    connection.isolation_level = None  # BEGIN is ours: the driver's own loses updates silently
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _loosen_foreign_keys(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.cursor().execute("PRAGMA foreign_keys=OFF")


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock when they begin: one that read first could not upgrade, and would lose its turn."""
    options = connection.get_execution_options()
    if options.get("writes"):
        fcntl.flock(connection.info[LOCK], fcntl.LOCK_EX)
        connection.info[TURN] = True
        execute(connection, "BEGIN IMMEDIATE")
    elif not options.get("reads"):
        execute(connection, "BEGIN DEFERRED")


def _end_turn(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    """The connection goes back to the pool, which it does after a commit and after a rollback."""
    if entry.info.pop(TURN, False):
        fcntl.flock(entry.info[LOCK], fcntl.LOCK_UN)


def _close_lock(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    if LOCK in entry.info:
        os.close(entry.info.pop(LOCK))  # which gives the turn back, too
    entry.info.pop(TURN, None)
