"""Installations for tests: a database is migrated once on each engine, and copied for each test."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import create_engine, make_url

from config import Config, MailConfig
from formsvc import create_app
from formsvc.db import db, transaction
from formsvc.questionnaires.verbs import publish_default
from formsvc.schema import upgrade

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 10, tzinfo=ZONE)  # a Monday; no holiday is near
KEYS = ("the-newest-key-of-the-tests", "an-older-key-of-the-tests")
HOST = "formsvc.test"


class _Compiled(BytecodeCache):
    """Templates that one installation compiled serve the next ones: half of a page's time goes there."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def config_for(url: str, var: Path, **other: Any) -> Config:
    """The settings of an installation on the database at `url`, with its files in `var`."""
    usual = Config(
        database_url=url, queue_url=None, var=var, secret_keys=KEYS, base_url=f"http://{HOST}", time_zone=ZONE,
        host="127.0.0.1", port=8000, mail=MailConfig(), check_mail_domains=False,
    )  # fmt: skip
    return replace(usual, **other)


@contextmanager
def running(config: Config) -> Iterator[Flask]:
    """The application; its connections are closed with the block, so that its database can be copied or dropped."""
    app = create_app(config)
    app.jinja_env.bytecode_cache = _COMPILED
    try:
        yield app
    finally:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()
        app.extensions["queue"].storage.close()


def set_up(config: Config) -> None:
    """What `formsvc init` does."""
    with running(config) as app, app.app_context():
        upgrade()
        with transaction() as session:
            publish_default(session, NOW)


class Databases(ABC):
    """One engine: databases without anything, and copies of one that is set up.

    `kept` is an installation for all tests that roll back what they do; a copy for each takes longer than they do.
    """

    kept: Flask

    @contextmanager
    def keeping(self, var: Path) -> Iterator["Databases"]:
        with self.copy(var) as url, running(config_for(url, var)) as self.kept:
            yield self

    @abstractmethod
    @contextmanager
    def empty(self, var: Path) -> Iterator[str]:
        """The URL of a new database without a table."""

    @abstractmethod
    @contextmanager
    def copy(self, var: Path) -> Iterator[str]:
        """The URL of a new database with the schema and the default questionnaire."""


class Sqlite(Databases):
    def __init__(self, folder: Path) -> None:
        self.template = folder / "template.sqlite3"
        set_up(config_for(f"sqlite:///{self.template}", folder))

    @contextmanager
    def empty(self, var: Path) -> Iterator[str]:
        yield f"sqlite:///{var / 'formsvc.sqlite3'}"

    @contextmanager
    def copy(self, var: Path) -> Iterator[str]:
        shutil.copy(self.template, var / "formsvc.sqlite3")
        yield f"sqlite:///{var / 'formsvc.sqlite3'}"


class Postgresql(Databases):
    def __init__(self, folder: Path, url: str) -> None:
        self.url, self.numbers = make_url(url), count(1)
        self.maintenance = create_engine(url, isolation_level="AUTOCOMMIT")
        self._do("CREATE DATABASE template_formsvc")
        set_up(config_for(self._at("template_formsvc"), folder))

    @contextmanager
    def empty(self, var: Path) -> Iterator[str]:
        with self._made("template0") as url:
            yield url

    @contextmanager
    def copy(self, var: Path) -> Iterator[str]:
        with self._made("template_formsvc") as url:
            yield url

    @contextmanager
    def _made(self, template: str) -> Iterator[str]:
        name = f"test_{next(self.numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self._at(name)
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _at(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        with self.maintenance.connect() as connection:
            connection.exec_driver_sql(statement)
