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
    assert publish(session, default_data(), NOW).number == 3


def test_a_newer_default_takes_an_older_ones_place(session: Session) -> None:
    new = publish(session, changed(), NOW, is_default=True)
    assert (new.number, current(session)) == (2, new)


def test_a_default_takes_no_place_of_a_companys_own(session: Session) -> None:
    own = publish(session, changed(), NOW)
    assert publish_default(session, NOW) is own
    assert not own.is_default


def test_a_default_that_a_company_publishes_is_its_own(session: Session) -> None:
    own = publish(session, default_data(), NOW)
    assert (own.number, own.is_default) == (2, False)
    assert publish(session, changed(), NOW, is_default=True) is own


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


def field(data: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for module in data["modules"] for f in module["fields"] if f["key"] == key)
    return found


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda data: data["modules"][0]["fields"].append(data["modules"][0]["fields"][0]),
            "basic.full_name stands twice",
        ),
        (lambda data: data["modules"][0]["fields"].append(data["modules"][1]["fields"][0]), "stands in module basic"),
        (lambda data: data["modules"].append({"key": "needs", "title": "x", "fields": []}), "needs stands twice"),
        (lambda data: data["modules"].append([]), "modules must be a list of tables"),
        (lambda data: data["modules"][0].update(fields={}), "module basic: fields must be a list of tables"),
        (lambda data: data["modules"][0].pop("title"), "a module: title is missing"),
        (lambda data: data["modules"][0].update(situations="new"), "must be a list of strings"),
        (lambda data: data["privacy"].pop("purpose"), "privacy: purpose is missing"),
        (lambda data: data["privacy"].update(version=2026), "privacy: version: 2026 must be a string"),
        (lambda data: data["privacy"].update(version="x" * 41), "privacy: version must have 1 to 40"),
        (lambda data: data["privacy"].update(scope=""), "privacy: scope: '' lacks its Chinese"),
        (lambda data: data.update(privacy=None), "privacy must be a table"),
        (lambda data: data.pop("grace_days"), "grace_days is missing"),
        (lambda data: data.update(grace_days="10"), "grace_days: '10' must be a whole number"),
        (lambda data: data.update(grace_days=True), "grace_days: True must be a whole number"),
        (lambda data: data.update(fresh_days=-1), "fresh_days: -1 must be a whole number"),
        (lambda data: data.update(fresh_days=3651), "fresh_days: 3651 must be at most 3650 days"),
        (
            lambda data: field(data, "basic.uscc").update(fresh_days="x"),
            "field 'basic.uscc': 'x' must be a whole number",
        ),
        (lambda data: data.update(ask_code="yes"), "ask_code: 'yes' must be true or false"),
        (lambda data: data.update(ask_codes=True), "'ask_codes' is no attribute; there are key"),
        (lambda data: data["modules"][0]["fields"][0].update(type="colour"), "colour"),
        (lambda data: data.update(title={"zh": "只有中文"}), "title: .*zh and en"),
    ],
)
def test_a_definition_that_is_wrong_is_refused_by_name(spoil: Any, said: str) -> None:
    data = default_data()
    spoil(data)
    with pytest.raises(ValueError, match=said):
        definition_from_data(data)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data["modules"][1]["fields"].pop(0), "contacts.name is missing: turn a field off"),
        (lambda data: field(data, "contacts.mobile").update(type="list", rules=[]), "contacts.mobile must stay a tel"),
        (lambda data: field(data, "basic.bank_account").update(sensitive=False), "bank_account must stay .* sensitive"),
    ],
)
def test_what_the_program_builds_on_cannot_be_taken_away(session: Session, spoil: Any, said: str) -> None:
    data = default_data()
    spoil(data)
    with pytest.raises(ValueError, match=said):
        publish(session, data, NOW)
    assert current(session).number == 1
