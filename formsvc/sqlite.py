"""SQLite as a server needs it: commits that survive power loss, foreign keys, and writers that take turns."""

import fcntl
import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from formsvc.statements import execute

LOCK, TURN = "write.lock", "has its turn"
PRAGMAS = (
    *("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"),
    *("foreign_keys=ON", "recursive_triggers=ON"),
)


def set_up(engine: Engine, var: Path) -> None:
    """Have each connection set up, and writers take turns at a file in `var`: retrying on busy makes a long tail.

    Each connection has the file open for itself, since locks belong to what was opened, and not to threads.
    """

    def open_lock(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[LOCK] = os.open(var / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    event.listen(engine, "connect", _connected)
    event.listen(engine, "connect", open_lock)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkin", _end_turn)
    event.listen(engine, "close", _close_lock)


def _connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Pragmas that hold foreign keys, and a commit that survives power loss (synchronous=FULL).

    With recursive_triggers a REPLACE asks the triggers that refuse deletions. The log is copied into the file each
    16 MB instead of 4, so that fewer than one submission in a hundred waits for that.
    """
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError("the driver of SQLite is Python's own")
    connection.isolation_level = None  # BEGIN is ours: the driver's own loses updates silently
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
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
