"""Who sees what: a manager the own customers, a lead those of the team, an administrator all (M46)."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from config import MailConfig
from formsvc.review.rewards import record_earned
from formsvc.staff import verbs as staff
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import Submission
from tests.browser import Browser
from tests.factories import writing
from tests.filling import Invited, account, answered, everything, invited
from tests.installation import NOW, Databases, config_for, running
from tests.review.test_rewards import promise

FOREIGN = "合肥云盾"


@dataclass(frozen=True)
class Foreign:
    """What another manager has."""

    given: Invited
    submission: int

    def path(self, template: str) -> str:
        return template.format(number=self.given.number, invitation=self.given.id, submission=self.submission)


@pytest.fixture
def foreign(sqlite_app: Flask) -> Foreign:
    with writing(sqlite_app) as session:
        promise(session)
    given = invited(sqlite_app)
    made = Foreign(given, answered(sqlite_app, given))
    with writing(sqlite_app) as session:
        record_earned(session, session.get_one(Submission, made.submission), NOW)
    return made


@pytest.fixture(params=[Role.MANAGER, Role.LEAD])
def stranger(request: pytest.FixtureRequest, browser: Browser, sqlite_app: Flask) -> Browser:
    """Another manager, and the lead of a team with a manager to whom the customer does not belong."""
    email = account(sqlite_app, request.param, name="王磊")
    if request.param is Role.LEAD:
        team(sqlite_app, email, account(sqlite_app))
    browser.sign_in(email)
    return browser


def team(app: Flask, lead: str, *members: str) -> None:
    """Have `lead` lead the accounts with those addresses."""
    with writing(app) as session:
        leader = staff.find(session, lead)
        assert leader
        session.execute(update(Staff).where(Staff.email.in_(members)).values(lead_id=leader.id))


@pytest.mark.parametrize(
    "path",
    ["/customers/{number}", "/review/{submission}", "/review/?after={submission}", "/review/?before={submission}"],
)
def test_foreign_id_another_managers_pages_are_not_there(stranger: Browser, foreign: Foreign, path: str) -> None:
    assert FOREIGN not in stranger.get(foreign.path(path), status=404).html


@pytest.mark.parametrize(
    "path", ["/customers/", "/customers/?q=CX2026", "/customers/duplicates", "/invitations/", "/review/",
             "/rewards/", "/rewards/?state=given", "/rewards/?after=0", "/rewards/?after=1",
             "/review/?owner=none", "/review/?owner=1", "/review/?state=approved",
             "/invitations/?state=answered", "/customers/?before=99", "/invitations/?before=99"]
)  # fmt: skip
def test_foreign_id_lists_leave_another_managers_out(stranger: Browser, foreign: Foreign, path: str) -> None:
    page = stranger.get(path)
    assert (FOREIGN in page.html, foreign.given.number in page.html) == (False, False)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/customers/{number}/invite", {"days": "5"}),
        ("/invitations/{invitation}/reissue", {}),
        ("/invitations/{invitation}/revoke", {}),
        ("/review/{submission}/preview", {"note": "x"}),
        ("/rewards/1/give", {}),
        *(("/review/{submission}", {"action": action, "note": "x", "seen": "1"}) for action in
          ("approve", "return", "reject")),
        *((f"/review/{{submission}}/{action}", {"to": "1", "quiet": "1"}) for action in
          ("claim", "release", "assign")),
    ],
)  # fmt: skip
def test_foreign_id_nothing_can_be_done_to_another_managers(
    stranger: Browser, sqlite_app: Flask, foreign: Foreign, path: str, values: dict[str, str]
) -> None:
    token = stranger.get("/review/").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    stranger.post(foreign.path(path), {**values, "csrf_token": token}, status=404)
    assert everything(sqlite_app) == before


def test_foreign_id_among_many_another_managers_is_passed_over(
    stranger: Browser, sqlite_app: Flask, foreign: Foreign
) -> None:
    token = stranger.get("/review/").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    page = stranger.post("/review/assign", {"ids": [str(foreign.submission)], "to": "2", "csrf_token": token})
    assert "已跳过 1 条" in page.text
    assert everything(sqlite_app) == before


@pytest.mark.parametrize("role", [Role.LEAD, Role.ADMINISTRATOR])
def test_a_lead_sees_what_is_the_teams_and_an_administrator_all(
    browser: Browser, sqlite_app: Flask, foreign: Foreign, role: Role
) -> None:
    email = account(sqlite_app, role)
    if role is Role.LEAD:
        team(sqlite_app, email, foreign.given.manager)
    browser.sign_in(email)
    for path in (
        "/customers/",
        "/customers/{number}",
        "/review/",
        "/review/{submission}",
        "/invitations/",
        "/rewards/",
    ):
        assert FOREIGN in browser.get(foreign.path(path)).text
    page = browser.get(foreign.path("/customers/{number}"))
    assert "已发放" in browser.submit(page, action="/rewards/1/give").text


def test_a_lead_sees_what_the_team_is_to_review(browser: Browser, sqlite_app: Flask, foreign: Foreign) -> None:
    lead, member = account(sqlite_app, Role.LEAD), account(sqlite_app)
    team(sqlite_app, lead, member)
    browser.sign_in(lead)
    assert FOREIGN not in browser.get("/review/").text
    with writing(sqlite_app) as session:
        assignee = staff.find(session, member)
        assert assignee
        session.get_one(Submission, foreign.submission).assigned_to = assignee.id
    assert FOREIGN in browser.get("/review/").text
    assert FOREIGN in browser.get(foreign.path("/review/{submission}")).text
    browser.get(foreign.path("/customers/{number}"), status=404)


def test_foreign_id_a_member_sees_nothing_of_the_lead_or_of_the_others_in_the_team(
    browser: Browser, sqlite_app: Flask, foreign: Foreign
) -> None:
    lead, member = account(sqlite_app, Role.LEAD), account(sqlite_app)
    team(sqlite_app, lead, foreign.given.manager, member)
    invited(sqlite_app, lead, values={"basic.full_name": "深圳乙公司"})
    browser.sign_in(member)
    for path in ("/customers/", "/review/", "/invitations/"):
        page = browser.get(path)
        assert (FOREIGN in page.text, "深圳乙公司" in page.text) == (False, False)


@pytest.mark.parametrize(("role", "status"), [(Role.MANAGER, 403), (Role.LEAD, 403), (Role.ADMINISTRATOR, 200)])
def test_mail_is_for_administrators(
    browser: Browser, sqlite_app: Flask, foreign: Foreign, role: Role, status: int
) -> None:
    page = browser.sign_in(account(sqlite_app, role))
    assert bool(page.find_all("a", href="/mail/")) is (status == 200)
    for path in ("/mail/", "/mail/1"):
        assert browser.get(path, status=status).heading
    assert browser.get("/mail/1/html", status=status, is_mail=status == 200).html


def test_mail_is_shown_where_no_mail_server_is_set_only(
    sqlite: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("served")
    with sqlite.copy(folder) as url, running(config_for(url, folder, mail=MailConfig("mail.example"))) as app:
        browser = Browser(app)
        page = browser.sign_in(account(app, Role.ADMINISTRATOR))
        assert not page.find_all("a", href="/mail/")
        browser.get("/mail/", status=404)


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        (
            Role.SERVICE,
            {"/customers/{number}": 200, "/review/": 403, "/review/{submission}": 403, "/invitations/": 403},
        ),
        (Role.AUDITOR, {"/customers/{number}": 200, "/review/": 200, "/review/{submission}": 200, "/review/note": 403}),
        (Role.LEAD, {"/customers/{number}": 404, "/review/": 200, "/review/{submission}": 404}),
    ],
)
def test_token_outlives_another_role_holds_from_the_next_request_on(
    browser: Browser, sqlite_app: Flask, foreign: Foreign, role: Role, paths: dict[str, int]
) -> None:
    email = account(sqlite_app, Role.ADMINISTRATOR)
    browser.sign_in(email)
    assert FOREIGN in browser.get(foreign.path("/review/{submission}")).text
    _change(sqlite_app, email, role=role)
    for path, status in paths.items():
        browser.get(foreign.path(path), status=status)


def test_token_outlives_who_is_made_inactive_is_out_at_the_next_request(
    browser: Browser, sqlite_app: Flask, foreign: Foreign
) -> None:
    email = account(sqlite_app, Role.ADMINISTRATOR)
    browser.sign_in(email)
    _change(sqlite_app, email, active=False)
    for path in ("/customers/", foreign.path("/customers/{number}"), "/customers/changes"):
        assert browser.get(path).response.request.path == "/login"


def _change(app: Flask, email: str, **changed: Any) -> None:
    with writing(app) as session:
        session.execute(update(Staff).where(Staff.email == email).values(**changed))
