"""A reward that a questionnaire promises is earned once and given once (M27)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers import reach
from formsvc.db import transaction
from formsvc.questionnaires.definition import default_data
from formsvc.questionnaires.verbs import publish
from formsvc.review.models import Reward
from formsvc.review.rewards import AlreadyGiven, earned, earned_by, give, promised, record_earned
from formsvc.review.thanks import thank_you
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission
from tests.factories import customer, invitation, staff_account, submission, writing
from tests.installation import NOW, running
from tests.processes import Processes

REWARD = {"zh": "定制保温杯一个", "en": "a flask with your name on it"}


def promise(session: Session) -> None:
    publish(session, default_data() | {"reward": REWARD}, NOW)


def actions(session: Session) -> list[str]:
    rows = select(AuditFact.action).where(AuditFact.action.startswith("reward."))
    return list(session.scalars(rows.order_by(AuditFact.id)))


def test_where_nothing_is_promised_nothing_is_earned(session: Session) -> None:
    made = submission(session)
    assert not record_earned(session, made, NOW)
    assert promised(session, made) is None
    assert session.scalars(select(Reward)).all() == []


def test_a_reward_is_earned_once_for_each_version(session: Session) -> None:
    promise(session)
    made = submission(session, language="en")
    assert promised(session, made) == REWARD["en"]
    assert [record_earned(session, made, NOW) for _ in range(2)] == [True, False]
    assert promised(session, made) == REWARD["en"]  # the mail comes after it
    again = submission(session, made.invitation, seen=1)
    assert not record_earned(session, again, NOW)
    assert promised(session, again) is None
    assert actions(session) == ["reward.earned"]


def test_the_thank_you_announces_it(session: Session) -> None:
    promise(session)
    mail = thank_you(session, submission(session), "")
    assert mail
    assert mail.context["reward"] == REWARD["zh"]


def test_a_reward_is_given_once(session: Session) -> None:
    promise(session)
    record_earned(session, submission(session), NOW)
    reward, giver, late = session.scalars(select(Reward)).one(), staff_account(session), staff_account(session)
    give(session, reward, giver, NOW)
    with pytest.raises(AlreadyGiven):
        give(session, reward, late, NOW)
    assert (reward.given_by, reward.given_at) == (giver.id, NOW)
    assert actions(session) == ["reward.earned", "reward.given"]


@pytest.mark.parametrize("is_given", [False, True])
def test_rewards_are_listed_by_key_of_who_is_seen(session: Session, is_given: bool) -> None:
    promise(session)
    mine, other = staff_account(session), staff_account(session)
    ids: dict[int, list[int]] = {}
    for owner in (mine, other, mine, mine):
        made = submission(session, invitation(session, customer(session, owner)))
        record_earned(session, made, NOW)
        reward = earned_by(session, made)
        assert reward
        ids.setdefault(owner.id, []).append(reward.id)
        if is_given:
            give(session, reward, owner, NOW)
    seen = reach.visible(mine)
    order = sorted(ids[mine.id], reverse=is_given)
    assert [row.id for row in earned(session, seen, is_given, None, 2)] == order[:2]
    assert [row.id for row in earned(session, seen, is_given, order[1], 2)] == order[2:]
    assert earned(session, seen, not is_given, None, 2) == []


@pytest.mark.parametrize("act", ["earn", "give"])
def test_retry_duplicates_two_at_once_are_one(config: Config, processes: Processes, act: str) -> None:
    with running(config) as app:
        with writing(app) as session:
            promise(session)
            made = submission(session)
            if act == "give":
                record_earned(session, made, NOW)
            id_ = made.id
        assert sorted(processes.at_once(2, config, _earn if act == "earn" else _give, id_)) == [False, True]
        with writing(app) as session:
            assert len(session.scalars(select(Reward)).all()) == 1
            assert actions(session) == ["reward.earned", "reward.given"][: 1 + (act == "give")]


def _earn(id_: int) -> bool:
    with transaction() as session:
        return record_earned(session, session.get_one(Submission, id_), NOW)


def _give(id_: int) -> bool:
    try:
        with transaction() as session:
            reward = session.scalars(select(Reward).where(Reward.submission_id == id_)).one()
            give(session, reward, session.scalars(select(Staff).limit(1)).one(), NOW)
    except AlreadyGiven:
        return False
    return True
