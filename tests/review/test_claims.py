"""Who has a submission open: seen by all, held for ten minutes, and in nobody's way (M20)."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from config import Config
from formsvc.db import transaction
from formsvc.review.claims import claim, holder, release, take_next
from formsvc.review.filters import Filter
from formsvc.review.queue import CLAIM_LASTS
from formsvc.review.verbs import reject
from formsvc.staff.models import Role, Staff
from tests.factories import staff_account, submission, writing
from tests.installation import NOW, running
from tests.processes import COUNT, Processes, meet

EVERYONE = Filter()
SOON, THEN = NOW + timedelta(minutes=5), NOW + CLAIM_LASTS


@pytest.fixture
def people(session: Session) -> tuple[Staff, Staff]:
    return staff_account(session, "李强", Role.ADMINISTRATOR), staff_account(session, "王磊", Role.ADMINISTRATOR)


def test_one_has_it_until_it_is_left_or_forgotten(session: Session, people: tuple[Staff, Staff]) -> None:
    made, (li, wang) = submission(session), people
    assert holder(made, NOW) is None
    assert claim(session, made.id, li, NOW)
    session.refresh(made)
    assert (holder(made, SOON), holder(made, THEN)) == (li, None)
    assert not claim(session, made.id, wang, SOON)
    assert claim(session, made.id, li, SOON)  # goes on
    assert not claim(session, made.id, wang, THEN)
    assert claim(session, made.id, wang, SOON + CLAIM_LASTS)
    assert not release(session, made.id, li)
    assert release(session, made.id, wang)
    assert claim(session, made.id, li, SOON + CLAIM_LASTS)


def test_a_claim_keeps_nobody_from_deciding_and_ends_with_the_decision(
    session: Session, people: tuple[Staff, Staff]
) -> None:
    made, (li, wang) = submission(session), people
    claim(session, made.id, li, NOW)
    reject(session, made, wang, "x", NOW)
    assert not claim(session, made.id, li, NOW)
    assert take_next(session, li, EVERYONE, NOW) is None


def test_the_next_one_is_the_oldest_that_nobody_has(session: Session, people: tuple[Staff, Staff]) -> None:
    newer, older = submission(session), submission(session, now=NOW - timedelta(hours=1))
    li, wang = people
    assert take_next(session, li, EVERYONE, NOW) == older.id
    assert take_next(session, wang, EVERYONE, NOW) == newer.id
    assert take_next(session, wang, EVERYONE, NOW) is None
    assert take_next(session, wang, EVERYONE, THEN) == older.id


def test_lost_update_those_who_take_the_next_at_once_get_different_ones(config: Config, processes: Processes) -> None:
    with running(config) as app, writing(app) as session:
        people, made = _people(session, COUNT), [submission(session).id for _ in range(COUNT)]
    taken = processes.beside(config, *(partial(_take, who) for who in people))
    assert sorted(taken) == made


def test_lost_update_one_of_two_at_once_has_it(config: Config, processes: Processes) -> None:
    with running(config) as app, writing(app) as session:
        people, made = _people(session, 2), [submission(session).id for _ in range(5)]
    outcomes = processes.beside(config, *(partial(_claim_each, made, who) for who in people))
    assert [sorted(each) for each in zip(*outcomes, strict=True)] == [[False, True]] * len(made)


def _people(session: Session, count: int) -> list[int]:
    return [staff_account(session, role=Role.ADMINISTRATOR).id for _ in range(count)]


def _take(who: int) -> int:
    with transaction() as session:
        return take_next(session, session.get_one(Staff, who), EVERYONE, NOW) or 0


def _claim_each(made: list[int], who: int) -> list[bool]:
    return [_claimed(id_, who) for id_ in made]


def _claimed(id_: int, who: int) -> bool:
    meet(2)
    with transaction() as session:
        return claim(session, id_, session.get_one(Staff, who), NOW)
