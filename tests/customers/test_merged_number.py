"""What is sent to the number of a record that was merged into another one since its page was opened (M26)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.archiving import verbs as archiving
from formsvc.customers.follow_ups.listing import follow_ups
from formsvc.customers.held import held_values
from formsvc.customers.models import Customer
from formsvc.db import db
from formsvc.staff.models import Role, Staff
from tests.browser import Browser
from tests.customers.merged import merge
from tests.factories import writing
from tests.filling import account, customer
from tests.installation import NOW

STEP = {"record.next_step": "提供报价单"}  # the first version of either record set it
TALK = {"channel": "call", "record-follow_up": "客户要报价", "record-followed_up_on": "2026-11-20", "form": "one"}


class Pair:
    """Two records of a manager, seen by a lead of everyone; `newer` is to be merged into `older`."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self._app, self.browser = app, browser
        lead, manager = account(app, Role.ADMINISTRATOR), account(app)
        self.older, self.newer = (customer(app, manager, values=STEP) for _ in range(2))
        browser.sign_in(lead)

    def merge(self) -> None:
        with writing(self._app) as session:
            merge(session, one(session, self.older), one(session, self.newer))

    def told(self, path: str, values: dict[str, str]) -> str:
        """What the staying one's page says after that was posted to the other's."""
        page = self.browser.post_from(f"/customers/{self.older}", f"/customers/{self.newer}/{path}", values)
        assert page.path == f"/customers/{self.older}"
        return page.text

    def staying(self, session: Session | None = None) -> Customer:
        return one(session or db.session, self.older)


def one(session: Session, number: str) -> Customer:
    return session.scalars(select(Customer).where(Customer.number == number)).one()


@pytest.fixture
def pair(browser: Browser, sqlite_app: Flask) -> Pair:
    return Pair(sqlite_app, browser)


def _archived(app: Flask, pair: Pair) -> None:
    with writing(app) as session:
        who = session.scalars(select(Staff)).first()
        assert who
        archiving.archive(session, pair.staying(session), who, archiving.Reason.ENDED, NOW)


@pytest.mark.parametrize(
    ("path", "values", "before", "is_as_before"),
    [
        ("archive", {"reason": "mistake"}, None, lambda found: found.archived_at is None),
        ("bring-back", {}, _archived, lambda found: found.archived_at is not None),
        ("hand-over", {"to": "1"}, None, lambda found: found.owner_id != 1),
        ("next-step/done", {"since": "1"}, None, lambda found: held_values(db.session, found).get("record.next_step")),
    ],
)
def test_nothing_is_done_to_the_one_that_stays(
    sqlite_app: Flask,
    pair: Pair,
    path: str,
    values: dict[str, str],
    before: Callable[[Flask, Pair], None] | None,
    is_as_before: Callable[[Customer], bool],
) -> None:
    pair.merge()
    if before:
        before(sqlite_app, pair)
    assert f"{pair.newer} 已并入这份档案，没有作任何改动" in pair.told(path, values)
    with sqlite_app.app_context():
        assert is_as_before(pair.staying())


def test_a_talk_is_kept_once_and_ticks_off_no_step_of_the_other(sqlite_app: Flask, pair: Pair) -> None:
    page = f"/customers/{pair.newer}/follow-ups"
    pair.browser.post_from(page, page, TALK)
    pair.merge()
    assert "已记入档案" in pair.told("follow-ups", TALK | {"done": "1"})
    with sqlite_app.app_context():
        causes = [each.version.cause for each in follow_ups(db.session, pair.staying(), 9)]
    assert causes == ["entry", "worksheet", "worksheet"]
    pair.told("follow-ups", TALK | {"form": "two", "done": "1"})
    with sqlite_app.app_context():
        assert held_values(db.session, pair.staying())["record.next_step"] == "提供报价单"
