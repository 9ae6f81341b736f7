"""Who may see what was answered for a record that was merged into another one: who may see the one that stays (M26)."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from formsvc.customers.handing_over.verbs import hand_over
from formsvc.review import queue, reach
from formsvc.review.filters import Filter
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import SubmissionState
from tests.browser import Browser
from tests.customers.merged import LATER, merge, split
from tests.factories import customer, invitation, staff_account, submission, writing
from tests.installation import NOW
from tests.review.deciding import approve

WHO = ("former", "new", "lead", "third", "administrator")


class Two:
    """A record of a manager, in a lead's team, and one of a former manager, with answers that were approved."""

    def __init__(self, session: Session) -> None:
        roles = {"lead": Role.LEAD, "administrator": Role.ADMINISTRATOR}
        self.people = {name: staff_account(session, name, roles.get(name, Role.MANAGER)) for name in WHO}
        self.people["new"].lead_id = self.people["lead"].id
        self.staying, self.going = (customer(session, self.people[name]) for name in ("new", "former"))
        self.answers = submission(session, invitation(session, self.going), now=NOW)
        approve(session, self.answers, self.people["former"], {"needs.term": "accept"})
        session.flush()

    def merge(self, session: Session) -> int:
        return merge(session, self.staying, self.going, who=self.people["administrator"])

    def see(self, session: Session, chosen: Filter) -> set[str]:
        """Who may open the answers; a queue shows them to nobody else."""
        session.expire_all()
        opened = {name for name, who in self.people.items() if reach.find(session, who, self.answers.id)}
        listed = {name for name, who in self.people.items() if _is_listed(session, who, chosen)}
        assert listed <= opened
        assert all(queue.key_of(session, self.people[name], self.answers.id) for name in listed)
        return opened


def _is_listed(session: Session, who: Staff, chosen: Filter) -> bool:
    return bool(queue.page(session, queue.within(session, who, chosen, LATER)).rows)


def _filters(people: Mapping[str, Staff]) -> list[Filter]:
    owners = ["", "none", *(str(who.id) for who in people.values())]
    return [Filter(state=SubmissionState.APPROVED, owner=owner) for owner in owners]


@pytest.fixture
def records(session: Session) -> Two:
    return Two(session)


def test_they_follow_the_one_that_stays_and_go_back_with_a_split(session: Session, records: Two) -> None:
    version = records.merge(session)
    for chosen in _filters(records.people):
        assert records.see(session, chosen) == {"new", "lead", "administrator"}
    hand_over(session, records.staying, records.people["third"], records.people["administrator"], LATER)
    assert "third" in records.see(session, Filter())
    split(session, records.staying, version)
    for chosen in _filters(records.people):
        assert records.see(session, chosen) == {"former", "administrator"}


def test_without_a_manager_they_are_an_administrator_s(session: Session, records: Two) -> None:
    records.staying.owner_id = None
    records.merge(session)
    for chosen in _filters(records.people):
        assert records.see(session, chosen) == {"administrator"}


@pytest.mark.parametrize(("name", "status"), [("new", 200), ("former", 404)])
def test_their_pages_open_for_the_manager_of_the_one_that_stays(
    browser: Browser, sqlite_app: Flask, name: str, status: int
) -> None:
    with writing(sqlite_app) as session:
        records = Two(session)
        records.merge(session)
        mail, id_, number = records.people[name].email, records.answers.id, records.staying.number
    browser.sign_in(mail)
    for path in (f"/review/{id_}", f"/review/{id_}/undo", f"/customers/{number}"):
        browser.get(path, status=status)
