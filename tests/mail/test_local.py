"""Without a mail server, mail goes to files; and what wakes the worker."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formsvc import queue
from formsvc.db import db, transaction
from formsvc.mail.compose import compose
from formsvc.mail.delivery import Delivered, deliver_due
from formsvc.mail.models import OutboxMessage
from formsvc.mail.outbox import put
from tests.factories import writing
from tests.installation import NOW
from tests.mail.letters import ALL, message


def test_each_message_is_a_file(sqlite_app: Flask, tmp_path: Path) -> None:
    with writing(sqlite_app) as session:
        for kind, language in ALL:
            put(session, message(kind, language, step=language), NOW)
    with sqlite_app.app_context():
        assert deliver_due(NOW) == Delivered(sent=len(ALL))
        subjects = {compose(message(kind, language))["subject"] for kind, language in ALL}
    folder = tmp_path / "mail"
    files = sorted(folder.iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.suffix for file in files} == {".eml"}
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    assert {mail["Subject"] for mail in mails} == subjects
    assert all(file.stem.endswith(mail["X-Formsvc-Kind"]) for file, mail in zip(files, mails, strict=True))


def test_a_file_that_cannot_be_written_is_tried_again(sqlite_app: Flask, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    with writing(sqlite_app) as session:
        put(session, message("invitation"), NOW)
    with sqlite_app.app_context():
        assert deliver_due(NOW) == Delivered(failed=1)
        (tmp_path / "mail").unlink()
        assert deliver_due(NOW.replace(hour=11)) == Delivered(sent=1)


def test_the_worker_is_woken_after_the_commit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[int | None]()

    def wake() -> None:
        with Session(db.engine) as other:
            seen.append(other.scalar(select(func.count()).select_from(OutboxMessage)))

    monkeypatch.setattr(queue, "wake", wake)
    with writing(app) as session:
        put(session, message("invitation"), NOW)
        session.flush()
        assert seen == []
    assert seen == [1]


def test_a_transaction_that_is_rolled_back_sends_nothing(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        with transaction() as session:
            put(session, message("invitation"), NOW)
            session.flush()
            session.rollback()
        assert app.extensions["queue"].pending_count() == 0
        assert deliver_due(NOW) == Delivered()
    assert not (tmp_path / "mail").exists()


def test_only_new_mail_wakes_the_worker(app: Flask) -> None:
    pending = app.extensions["queue"].pending_count
    with writing(app) as session:
        put(session, message("invitation"), NOW)
    assert pending() == 1
    with writing(app) as session:
        assert not put(session, message("invitation"), NOW)
    assert pending() == 1
