"""The schema: brought to the newest version, and asked for its version."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask_alembic import Alembic
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from formsvc.db import Base, db
from formsvc.sqlite import LOCK

alembic = Alembic(run_mkdir=False)


def init_app(app: Flask, migrations: Path) -> None:
    """Have the scripts in `migrations` make the schema of `app`."""
    app.config["ALEMBIC"] = {"script_location": str(migrations), "version_locations": []}
    app.config["ALEMBIC_CONTEXT"] = {"render_item": _as_plain_type, "compare_server_default": True}
    alembic.metadatas["default"] = Base.metadata
    alembic.init_app(app)
    logging.getLogger("alembic").setLevel(logging.WARNING)


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


def _loosen_foreign_keys(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.cursor().execute("PRAGMA foreign_keys=OFF")


def _as_plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """Migrations name the database's own types: they must not change with the code."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False
