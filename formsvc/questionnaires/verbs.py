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


def publish(session: Session, data: Mapping[str, Any], now: datetime, is_default: bool = False) -> QuestionnaireVersion:
    """The version with this definition: a new one, or the newest where it says the same. Raises ValueError.

    With `is_default` it is the program's own, which takes no company's place: then the newest is the company's.
    """
    definition = definition_from_data(data)
    _check_kept(definition)
    known = select(Questionnaire).where(Questionnaire.key == definition.key).with_for_update()  # two at once take turns
    questionnaire = session.scalar(known) or Questionnaire(key=definition.key)
    session.add(questionnaire)
    session.flush()
    last, mark = _newest(session, definition.key), checksum(data)
    if last and ((is_default and not last.is_default) or (last.is_default, last.checksum) == (is_default, mark)):
        return last
    version = QuestionnaireVersion(
        questionnaire_id=questionnaire.id, number=last.number + 1 if last else 1, definition=dict(data), checksum=mark,
        published_at=now, is_default=is_default,
    )  # fmt: skip
    session.add(version)
    subject = f"questionnaire:{definition.key}"
    audit.record(session, audit.SYSTEM, "questionnaire.published", subject, now, number=version.number)
    return version


def publish_default(session: Session, now: datetime) -> QuestionnaireVersion:
    """The program's own questionnaire, where the company has none of its own."""
    return publish(session, default_data(), now, is_default=True)


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


def _check_kept(definition: Definition) -> None:
    """Records, worksheets and pages build on the default's fields: they can be turned off, not taken away.

    Raises ValueError, also for a field whose values would be others, or kept otherwise.
    """
    if definition.key != DEFAULT_KEY:
        raise ValueError(f"key must be {DEFAULT_KEY}: no other questionnaire is asked")
    for key, default in definition_from_data(default_data()).fields.items():
        field = definition.fields.get(key)
        if field is None:
            raise ValueError(f"{key} is missing: turn a field off with enabled = false")
        if (field.type, field.sensitive) != (default.type, default.sensitive):
            raise ValueError(f"{key} must stay a {default.type}, and as sensitive as it is")


def _newest(session: Session, key: str) -> QuestionnaireVersion | None:
    versions = select(QuestionnaireVersion).join(Questionnaire).where(Questionnaire.key == key)
    return session.scalar(versions.order_by(QuestionnaireVersion.number.desc()).limit(1))
