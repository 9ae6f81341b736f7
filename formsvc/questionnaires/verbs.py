"""Publish a version; find the one to use, and what all of them ask together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.db import take_turns
from formsvc.fields import Field, Text
from formsvc.questionnaires import together
from formsvc.questionnaires.definition import KEY, Definition, checksum, default_data, definition_from_data
from formsvc.questionnaires.models import Questionnaire, QuestionnaireVersion

DEFAULT_KEY = "customer-info"
TURNS = 0x51756573  # of all who publish
_read: dict[str, Definition] = {}
_known: dict[tuple[str, ...], Mapping[str, Field]] = {}


class NoQuestionnaire(LookupError):
    """Nothing is published under that key: run `formsvc init`."""


def publish(session: Session, data: Mapping[str, Any], now: datetime, is_default: bool = False) -> QuestionnaireVersion:
    """The version with this definition: a new one, or the newest where it says the same. Raises ValueError.

    With `is_default` it is the program's own, which takes no company's place: then the newest is the company's.
    """
    definition = definition_from_data(data)
    if definition.key == DEFAULT_KEY:
        _check_kept(definition)
    take_turns(session, TURNS)  # two at once would not see what the other asks
    last, mark = _newest(session, definition.key), checksum(data)
    if last and ((is_default and not last.is_default) or (last.is_default, last.checksum) == (is_default, mark)):
        return last
    others = [other for other in map(definition_of, published(session)) if other.key != definition.key]
    together.check(definition, others)
    known = select(Questionnaire).where(Questionnaire.key == definition.key)
    questionnaire = session.scalar(known) or Questionnaire(key=definition.key)
    session.add(questionnaire)
    session.flush()
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
    version = _newest(session, key) if KEY.fullmatch(key) else None  # not all that is posted can be asked for
    if version is None:
        raise NoQuestionnaire(key)
    return version


def published(session: Session) -> Sequence[QuestionnaireVersion]:
    """The newest version of every questionnaire, the default's first, the others as they came."""
    newest = select(func.max(QuestionnaireVersion.id)).group_by(QuestionnaireVersion.questionnaire_id)
    versions = select(QuestionnaireVersion).join(Questionnaire).where(QuestionnaireVersion.id.in_(newest))
    ordered = versions.order_by(Questionnaire.key != DEFAULT_KEY, Questionnaire.id)
    return session.scalars(ordered).all()


def known_fields(session: Session) -> Mapping[str, Field]:
    """All fields that customers are asked for by their keys, of every questionnaire's newest version."""
    versions = published(session)
    marks = tuple(version.checksum for version in versions)
    if marks not in _known:
        _known[marks] = together.fields_of_all(map(definition_of, versions))
    return _known[marks]


def known_modules(session: Session) -> Mapping[str, Text]:
    """The titles of all modules for colleagues by their keys, of every questionnaire's newest version."""
    return together.titles_of_all(map(definition_of, published(session)))


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
    for key, default in definition_from_data(default_data()).fields.items():
        field = definition.fields.get(key)
        if field is None:
            raise ValueError(f"{key} is missing: turn a field off with enabled = false")
        if (field.type, field.sensitive) != (default.type, default.sensitive):
            raise ValueError(f"{key} must stay a {default.type}, and as sensitive as it is")


def _newest(session: Session, key: str) -> QuestionnaireVersion | None:
    versions = select(QuestionnaireVersion).join(Questionnaire).where(Questionnaire.key == key)
    return session.scalar(versions.order_by(QuestionnaireVersion.number.desc()).limit(1))
