"""`/healthz` and `/readyz` tell a load balancer the truth (M57)."""

from pathlib import Path

import pytest
from flask import Flask

from formsvc.schema import alembic, migrating
from tests.installation import Databases, config_for, running


def test_an_installation_that_is_set_up_is_ready(app: Flask) -> None:
    client = app.test_client()
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 200)


def test_without_its_schema_it_lives_and_is_not_ready(databases: Databases, tmp_path: Path) -> None:
    with databases.empty(tmp_path) as url, running(config_for(url, tmp_path)) as app:
        client = app.test_client()
        answer = client.get("/readyz")
        assert (client.get("/healthz").status_code, answer.status_code, answer.json) == (
            200,
            503,
            {"status": "migrate"},
        )


def test_behind_its_schema_it_is_not_ready(app: Flask) -> None:
    with app.app_context(), migrating():
        alembic.downgrade()
    assert app.test_client().get("/readyz").status_code == 503


@pytest.mark.parametrize("url", ["postgresql+psycopg://u:secret@127.0.0.1:1/none", "sqlite:////nowhere/at/all.sqlite3"])
def test_without_a_database_it_lives_and_is_not_ready(tmp_path: Path, url: str) -> None:
    with running(config_for(url, tmp_path)) as app:
        client = app.test_client()
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
        assert (answer.status_code, answer.json) == (503, {"status": "no database"})
