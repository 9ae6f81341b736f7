"""How long forms take: percentiles, the share within three minutes, medians by module (M9)."""

from statistics import median_low

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from formsvc.questionnaires.definition import default_data
from formsvc.questionnaires.verbs import current, publish
from formsvc.reports import times
from formsvc.submissions.models import CompletionTime
from tests.installation import NOW


def took(session: Session, *seconds: int, version: int | None = None, is_repeat: bool = False, **sections: int) -> None:
    for each in seconds:
        of_it = {"version_id": version or current(session).id, "is_repeat": is_repeat}
        row = CompletionTime(**of_it, seconds=each, sections=sections)
        session.add(row)
        session.flush()


def test_nobody_has_answered(session: Session) -> None:
    assert times.newest(session) == []


def test_one_version_in_figures(session: Session) -> None:
    took(session, *range(100, 200), 9000)
    [found] = times.newest(session)
    assert (found.count, found.median, found.ninetieth, found.quick) == (101, 150, 190, 80 / 101)


def test_three_minutes_are_not_under_three_minutes(session: Session) -> None:
    took(session, 179, 180)
    assert times.newest(session)[0].quick == 0.5


def test_sections_are_of_the_newest(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "SAMPLE", 3)
    took(session, 60, basic=900)
    for basic in (10, 30):
        took(session, 60, basic=basic, needs=7)
    took(session, 60, basic=20)
    assert times.newest(session)[0].sections == {"basic": 20, "needs": 7}


def test_versions_stand_apart_newest_first(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    old = current(session).id
    new = publish(session, default_data() | {"grace_days": 20}, NOW)
    took(session, 300, version=old, basic=100)
    took(session, 100, version=new.id, basic=50)
    took(session, 300, version=old, basic=100)
    found = times.newest(session)
    assert [(each.version.number, each.count, each.median, each.sections["basic"]) for each in found] == [
        (2, 1, 100, 50), (1, 2, 300, 100)
    ]  # fmt: skip
    monkeypatch.setattr(times, "VERSIONS", 1)
    assert [each.version.number for each in times.newest(session)] == [2]


def test_repeats_stand_apart_after_the_first_forms(session: Session) -> None:
    took(session, 60, 80, is_repeat=True, basic=5)
    took(session, 300, basic=100)
    took(session, 70, is_repeat=True, basic=7)
    found = times.newest(session)
    assert [(each.is_repeat, each.count, each.median, each.sections["basic"]) for each in found] == [
        (False, 1, 300, 100), (True, 3, 70, 5)
    ]  # fmt: skip


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_least_time_that_is_enough(taken: list[int], percent: int) -> None:
    counts = {seconds: taken.count(seconds) for seconds in sorted(taken)}
    found = times.percentile(counts, percent)
    assert found in taken
    assert sum(seconds <= found for seconds in taken) * 100 >= percent * len(taken)
    assert sum(seconds < found for seconds in taken) * 100 < percent * len(taken)
    assert times.percentile(counts, 50) == median_low(taken)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (59, "59 秒", "59 s"),
        (60, "1 分 0 秒", "1 min 0 s"),
        (161, "2 分 41 秒", "2 min 41 s"),
        (3599, "59 分 59 秒", "59 min 59 s"),
        (90000, "25 小时 0 分", "25 h 0 min"),
    ],
)
def test_a_duration_in_words(sqlite_app: Flask, seconds: int, zh: str, en: str) -> None:
    with sqlite_app.app_context():
        for language, words in (("zh_CN", zh), ("en", en)):
            with force_locale(language):
                assert times.duration(seconds) == words
