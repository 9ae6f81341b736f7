"""Reminders: each step once, at decent hours, never after an answer (M31)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.db import db, transaction
from formsvc.invitations import verbs
from formsvc.invitations.models import Invitation
from formsvc.invitations.schedule import Step
from formsvc.mail.models import OutboxMessage
from formsvc.rounds import clock
from formsvc.rounds.reminders import remind
from formsvc.staff.models import Role
from tests.factories import customer, invitation, staff_account, submission, writing
from tests.installation import ZONE, running
from tests.processes import Processes


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZONE)


# issued on Monday 23 November: the deadline is Monday 30 November
BEFORE, AFTER, MANAGER = at("2026-11-27T09:00"), at("2026-12-01T09:00"), at("2026-12-02T09:00")


@pytest.fixture
def asked(app: Flask) -> int:
    """The id of an open invitation of a customer with a manager."""
    with writing(app) as session:
        return invitation(session).id


def told(app: Flask, now: datetime) -> dict[str, int]:
    with app.app_context():
        return {str(step): count for step, count in clock.remind_due(now).items()}


def mails(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind != "invitation"))
        return [(row.kind, row.step) for row in rows]


def test_each_step_comes_at_its_time(app: Flask, asked: int) -> None:
    moments = [BEFORE - timedelta(seconds=1), BEFORE, AFTER - timedelta(hours=1), AFTER, MANAGER]
    assert [told(app, now) for now in moments] == [{}, {"before": 1}, {}, {"after": 1}, {"manager": 1}]
    assert mails(app) == [("reminder", "link-1-before"), ("reminder", "link-1-after"), ("overdue-manager", "link-1-1")]


def test_each_step_comes_once_however_often_the_clock_is_asked(app: Flask, asked: int) -> None:
    assert [told(app, BEFORE + timedelta(minutes=n)) for n in range(3)] == [{"before": 1}, {}, {}]
    assert [told(app, MANAGER + timedelta(days=n)) for n in range(3)] == [{"manager": 1}, {}, {}]


def test_after_an_outage_only_the_latest_step_is_taken(app: Flask, asked: int) -> None:
    assert told(app, MANAGER + timedelta(days=7)) == {"manager": 1}
    assert mails(app) == [("overdue-manager", "link-1-1")]


def test_after_a_day_of_outage_the_next_step_is_still_to_come(app: Flask, asked: int) -> None:
    assert told(app, AFTER + timedelta(hours=2)) == {"after": 1}
    assert told(app, MANAGER) == {"manager": 1}


@pytest.mark.parametrize("now", ["2026-11-27T20:00", "2026-11-28T07:59", "2026-11-28T10:00", "2027-01-01T10:00"])
def test_nobody_is_written_to_at_night_or_on_a_day_off(app: Flask, asked: int, now: str) -> None:
    assert told(app, at(now)) == {}
    assert mails(app) == []


def test_what_fell_due_at_night_comes_in_the_morning(app: Flask, asked: int) -> None:
    assert told(app, at("2026-11-27T23:00")) == {}
    assert told(app, at("2026-11-30T08:00")) == {"before": 1}


def test_who_has_answered_hears_no_more(app: Flask, asked: int) -> None:
    with writing(app) as session:
        submission(session, session.get_one(Invitation, asked))
    assert [told(app, now) for now in (BEFORE, AFTER, MANAGER)] == [{}, {}, {}]


def test_a_revoked_invitation_is_silent(app: Flask, asked: int) -> None:
    with writing(app) as session:
        verbs.revoke(session, session.get_one(Invitation, asked), "system", BEFORE)
    assert told(app, BEFORE) == {}


def test_a_reissued_invitation_starts_anew(app: Flask, asked: int) -> None:
    assert told(app, BEFORE) == {"before": 1}
    with writing(app) as session:
        verbs.reissue(session, session.get_one(Invitation, asked), "system", BEFORE)
    assert told(app, AFTER) == {}  # the new deadline is Friday 4 December
    assert told(app, at("2026-12-03T09:00")) == {"before": 1}
    assert mails(app) == [("reminder", "link-1-before"), ("reminder", "link-2-before")]


def test_without_a_manager_the_administrators_are_told(app: Flask) -> None:
    with writing(app) as session:
        readers = {staff_account(session, role=Role.ADMINISTRATOR).email for _ in range(2)}
        staff_account(session)
        invitation(session, customer(session))
    assert told(app, MANAGER) == {"manager": 1}
    with app.app_context():
        found = select(OutboxMessage.recipient).where(OutboxMessage.kind == "overdue-manager")
        assert set(db.session.scalars(found)) == readers


def test_more_than_one_page_of_work_is_done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "BATCH", 2)
    with writing(app) as session:
        for _ in range(5):
            invitation(session)
    assert told(app, BEFORE) == {"before": 5}


def test_a_step_is_taken_once_by_whoever_has_it_in_the_list(session: Session) -> None:
    made = invitation(session)
    assert [verbs.take_step(session, made, BEFORE) for _ in range(2)] == [Step.BEFORE, None]


def test_two_clocks_at_once_remind_once(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            made = invitation(session)
        assert sorted(processes.at_once(2, config, _taken, made.id)) == ["", "before"]
        assert mails(app) == [("reminder", "link-1-before")]
        with app.app_context():
            facts = select(AuditFact).where(AuditFact.action == "invitation.reminded")
            assert len(db.session.scalars(facts).all()) == 1


def _taken(invitation_id: int) -> str:
    with transaction() as session:
        return str(remind(session, session.get_one(Invitation, invitation_id), BEFORE) or "")
