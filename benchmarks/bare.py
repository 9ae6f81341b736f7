"""The bare Flask application: a view that reads one row, and one that does one durable INSERT.

`python -m benchmarks.bare` serves it with the settings of formsvc's own server. Beside Flask there is only the
database's driver: no ORM, no template, no session, no form.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from flask import Flask, Response, redirect, request
from sqlalchemy import make_url

from config import Config
from formsvc.server import serve

config = Config.from_environment()
sql_url = make_url(config.database_url)
is_sqlite = sql_url.get_backend_name() == "sqlite"
mark = "?" if is_sqlite else "%s"
page = b"<!doctype html><title>bare</title>".ljust(int(os.environ.get("BARE_PAGE_SIZE", "0")), b".")
app = Flask(__name__)


@app.get("/healthz")
def healthz() -> str:
    return "ok"


@app.get("/q/<token>")
def read(token: str) -> Response:
    found = database().execute(f"SELECT name FROM links WHERE token = {mark}", (token,)).fetchone()  # noqa: S608
    return Response(page, mimetype="text/html", status=200 if found else 404)


@app.post("/q/<token>")
def write(token: str) -> Any:
    with turn():
        database().execute(
            f"INSERT INTO answers (token, body) VALUES ({mark}, {mark})",  # noqa: S608
            (token, request.get_data(as_text=True)),
        )
    return redirect(f"/q/{token}", 303)


@cache
def database() -> Any:
    """The connection of this process; each statement is a transaction of its own, on disk before it is answered."""
    if not is_sqlite:
        return psycopg.connect(host=str(sql_url.query["host"]), user=sql_url.username, dbname=sql_url.database,
                               autocommit=True)  # fmt: skip
    connection = sqlite3.connect(str(sql_url.database), isolation_level=None, check_same_thread=False)
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


@cache
def lock_file() -> int:
    return os.open(config.var / "bare.lock", os.O_CREAT | os.O_RDWR)


@contextmanager
def turn() -> Iterator[None]:
    """Writers of SQLite take turns, as in formsvc."""
    if is_sqlite:
        fcntl.flock(lock_file(), fcntl.LOCK_EX)
    try:
        yield
    finally:
        if is_sqlite:
            fcntl.flock(lock_file(), fcntl.LOCK_UN)


if __name__ == "__main__":
    serve(config, "benchmarks.bare:app")
