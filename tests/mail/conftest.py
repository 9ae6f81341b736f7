"""Installations that deliver to a real mail server."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from config import MailConfig
from tests.installation import Databases, config_for, running
from tests.mail.gateway import FakeGateway, gateway
from tests.mail.letters import SENDER
from tests.services import Mailbox, smtp

Mailing = Callable[[MailConfig], AbstractContextManager[Flask]]


@pytest.fixture(scope="module")
def composing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application context for what needs no database."""
    var = tmp_path_factory.mktemp("composing")
    with running(config_for(f"sqlite:///{var / 'none.sqlite3'}", var)) as app, app.app_context():
        app.jinja_env.undefined = StrictUndefined  # a name that a kind is not given is a mistake in its templates
        yield app


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with smtp() as opened:
        yield opened


@pytest.fixture
def far() -> Iterator[FakeGateway]:
    with gateway() as opened:
        yield opened


@pytest.fixture
def mailing(sqlite: Databases, tmp_path: Path) -> Mailing:
    """Makes an installation that sends its mail as it is told, with an application context."""

    @contextmanager
    def made(mail: MailConfig) -> Iterator[Flask]:
        with sqlite.copy(tmp_path) as url, running(config_for(url, tmp_path, mail=mail)) as app, app.app_context():
            yield app

    return made


@pytest.fixture
def mail_app(mailing: Mailing, box: Mailbox) -> Iterator[Flask]:
    """An installation that sends its mail to `box`, with an application context."""
    with mailing(MailConfig(box.host, box.port, sender=SENDER)) as app:
        yield app
