"""Versions: equal ones are one, a change is a new one, and a definition that is wrong is none (M1)."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.db import transaction
from formsvc.questionnaires.definition import checksum, default_data, definition_from_data
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import NoQuestionnaire, current, definition_of, publish, publish_default
from tests.factories import invitation
from tests.installation import NOW
from tests.processes import Processes


def changed() -> dict[str, Any]:
    data = default_data()
    data["title"] = {"zh": "新的标题", "en": "A new title"}
    return data


def test_publishing_twice_is_one_version(session: Session) -> None:
    first = current(session)
    assert publish_default(session, NOW) is first
    assert session.scalars(select(QuestionnaireVersion.number)).all() == [1]


def test_a_change_is_a_new_version_and_the_old_one_stays(session: Session) -> None:
    old = current(session)
    new = publish(session, changed(), NOW)
    assert (new.number, current(session)) == (2, new)
    assert definition_of(new).title.en == "A new title"
    assert definition_of(old) == definition_from_data(default_data())


def test_to_go_back_is_a_third_version(session: Session) -> None:
    publish(session, changed(), NOW)
    assert publish_default(session, NOW).number == 3


def test_an_invitation_stays_on_the_version_that_it_was_sent_with(session: Session) -> None:
    sent = invitation(session)
    new = publish(session, changed(), NOW)
    session.refresh(sent)
    assert (sent.version.number, invitation(session).version_id) == (1, new.id)


def test_what_was_never_published_is_said_to_be_missing(session: Session) -> None:
    with pytest.raises(NoQuestionnaire, match="another"):
        current(session, "another")


def test_the_mark_of_equal_data_is_equal() -> None:
    data = default_data()
    assert checksum(data) == checksum(dict(reversed(data.items()))) != checksum(changed())


def test_two_that_publish_at_once_make_one_version(config: Config, processes: Processes) -> None:
    assert processes.at_once(2, config, _published) == [2, 2]


def _published() -> int:
    with transaction() as session:
        return publish(session, changed(), NOW).number


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data["modules"][0]["fields"].append(data["modules"][0]["fields"][0]), "stands twice"),
        (lambda data: data["modules"][0]["fields"].append(data["modules"][1]["fields"][0]), "stands in module basic"),
        (lambda data: data["privacy"].pop("purpose"), "purpose"),
        (lambda data: data.pop("grace_days"), "grace_days"),
        (lambda data: data["modules"][0]["fields"][0].update(type="colour"), "colour"),
        (lambda data: data.update(title={"zh": "只有中文"}), "zh and en"),
    ],
)
def test_a_definition_that_is_wrong_is_refused_by_name(spoil: Any, said: str) -> None:
    data = default_data()
    spoil(data)
    with pytest.raises((ValueError, KeyError), match=said):
        definition_from_data(data)
