"""The clock of reviews: checked at once, the manager warned after 24 hours, the lead a day later (M27, M31)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers import record
from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source
from formsvc.db import db, transaction
from formsvc.mail.models import OutboxMessage
from formsvc.review import steps, verbs, warning
from formsvc.review.models import SubmissionFlag
from formsvc.rounds import clock
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import ReviewStep, Submission
from tests.factories import customer, invitation, staff_account, submission, writing
from tests.installation import NOW, ZONE, running
from tests.processes import Processes

DAY = timedelta(hours=24)


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZONE)


def waiting(app: Flask, sent: datetime = NOW) -> int:
    """The id of a submission that was sent then, assigned to a manager beside an administrator."""
    with writing(app) as session:
        staff_account(session, role=Role.ADMINISTRATOR)
        return submission(session, now=sent).id


def told(app: Flask, moments: Sequence[datetime]) -> list[dict[str, int]]:
    """What is done at each of the moments."""
    with app.app_context():
        return [{str(step): count for step, count in clock.review_due(now).items()} for now in moments]


def mails(app: Flask) -> int:
    with app.app_context():
        found = select(func.count()).where(OutboxMessage.kind == "overdue-review")
        return db.session.scalar(found) or 0


def test_each_step_comes_at_its_time_and_once(app: Flask) -> None:
    waiting(app)
    hours = (0, 0, 23, 24, 25, 47, 48, 49, 240)
    done: list[dict[str, int]] = [{"check": 1}, {}, {}, {"manager": 1}, {}, {}, {"lead": 1}, {}, {}]
    assert told(app, [NOW + timedelta(hours=hour) for hour in hours]) == done
    assert mails(app) == 2


def test_what_was_sent_on_friday_evening_is_overdue_on_monday_morning(app: Flask) -> None:
    waiting(app, at("2026-11-27T18:00"))
    moments = ["2026-11-27T23:00", "2026-11-28T18:00", "2026-11-29T18:00", "2026-11-30T08:59", "2026-11-30T09:00",
               "2026-12-01T08:59", "2026-12-01T09:00"]  # fmt: skip
    done: list[dict[str, int]] = [{"check": 1}, {}, {}, {}, {"manager": 1}, {}, {"lead": 1}]
    assert told(app, [at(moment) for moment in moments]) == done


def test_what_fell_due_while_nobody_worked_stays_due_at_night(app: Flask) -> None:
    waiting(app, at("2026-11-23T19:59"))
    moments = ["2026-11-23T20:00", "2026-11-24T20:01", "2026-11-25T07:59", "2026-11-25T08:00"]
    assert told(app, [at(moment) for moment in moments]) == [{"check": 1}, {}, {}, {"manager": 1}]


def test_after_an_outage_there_is_the_check_and_the_latest_warning(app: Flask) -> None:
    waiting(app)
    assert told(app, [NOW + 3 * DAY, NOW + 3 * DAY]) == [{"check": 1, "lead": 1}, {}]
    assert mails(app) == 1


def test_nobody_hears_of_what_was_decided(app: Flask) -> None:
    id_ = waiting(app)
    told(app, [NOW])
    with writing(app) as session:
        reviewer = session.scalars(select(Staff).limit(1)).one()
        verbs.reject(session, session.get_one(Submission, id_), reviewer, "重复", NOW)
    assert told(app, [NOW + DAY, NOW + 2 * DAY]) == [{}, {}]


def test_what_changes_the_record_has_what_waits_checked_again(app: Flask) -> None:
    """An import or an edit knows nothing of reviews."""
    waiting(app)
    told(app, [NOW])
    with writing(app) as session:
        held = session.scalars(select(Customer)).one()
        record.change(session, held, {"contacts.name": "赵敏"}, Source(Origin.WORKSHEET), NOW, seen=1)
    assert told(app, [NOW + DAY / 2, NOW + DAY]) == [{"check": 1}, {"manager": 1}]
    with app.app_context():
        assert "changed-since-asked" in set(db.session.scalars(select(SubmissionFlag.check)))


def test_what_somebody_holds_while_the_record_changes_is_checked_again_too(app: Flask) -> None:
    waiting(app)
    told(app, [NOW])
    with app.app_context(), db.engine.connect() as somebody:
        somebody.execute(select(Submission.id).with_for_update())
        with transaction() as session:
            held = session.scalars(select(Customer)).one()
            record.change(session, held, {"contacts.name": "赵敏"}, Source(Origin.WORKSHEET), NOW, seen=1)
            somebody.rollback()
    assert told(app, [NOW]) == [{"check": 1}]


def test_answers_whose_key_is_lost_stop_nothing(config: Config) -> None:
    with running(config) as app, writing(app) as session:
        submission(session, secrets={"basic.id_number": "11010519491231002X"})
        submission(session)
    with running(replace(config, secret_keys=("a-key-that-encrypted-nothing-here",))) as app:
        assert told(app, [NOW, NOW + DAY]) == [{"check": 2}, {"manager": 2}]
        with app.app_context():
            checked = select(Submission.checked_version).order_by(Submission.id)
            assert list(db.session.scalars(checked)) == [None, 1]


def test_more_than_one_page_of_work_is_done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "BATCH", 2)
    with writing(app) as session:
        for _ in range(5):
            submission(session)
    assert told(app, [NOW, NOW + DAY]) == [{"check": 5}, {"manager": 5}]


def kill(*_given: object) -> None:
    raise Killed


class Killed(BaseException):
    pass


def of_one(app: Flask, *hours: float) -> None:
    """Submissions of one manager's customers, sent so many hours after NOW."""
    with writing(app) as session:
        manager = staff_account(session, email="manager@example.com")
        for hour in hours:
            submission(session, invitation(session, customer(session, manager)), now=NOW + timedelta(hours=hour))


def contents(app: Flask) -> list[dict[str, Any]]:
    """What the mails say, the first first."""
    with app.app_context():
        found = select(OutboxMessage).where(OutboxMessage.kind == "overdue-review").order_by(OutboxMessage.id)
        return [row.content["context"] for row in db.session.scalars(found)]


def test_one_mail_tells_of_all_that_is_due(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warning, "LISTED", 3)
    of_one(app, 0.5, 0, 0.2, 0.4)
    told(app, [NOW + DAY + timedelta(hours=1)])
    [said] = contents(app)
    assert [review["sent_at"][11:16] for review in said["reviews"]] == ["02:00", "02:12", "02:24"]
    assert [review["url"] for review in said["reviews"]] == [f"http://formsvc.test/review/{n}" for n in (2, 3, 4)]
    assert (said["count"], said["url"]) == (4, "http://formsvc.test/review/?owner=me&age=late")


def test_what_falls_due_in_the_hour_after_a_mail_waits_for_the_next(app: Flask) -> None:
    of_one(app, 0, 0.25, 0.5, 1.25)
    hours = (0, 0.25, 0.5, 0.99, 1, 1.01, 1.25, 2)
    done = [step for step in told(app, [NOW + DAY + timedelta(hours=hour) for hour in hours]) if step]
    assert done == [{"check": 4, "manager": 1}, {"manager": 1}, {"manager": 1}, {"manager": 1}]
    assert [said["count"] for said in contents(app)] == [1, 2, 1]


def test_who_heard_and_what_was_decided_before_the_next_mail_is_not_in_it(app: Flask) -> None:
    of_one(app, 0, 0.25, 0.5)
    told(app, [NOW + DAY + timedelta(hours=hour) for hour in (0, 0.25, 0.5)])
    with writing(app) as session:
        reviewer = session.scalars(select(Staff)).one()
        verbs.reject(session, session.get_one(Submission, 2), reviewer, "重复", NOW + DAY)
    told(app, [NOW + DAY + warning.GAP])
    assert [[review["url"][-1] for review in said["reviews"]] for said in contents(app)] == [["1"], ["3"]]


def test_where_all_was_decided_there_is_no_mail_and_the_next_does_not_wait(app: Flask) -> None:
    of_one(app, 0, 0.25, 1.25)
    told(app, [NOW + DAY, NOW + DAY + timedelta(hours=0.25)])
    with writing(app) as session:
        reviewer = session.scalars(select(Staff)).one()
        verbs.reject(session, session.get_one(Submission, 2), reviewer, "重复", NOW + DAY)
    told(app, [NOW + DAY + warning.GAP, NOW + DAY + timedelta(hours=1.25)])
    assert [[review["url"][-1] for review in said["reviews"]] for said in contents(app)] == [["1"], ["3"]]


def test_more_than_one_mail_can_tell_of_are_told_by_the_next(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warning, "MOST", 2)
    of_one(app, 0, 0, 0)
    told(app, [NOW + DAY, NOW + DAY, NOW + DAY + warning.GAP])
    assert [said["count"] for said in contents(app)] == [2, 1]


def test_a_lead_hears_once_of_the_own_and_the_teams(app: Flask) -> None:
    with writing(app) as session:
        lead = staff_account(session, "周敏", Role.LEAD, "lead@example.com")
        manager = staff_account(session, "李强")
        manager.lead_id = lead.id
        for reviewer, sent in ((lead, NOW + DAY), (manager, NOW)):
            submission(session, invitation(session, customer(session, reviewer)), now=sent)
    told(app, [NOW + 2 * DAY])
    [said] = contents(app)
    assert [(review["is_theirs"], review["assignee"]) for review in said["reviews"]] == [
        (False, "李强"),
        (True, "周敏"),
    ]
    assert said["url"] == "http://formsvc.test/review/?age=late"


@pytest.mark.parametrize("where", ["warn", "to_tell", "put"])
def test_a_clock_that_is_killed_forgets_nothing_and_repeats_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    of_one(app, 0, 0, 0)
    told(app, [NOW])
    with monkeypatch.context() as patch:
        patch.setattr(steps if where == "warn" else warning, where, kill)
        with pytest.raises(Killed):
            told(app, [NOW + DAY])
    assert contents(app) == []
    told(app, [NOW + DAY] * 2)
    assert [said["count"] for said in contents(app)] == [3]


@pytest.mark.parametrize(("step", "now"), [("check", NOW), ("manager", NOW + DAY)])
def test_two_clocks_at_once_take_a_step_once(config: Config, processes: Processes, step: str, now: datetime) -> None:
    with running(config) as app:
        id_ = waiting(app)
        if step == "manager":
            told(app, [NOW])
        assert sorted(processes.at_once(2, config, _taken, id_, now)) == ["", step]
        with app.app_context():
            facts = select(func.count()).where(AuditFact.action.in_(("submission.checked", "submission.warned")))
            assert db.session.scalar(facts) == (2 if step == "manager" else 1)


def test_two_clocks_at_once_warn_by_one_mail(config: Config, processes: Processes) -> None:
    with running(config) as app:
        of_one(app, *[0] * 8)
        told(app, [NOW])
        assert sum(processes.at_once(2, config, _warned)) == 8
        assert [said["count"] for said in contents(app)] == [8]


def _warned() -> int:
    return clock.review_due(NOW + DAY)["manager"]


def _taken(id_: int, now: datetime) -> str:
    with transaction() as session:
        step: ReviewStep | None = steps.take_step(session, session.get_one(Submission, id_), now)
        return str(step or "")
