"""Publish a version; find the one to use."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.questionnaires.definition import Definition, checksum, default_data, definition_from_data
from formsvc.questionnaires.models import Questionnaire, QuestionnaireVersion

DEFAULT_KEY = "customer-info"
_read: dict[str, Definition] = {}


class NoQuestionnaire(LookupError):
    """Nothing is published under that key: run `formsvc init`."""


def publish(session: Session, data: Mapping[str, Any], now: datetime) -> QuestionnaireVersion:
    """The version with this definition: a new one, or the newest where it says the same. Raises ValueError."""
    key = definition_from_data(data).key
    known = select(Questionnaire).where(Questionnaire.key == key).with_for_update()  # two at once take turns
    questionnaire = session.scalar(known) or Questionnaire(key=key)
    session.add(questionnaire)
    session.flush()
    last = _newest(session, key)
    if last and last.checksum == checksum(data):
        return last
    number = last.number + 1 if last else 1
    version = QuestionnaireVersion(
        questionnaire_id=questionnaire.id, number=number, definition=dict(data), checksum=checksum(data),
        published_at=now,
    )  # fmt: skip
    session.add(version)
    audit.record(session, audit.SYSTEM, "questionnaire.published", f"questionnaire:{key}", now, number=number)
    return version


def publish_default(session: Session, now: datetime) -> QuestionnaireVersion:
    return publish(session, default_data(), now)


def current(session: Session, key: str = DEFAULT_KEY) -> QuestionnaireVersion:
    """The newest version of the questionnaire `key`. Raises NoQuestionnaire."""
    version = _newest(session, key)
    if version is None:
        raise NoQuestionnaire(key)
    return version


def definition_of(version: QuestionnaireVersion) -> Definition:
    """What `version` asks, read once: a published version never changes."""
    if version.checksum not in _read:
        _read[version.checksum] = definition_from_data(version.definition)
    return _read[version.checksum]


def definition_of_version(connection: Connection, id_: int, mark: str) -> Definition:
    """What the version `id_` with that checksum asks; without a row of it, where it is known."""
    if mark not in _read:
        asked = select(QuestionnaireVersion.definition).where(QuestionnaireVersion.id == id_)
        _read[mark] = definition_from_data(connection.scalar(asked) or {})
    return _read[mark]


def _newest(session: Session, key: str) -> QuestionnaireVersion | None:
    versions = select(QuestionnaireVersion).join(Questionnaire).where(Questionnaire.key == key)
    return session.scalar(versions.order_by(QuestionnaireVersion.number.desc()).limit(1))
