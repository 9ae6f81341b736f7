"""Codes: ten minutes, five tries, three an hour, used once, counted by the database (threat "guessing oracle")."""

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.db import db, transaction
from formsvc.submissions.codes import LIFE, SENT, TRIES, WINDOW, TooMany, check, issue
from formsvc.submissions.models import Code
from tests.factories import writing
from tests.installation import NOW, running
from tests.processes import COUNT, Processes
from tests.proving import wrong

SUBJECT, OTHER = "invitation:1", "invitation:2"
SECOND = timedelta(seconds=1)


def test_the_code_that_was_sent_is_right_once(session: Session) -> None:
    code = issue(session, SUBJECT, NOW)
    assert len(code) == 6
    assert code.isdigit()
    assert check(session, SUBJECT, code, NOW)
    assert not check(session, SUBJECT, code, NOW)


def test_a_code_is_typed_as_people_type(session: Session) -> None:
    code = issue(session, SUBJECT, NOW)
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert check(session, SUBJECT, f" {full_width[:3]}\u3000{full_width[3:]}\u200b ", NOW)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "٣٣٣٣٣٣", "\0" * 6, "\ud800", "1" * 100_000])
def test_what_is_no_code_is_wrong_and_no_try(session: Session, typed: str) -> None:
    code = issue(session, SUBJECT, NOW)
    assert [check(session, SUBJECT, typed, NOW) for _ in range(TRIES + 1)] == [False] * (TRIES + 1)
    assert check(session, SUBJECT, code, NOW)


def test_a_code_ends_after_ten_minutes(session: Session) -> None:
    code = issue(session, SUBJECT, NOW)
    assert not check(session, SUBJECT, code, NOW + LIFE)
    assert check(session, SUBJECT, code, NOW + LIFE - SECOND)


def test_only_the_newest_code_counts(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter((42, 111111))
    monkeypatch.setattr(secrets, "randbelow", lambda _end: next(numbers))
    first, second = issue(session, SUBJECT, NOW), issue(session, SUBJECT, NOW)
    assert (first, second) == ("000042", "111111")
    assert not check(session, SUBJECT, first, NOW)
    assert check(session, SUBJECT, second, NOW)


def test_a_code_is_for_its_own_subject(session: Session) -> None:
    code = issue(session, SUBJECT, NOW)
    assert not check(session, OTHER, code, NOW)
    issue(session, OTHER, NOW)
    first, second = session.scalars(select(Code).order_by(Code.id))
    second.digest = first.digest
    session.flush()
    assert not check(session, OTHER, code, NOW)


def test_after_five_tries_the_right_code_is_refused_too(session: Session) -> None:
    code = issue(session, SUBJECT, NOW)
    assert [check(session, SUBJECT, wrong(code), NOW) for _ in range(TRIES)] == [False] * TRIES
    with pytest.raises(TooMany):
        check(session, SUBJECT, code, NOW)
    assert not check(session, SUBJECT, code, NOW + LIFE)


def test_three_codes_an_hour_are_sent(session: Session) -> None:
    for _ in range(SENT):
        issue(session, SUBJECT, NOW)
    with pytest.raises(TooMany):
        issue(session, SUBJECT, NOW + WINDOW - SECOND)
    assert issue(session, OTHER, NOW)
    assert issue(session, SUBJECT, NOW + WINDOW)


def test_the_database_does_not_hold_the_code(session: Session) -> None:
    code = issue(session, SUBJECT, NOW)
    row = session.scalars(select(Code)).one()
    session.refresh(row)
    assert code not in row.digest
    assert len(row.digest) == 32


def test_ten_and_more_guesses_at_once_are_five(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            code = issue(session, SUBJECT, NOW)
        guesses = [guess for pair in processes.at_once(COUNT, config, _guess_twice, wrong(code)) for guess in pair]
        assert sorted(guesses) == ["compared"] * TRIES + ["refused"] * (2 * COUNT - TRIES)
        with app.app_context():
            assert db.session.scalars(select(Code.tries)).all() == [TRIES]


def test_a_code_that_is_brought_by_two_at_once_is_used_once(config: Config, processes: Processes) -> None:
    with running(config) as app, writing(app) as session:
        code = issue(session, SUBJECT, NOW)
    assert sorted(processes.at_once(COUNT, config, _bring, code)) == [False] * (COUNT - 1) + [True]


def test_of_eight_that_ask_at_once_three_get_a_code(config: Config, processes: Processes) -> None:
    assert sorted(processes.at_once(COUNT, config, _ask)) == ["refused"] * (COUNT - SENT) + ["sent"] * SENT


def _guess_twice(code: str) -> list[str]:
    return [_guess(code), _guess(code)]


def _guess(code: str) -> str:
    try:
        with transaction() as session:
            return "right" if check(session, SUBJECT, code, NOW) else "compared"
    except TooMany:
        return "refused"


def _bring(code: str) -> bool:
    with transaction() as session:
        return check(session, SUBJECT, code, NOW)


def _ask() -> str:
    try:
        with transaction() as session:
            issue(session, SUBJECT, NOW)
    except TooMany:
        return "refused"
    return "sent"
