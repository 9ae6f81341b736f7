"""The servers of a run, each a process with a database of its own: formsvc, the bare application, and the floor."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request, urlopen

from flask import Flask
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, insert, make_url, text
from sqlalchemy import Text as LongText
from sqlalchemy.pool import NullPool

from benchmarks.load import Failed
from config import ROOT, Config
from tests.installation import KEYS, running, set_up
from tests.services import GUARD, postgres

STARTS_WITHIN = 60.0  # seconds
OURS, BARE, FLOOR = "formsvc", "bare", "floor"
MODULES = {OURS: ("formsvc.cli", "serve"), BARE: ("benchmarks.bare",), FLOOR: ("benchmarks.floor",)}
NAMES = {
    "ours": OURS, "bare": BARE, "crowded": OURS, "floor": FLOOR, "short": OURS, "long": OURS, "many": OURS,
    "few": OURS,
}  # by database  # fmt: skip
COUNTED = {  # what one answer adds one row to
    OURS: ("submissions WHERE state = 'waiting'", "consents", "audit_facts WHERE action = 'submission.submitted'",
           "invitations WHERE state = 'answered'", "outbox WHERE kind = 'receipt'"),
    BARE: ("answers",),
}  # fmt: skip
COUNTED[FLOOR] = COUNTED[OURS]
bare_tables = MetaData()
links = Table("links", bare_tables, Column("token", String(90), primary_key=True), Column("name", String(200)))
Table("answers", bare_tables, Column("id", Integer, primary_key=True), Column("token", String(90)),
      Column("body", LongText))  # fmt: skip


@dataclass(frozen=True)
class Site:
    """Where one of the two keeps its data, and the environment that tells its server so."""

    name: str
    environment: Mapping[str, str]

    @property
    def config(self) -> Config:
        return Config.from_environment(self.environment)

    @contextmanager
    def serving(self, **environment: str) -> Iterator[int]:
        """The port of the site's server, which is stopped with the block, and also when we are killed."""
        command = ["sh", "-c", GUARD, "guard", "TERM", "", sys.executable, "-m", *MODULES[self.name]]
        port, log = _free_port(), self.config.var / "server.log"
        own = {name: value for name, value in os.environ.items() if not name.startswith("FORMSVC_")}
        environ = {**own, **self.environment, **environment, "HOST": "127.0.0.1", "PORT": str(port)}
        with (
            log.open("wb") as output,
            subprocess.Popen(
                command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=output, stderr=output,
                start_new_session=True,
            ) as guard,
        ):  # fmt: skip
            try:
                _wait_for(port, guard, log)
                yield port
            finally:
                guard.communicate(b"stop\n")


class Sites(NamedTuple):
    """formsvc, the bare application, formsvc that others fill, the floor, formsvc with a short and a long queue,
    formsvc with ever more customers, and formsvc with few.
    """

    ours: Site
    bare: Site
    crowded: Site
    floor: Site
    short: Site
    long: Site
    many: Site
    few: Site


@contextmanager
def sqlite(folder: Path) -> Iterator[Sites]:
    """formsvc set up, and nothing but an address for the bare application, on SQLite."""
    yield _sites(folder, {name: f"sqlite:///{folder / name / 'data.sqlite3'}" for name in NAMES})


@contextmanager
def postgresql(folder: Path) -> Iterator[Sites]:
    """The same on a PostgreSQL whose commits are on disk before they are answered."""
    folder.mkdir()
    with postgres(folder, durable=True) as address:
        url = make_url(address)
        maintenance = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with maintenance.connect() as connection:
            for name in NAMES:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
        urls = {name: url.set(database=name).render_as_string(hide_password=False) for name in NAMES}
        yield _sites(folder, urls)


@contextmanager
def application(site: Site) -> Iterator[Flask]:
    """formsvc in this process, on the data that the site's server works on."""
    with running(site.config) as app, app.app_context():
        yield app


def fetch(port: int, path: str) -> tuple[str, str]:
    """A page, and the cookie that came with it."""
    request = Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Language": "zh-CN"})
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - it is our own
        return answer.read().decode(), str(answer.headers["Set-Cookie"] or "").partition(";")[0]


def add_links(bare: Site, paths: Sequence[str]) -> None:
    """The rows that the bare application reads."""
    rows = [{"token": path.rpartition("/")[2], "name": "深圳云盾科技有限公司"} for path in paths]
    with _engine(bare).begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # two that change it at once are in each other's way
        bare_tables.create_all(connection)
        connection.execute(insert(links), rows)


def rows(site: Site) -> list[int]:
    """How many rows there are of each kind that an answer makes, once what was under way is done."""
    counted, before = _rows(site), None
    while counted != before:
        time.sleep(0.2)
        counted, before = _rows(site), counted
    return counted


def _rows(site: Site) -> list[int]:
    with _engine(site).connect() as connection:
        queries = [text(f"SELECT count(*) FROM {what}") for what in COUNTED[site.name]]  # noqa: S608 - from above
        return [int(connection.scalar(query) or 0) for query in queries]


def settle(site: Site) -> None:
    """Have the database done with what was loaded in bulk: that would be written while something else is measured."""
    with _engine(site).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)",) if is_sqlite else ("VACUUM ANALYZE", "CHECKPOINT"):
            connection.exec_driver_sql(statement)


def version(site: Site) -> str:
    with _engine(site).connect() as connection:
        return ".".join(map(str, connection.dialect.server_version_info or ()))


def _engine(site: Site) -> Engine:
    return create_engine(site.config.database_url, poolclass=NullPool)


def _sites(folder: Path, urls: Mapping[str, str]) -> Sites:
    made = Sites(*(
        Site(NAMES[name], {"FORMSVC_DATABASE_URL": url, "FORMSVC_VAR": str(folder / name),
                           "FORMSVC_SECRET_KEYS": ",".join(KEYS), "FORMSVC_CHECK_MAIL_DOMAINS": "no"})
        for name, url in urls.items()
    ))  # fmt: skip
    made.bare.config.var.mkdir(parents=True)
    for site in made:
        if site is not made.bare:
            set_up(site.config)
    return made


def _wait_for(port: int, guard: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and guard.poll() is None:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return
        with suppress(subprocess.TimeoutExpired):
            guard.wait(0.05)
    raise Failed(f"a server did not start: {log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
