"""Values under the installation's keys: unreadable in the database, readable after the keys have moved on."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from formsvc.crypto import EncryptedJSON, KeyMissing, blind_index, derive
from formsvc.customers.models import CustomerValue, Origin
from formsvc.customers.record import Source, change
from formsvc.db import db
from formsvc.review import verbs as review
from formsvc.review.diff import Decision
from tests.factories import customer, staff_account, submission, writing
from tests.installation import KEYS, NOW, config_for, running

SECRET = "11010519491231002X"
PLAIN = (SECRET.encode(), SECRET[6:14].encode())


def hold_secret(app: Flask) -> int:
    """A merged ID number; the id of its value."""
    with writing(app) as session:
        answered = submission(session, secrets={"basic.id_number": SECRET})
        held = answered.invitation.customer
        decisions = dict.fromkeys(answered.all_answers, Decision("accept"))
        review.approve(session, answered, staff_account(session), decisions, "", held.version, NOW)
        session.flush()
        return session.query(CustomerValue.id).filter_by(field="basic.id_number").one()[0]


def test_a_sensitive_value_is_nowhere_in_the_database(app: Flask, tmp_path: Path) -> None:
    hold_secret(app)
    with app.app_context():
        for table in ("customer_values", "submissions", "outbox", "audit_facts", "customers"):
            rows = db.session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - a name from this list
            assert rows
            assert SECRET not in repr(rows)
        assert db.session.get_one(CustomerValue, 1).field
    files = [path.read_bytes() for path in tmp_path.glob("formsvc.sqlite3*")]
    assert not [part for part in PLAIN for content in files if part in content]


def test_an_older_key_still_reads_and_a_foreign_one_does_not(sqlite_app: Flask, tmp_path: Path) -> None:
    id_ = hold_secret(sqlite_app)
    url = sqlite_app.extensions["config"].database_url
    for keys in [("a-key-that-came-later", *KEYS), KEYS]:
        with running(config_for(url, tmp_path, secret_keys=keys)) as app, app.app_context():
            assert db.session.get_one(CustomerValue, id_).content == SECRET
    foreign = config_for(url, tmp_path, secret_keys=("a-key-of-someone-else",))
    with running(foreign) as app, app.app_context(), pytest.raises(KeyMissing):
        db.session.get(CustomerValue, id_)


def test_the_newest_key_writes(sqlite_app: Flask, tmp_path: Path) -> None:
    with running(config_for("sqlite://", tmp_path, secret_keys=KEYS[:1])) as newest, sqlite_app.app_context():
        written = EncryptedJSON().process_bind_param({"a": "甲"}, db.engine.dialect)
        with newest.app_context():
            assert EncryptedJSON().process_result_value(written, db.engine.dialect) == {"a": "甲"}


def test_nothing_stays_nothing(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        assert EncryptedJSON().process_bind_param(None, db.engine.dialect) is None
        assert EncryptedJSON().process_result_value(None, db.engine.dialect) is None


def test_each_purpose_has_a_key_of_its_own() -> None:
    purposes = ("session", "values", "blind-index", "invitation")
    assert len({derive(key, purpose) for key in KEYS for purpose in purposes}) == len(KEYS) * len(purposes)
    assert derive(KEYS[0], "values") == derive(KEYS[0], "values")


def test_a_blind_index_survives_a_new_key_and_keeps_no_text(sqlite_app: Flask, tmp_path: Path) -> None:
    with sqlite_app.app_context():
        before = blind_index("li.qiang@example.com")
        assert before != blind_index("wang.lei@example.com")
    keys = ("a-key-that-came-later", *KEYS)
    with running(config_for("sqlite://", tmp_path, secret_keys=keys)) as app, app.app_context():
        assert blind_index("li.qiang@example.com") == before
    assert "li" not in before


def test_a_value_is_plain_or_secret_and_never_both(sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        held = customer(session)
        change(session, held, {"x.a": "1"}, Source(Origin.WORKSHEET), NOW, seen=1, sensitive={"x.a"})
        session.flush()
        row = session.query(CustomerValue).filter_by(field="x.a").one()
        assert (row.value, row.secret, row.content) == (None, "1", "1")
