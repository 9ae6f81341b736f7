"""The clock of reviews: checked at once, the manager warned after 24 hours, the lead a day later (M27, M31)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

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
from formsvc.review import steps, verbs
from formsvc.review.models import SubmissionFlag
from formsvc.rounds import clock
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import ReviewStep, Submission
from tests.factories import staff_account, submission, writing
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


@pytest.mark.parametrize(("step", "now"), [("check", NOW), ("manager", NOW + DAY)])
def test_two_clocks_at_once_take_a_step_once(config: Config, processes: Processes, step: str, now: datetime) -> None:
    with running(config) as app:
        id_ = waiting(app)
        if step == "manager":
            told(app, [NOW])
        assert sorted(processes.at_once(2, config, _taken, id_, now)) == ["", step]
        assert mails(app) == (step == "manager")
        with app.app_context():
            facts = select(func.count()).where(AuditFact.action.in_(("submission.checked", "submission.warned")))
            assert db.session.scalar(facts) == (2 if step == "manager" else 1)


def _taken(id_: int, now: datetime) -> str:
    with transaction() as session:
        step: ReviewStep | None = steps.take_step(session, session.get_one(Submission, id_), now)
        return str(step or "")
