"""The migrations make the schema that the models describe, up and down, and two at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select

from config import Config
from formsvc.db import Base, alembic, db, transaction, upgrade
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import publish_default
from formsvc.review import verbs as review
from tests.factories import staff_account, submission, writing
from tests.installation import NOW, Databases, config_for, running
from tests.processes import Processes


@pytest.fixture
def empty(databases: Databases, tmp_path: Path) -> Iterator[Config]:
    """The settings of an installation whose database has no table yet."""
    with databases.empty(tmp_path) as url:
        yield config_for(url, tmp_path)


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_models_are_what_the_migrations_make(app: Flask) -> None:
    with app.app_context():
        assert alembic.compare_metadata() == []
        assert tables() == set(Base.metadata.tables)


def test_down_and_up_again_with_a_row_in_every_table(app: Flask) -> None:
    with writing(app) as session:
        answered = submission(session, secrets={"basic.id_number": "11010519491231002X"})
        decisions = dict.fromkeys(review.fields_of(answered), "accept")
        customer = answered.invitation.customer
        review.approve(session, answered, staff_account(session), decisions, "", customer.version, NOW)
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            assert db.session.scalar(select(func.count()).select_from(table)), f"{table} has no row to try this with"
        db.session.rollback()
        alembic.downgrade("base")
        assert tables() == set()
    with app.app_context():
        upgrade()
        assert tables() == set(Base.metadata.tables)
    with writing(app) as session:
        assert publish_default(session, NOW).number == 1


def test_a_second_upgrade_changes_nothing(app: Flask) -> None:
    with app.app_context():
        upgrade()
        assert db.session.scalars(select(QuestionnaireVersion.number)).all() == [1]
        assert not alembic.needs_upgrade()


def test_two_upgrades_at_once_take_turns(empty: Config, processes: Processes) -> None:
    assert processes.at_once(2, empty, _upgraded) == [True, True]


def test_an_upgrade_does_not_hold_up_the_next_one(empty: Config, processes: Processes) -> None:
    """The first process lives on with its connections: its lock must not."""
    with running(empty) as app, app.app_context():
        upgrade()
        assert processes.at_once(2, empty, _upgraded) == [True, True]


def _upgraded() -> bool:
    upgrade()
    with transaction() as session:
        return session.scalars(select(QuestionnaireVersion.id)).all() == []
