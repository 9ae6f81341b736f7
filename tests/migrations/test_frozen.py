"""What has happened stays as it was, whoever asks the database to change it (M1, M6, M14, M52)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.db import transaction
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.submissions.models import NOT_DUE, Consent, Submission, SubmissionState, Way
from tests.factories import submission
from tests.installation import NOW

SECRETS = {"basic.id_number": "11010519491231002X"}
FROZEN: dict[type[Any], dict[str, Any]] = {
    AuditFact: {"actor": "someone-else", "at": NOW, "detail": {}},
    QuestionnaireVersion: {"definition": {}, "checksum": "0", "number": 2},
    Consent: {"text_version": "another", "given_at": NOW, "language": "en"},
    Submission: {
        "answers": {},
        "secrets": {},
        "invitation_id": 1,
        "revision": 9,
        "language": "en",
        "submitted_at": NOW,
        "channel": Way.FILE,
        "recorded_by": 1,
        "is_confirmed": True,
    },
}
CHANGES = [(model, {column: value}) for model, columns in FROZEN.items() for column, value in columns.items()]


def refused(session: Session, act: Callable[[], object]) -> bool:
    try:
        with session.begin_nested():
            act()
    except DatabaseError as error:
        return "never change" in str(error)
    return False


@pytest.mark.parametrize(("model", "values"), CHANGES, ids=lambda part: getattr(part, "__name__", None) or str(*part))
def test_the_database_refuses_to_change(session: Session, model: type[Any], values: dict[str, Any]) -> None:
    submission(session, secrets=SECRETS)
    assert refused(session, lambda: session.execute(update(model).values(**values)))


@pytest.mark.parametrize("model", FROZEN)
def test_the_database_refuses_to_delete(session: Session, model: type[Any]) -> None:
    submission(session, secrets=SECRETS)
    assert refused(session, lambda: session.execute(delete(model)))


@pytest.mark.parametrize("model", FROZEN)
def test_sqlite_refuses_to_replace(sqlite_app: Flask, model: type[Any]) -> None:
    """Its REPLACE deletes a row without asking the triggers of a deletion, unless it is told to."""
    with sqlite_app.app_context(), transaction() as session:
        submission(session, secrets=SECRETS)
        table = model.__tablename__
        replace = text(f"REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608 - a table's own name
        assert refused(session, lambda: session.execute(replace))


def test_what_is_decided_of_a_submission_can_change(session: Session) -> None:
    made = submission(session, secrets=SECRETS)
    session.execute(update(Submission).values(state=SubmissionState.SUPERSEDED, **NOT_DUE))
    session.refresh(made)
    assert made.state is SubmissionState.SUPERSEDED
