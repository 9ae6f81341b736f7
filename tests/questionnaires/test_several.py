"""Several questionnaires write into one record: what they share must be the same in all (M1, M4)."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config import Config
from formsvc.db import transaction
from formsvc.fields import Text
from formsvc.questionnaires.definition import default_data, definition_from_data
from formsvc.questionnaires.verbs import current, definition_of, known_fields, known_modules, publish, published
from tests.asking import KEY, field, module, score, second, topics
from tests.installation import NOW
from tests.processes import Processes


def keys(versions: Any) -> list[str]:
    return [definition_of(version).key for version in versions]


def test_another_questionnaire_is_published_beside_the_default(session: Session) -> None:
    first = publish(session, second(), NOW)
    assert publish(session, second(), NOW) is first
    again = publish(session, second(grace_days=6), NOW)
    assert (first.number, again.number, current(session).number) == (1, 2, 1)
    assert published(session) == [current(session), current(session, KEY)] == [current(session), again]


@pytest.mark.parametrize("key", ["a-1", "x" * 40])
def test_a_key_is_a_short_word(session: Session, key: str) -> None:
    publish(session, second(key=key), NOW)
    assert keys(published(session)) == ["customer-info", key]


@pytest.mark.parametrize("key", ["x", "x" * 41, "Visit", "1st", "a b", "反馈", "a_b", ""])
def test_a_key_that_is_no_short_word_is_refused(session: Session, key: str) -> None:
    with pytest.raises(ValueError, match=r"^key: .*small letters"):
        publish(session, second(key=key), NOW)


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ([module("needs", "需求", field("needs.budget", "integer", "预算"))],
         "^needs.budget must be a range, as in customer-info: both"),
        ([module("basic", "基本", field("basic.id_number", "text", "证件"))], "^basic.id_number must be sensitive, as"),
        ([module("basic", "基本", field("basic.address", "text", "地址", sensitive=True))],
         "^basic.address must not be sensitive, as"),
        ([module("maintenance", "维护", topics(key="maintenance.tags"))], "^maintenance.tags must be for staff only"),
        ([module("record", "跟进", field("record.remarks", "long-text", "备注"))], "^record.remarks: .* colleagues"),
        ([module("visit", "拜访", field(f"visit.{'x' * 75}", "text", "长"))], "has more than 80 characters"),
        ([module("visit", "拜访", score() | {"enabled": False})], "^modules: no field is asked of anybody"),
        ([], "^modules: no field is asked of anybody"),
    ],
)  # fmt: skip
def test_what_cannot_be_in_one_record_is_refused_by_field(session: Session, modules: list[Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        publish(session, second(modules=modules), NOW)
    assert keys(published(session)) == ["customer-info"]


def test_the_default_agrees_with_the_others_too(session: Session) -> None:
    publish(session, second(), NOW)
    data = default_data()
    data["modules"].append(module("visit", "拜访", field("visit.score", "integer", "评分")))
    with pytest.raises(ValueError, match=r"visit\.score must be a scale, as in visit-feedback"):
        publish(session, data, NOW, is_default=True)
    publish(session, second(modules=[module("visit", "拜访", topics())]), NOW)  # it is asked no more
    assert publish(session, data, NOW).number == 2


def test_two_that_publish_at_once_see_what_the_other_asks(config: Config, processes: Processes) -> None:
    one, two = (field("visit.said", kind, "?") for kind in ("text", "date"))
    said = processes.beside(config, partial(_published, "one", one), partial(_published, "two", two))
    assert list(filter(None, said)) in (
        ["visit.said must be a text, as in one: both write into one record"],
        ["visit.said must be a date, as in two: both write into one record"],
    )


def _published(key: str, asked: dict[str, Any]) -> str:
    try:
        with transaction() as session:
            publish(session, second(key=key, modules=[module("visit", "拜访", asked)]), NOW)
    except ValueError as error:
        return str(error)
    return ""


def test_the_record_has_the_fields_of_all_and_the_default_says_first_what_they_are(session: Session) -> None:
    publish(session, second(), NOW)
    known, default = known_fields(session), definition_of(current(session))
    assert list(known) == [*default.fields, "visit.score", "visit.topics"]
    assert known["needs.special"] == default.fields["needs.special"]
    assert known_fields(session) is known
    titles = known_modules(session)
    assert (titles["needs"].zh, titles["visit"].zh) == ("合作需求", "拜访")


def test_what_the_last_version_does_not_ask_is_known_no_more(session: Session) -> None:
    publish(session, second(), NOW)
    publish(session, second(modules=[module("visit", "拜访", score())]), NOW)
    assert "visit.topics" not in known_fields(session)


def test_a_choice_that_another_questionnaire_offers_has_its_word_in_the_record(session: Session) -> None:
    options = [
        {"code": "huge", "label": {"zh": "特大型", "en": "Huge"}},
        {"code": "small", "label": {"zh": "很小", "en": "Tiny"}},
        {"code": "little", "label": {"zh": "小型", "en": "Little"}},
    ]
    size = field("basic.size", "select", "规模", options=options)
    publish(session, second(modules=[module("basic", "基本", size)]), NOW)
    known = known_fields(session)["basic.size"]
    assert [option.code for option in known.options] == ["small", "medium", "large", "huge"]
    assert known.by_code["huge"].label == Text("特大型", "Huge")
    assert known.codes["小型"] == "small"


SENTENCES = "reward", "why"


@pytest.mark.parametrize("name", SENTENCES)
def test_a_reward_and_why_it_asks_are_one_line_in_both_languages(name: str) -> None:
    definition = definition_from_data(second(**{name: {"zh": "一份\n礼品", "en": " a\ngift "}}))
    assert getattr(definition, name) == Text("一份礼品", "a gift")
    assert getattr(definition_from_data(default_data()), name) is None
    assert getattr(definition_from_data(second(**{name: "券" * 200})), name) == Text("券" * 200, "券" * 200)


@pytest.mark.parametrize("name", SENTENCES)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"zh": "礼品"}, "zh and en"),
        ("", "lacks its Chinese"),
        ("券" * 201, "at most 200 characters"),
        (5, "must be a text"),
    ],
)
def test_a_reward_or_a_why_that_says_nothing_is_refused(name: str, given: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: .*{said}"):
        definition_from_data(second(**{name: given}))
