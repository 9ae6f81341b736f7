"""Who hears that a customer waits: whoever is responsible when the mail is written, and soon (M27, M31)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from config import Config
from formsvc.db import db
from formsvc.mail.models import OutboxMessage
from formsvc.review import warning
from formsvc.review.models import ReviewWarning
from formsvc.rounds import clock
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import Submission
from tests.factories import customer, invitation, staff_account, submission, writing
from tests.installation import NOW, running
from tests.processes import Processes

DAY = timedelta(hours=24)
SOON = timedelta(hours=0.5)


def teams(app: Flask, *sent: datetime) -> None:
    """Two managers, each with a lead, and an administrator; of the first manager's customers some sent then."""
    with writing(app) as session:
        staff_account(session, role=Role.ADMINISTRATOR, email="administrator@example.com")
        first, other = (staff_account(session, email=f"{name}@example.com") for name in ("first", "other"))
        for manager in (first, other):
            manager.lead_id = staff_account(session, role=Role.LEAD, email=f"lead-{manager.email}").id
        for at in sent:
            submission(session, invitation(session, customer(session, first)), now=at)


def rounds(app: Flask, *moments: datetime) -> None:
    with app.app_context():
        for now in moments:
            clock.review_due(now)


def give(app: Flask, id_: int, to: str) -> None:
    """What colleagues do between two rounds of the clock."""
    with writing(app) as session:
        other = select(Staff.id).where(Staff.email == f"{to}@example.com").scalar_subquery()
        session.execute(update(Submission).where(Submission.id == id_).values(assigned_to=other))


def change(app: Flask, name: str, **changed: Any) -> None:
    with writing(app) as session:
        session.execute(update(Staff).where(Staff.email == f"{name}@example.com").values(**changed))


def heard(app: Flask) -> list[str]:
    """Who was told of which, the first mail first."""
    with app.app_context():
        found = select(OutboxMessage).where(OutboxMessage.kind == "overdue-review").order_by(OutboxMessage.id)
        return [" ".join([row.recipient.partition("@")[0], *_ids(row)]) for row in db.session.scalars(found)]


def _ids(row: OutboxMessage) -> list[str]:
    return [review["url"].rpartition("/")[2] for review in row.content["context"]["reviews"]]


def test_what_was_given_to_another_before_the_mail_is_told_to_that_one_alone(app: Flask) -> None:
    teams(app, NOW, NOW + SOON)
    rounds(app, NOW + DAY, NOW + DAY + SOON)
    give(app, 2, "other")
    rounds(app, NOW + DAY + SOON, NOW + DAY + warning.GAP)
    assert heard(app) == ["first 1", "other 2"]


def test_a_lead_hears_of_the_own_team_and_the_manager_not_again(app: Flask) -> None:
    teams(app, NOW, NOW + SOON)
    rounds(app, NOW + DAY, NOW + DAY + warning.GAP, NOW + 2 * DAY, NOW + 2 * DAY + SOON)
    give(app, 2, "other")
    rounds(app, *[NOW + 2 * DAY + warning.GAP] * 2)
    assert heard(app) == ["first 1", "first 2", "lead-first 1", "lead-other 2"]


def test_what_a_reader_who_left_had_not_heard_others_hear(app: Flask) -> None:
    teams(app, NOW, NOW + SOON)
    rounds(app, NOW + DAY, NOW + DAY + SOON)
    change(app, "first", active=False)
    rounds(app, *[NOW + DAY + warning.GAP] * 2)
    assert heard(app) == ["first 1", "administrator 2"]


def test_an_administrator_is_one_no_more(app: Flask) -> None:
    teams(app, NOW, NOW + SOON)
    change(app, "first", active=False)
    rounds(app, NOW + DAY, NOW + DAY + SOON)
    change(app, "administrator", role=Role.MANAGER)
    change(app, "other", role=Role.ADMINISTRATOR)
    rounds(app, NOW + DAY + SOON, NOW + DAY + warning.GAP)
    assert heard(app) == ["administrator 1", "other 2"]


def test_a_mail_of_a_clock_that_ran_ahead_silences_none(app: Flask) -> None:
    teams(app, NOW)
    rounds(app, NOW + DAY * 14)
    with writing(app) as session:
        first = session.scalars(select(Staff).where(Staff.email == "first@example.com")).one()
        submission(session, invitation(session, customer(session, first)), now=NOW)
    rounds(app, NOW + DAY, NOW + DAY)
    assert heard(app) == ["lead-first 1", "first 2"]


def kill(*_given: object) -> None:
    raise Killed


class Killed(BaseException):
    pass


def test_a_clock_that_is_killed_while_it_readdresses_forgets_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    teams(app, NOW, NOW + SOON)
    rounds(app, NOW + DAY, NOW + DAY + SOON)
    give(app, 2, "other")
    with monkeypatch.context() as patch:
        patch.setattr(warning, "_address", kill)
        with pytest.raises(Killed):
            rounds(app, NOW + DAY + SOON)
    rounds(app, NOW + DAY + SOON)
    assert heard(app) == ["first 1", "other 2"]


def test_what_two_clocks_readdress_at_once_is_told_once(config: Config, processes: Processes) -> None:
    with running(config) as app:
        teams(app, NOW, *[NOW + SOON] * 5)
        rounds(app, NOW + DAY, NOW + DAY + SOON)
        for id_ in range(2, 7):
            give(app, id_, "other")
        processes.at_once(2, config, _round)
        assert heard(app) == ["first 1", "other 2 3 4 5 6"]
        with app.app_context():
            assert len(db.session.scalars(select(ReviewWarning)).all()) == 6


def _round() -> None:
    clock.review_due(NOW + DAY + SOON)
