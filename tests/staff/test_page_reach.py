"""Who sees what: a manager the own customers, an administrator all (M46)."""

from dataclasses import dataclass

import pytest
from flask import Flask

from config import MailConfig
from formsvc.staff.models import Role
from tests.browser import Browser
from tests.filling import Invited, account, answered, everything, invited
from tests.installation import Databases, config_for, running

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
    given = invited(sqlite_app)
    return Foreign(given, answered(sqlite_app, given))


@pytest.fixture
def manager(browser: Browser, sqlite_app: Flask) -> Browser:
    browser.sign_in(account(sqlite_app, name="王磊"))
    return browser


@pytest.mark.parametrize("path", ["/customers/{number}", "/review/{submission}", "/review/?after={submission}"])
def test_foreign_id_another_managers_pages_are_not_there(manager: Browser, foreign: Foreign, path: str) -> None:
    assert FOREIGN not in manager.get(foreign.path(path), status=404).html


@pytest.mark.parametrize(
    "path", ["/customers/", "/customers/?q=CX2026", "/customers/duplicates", "/invitations/", "/review/",
             "/invitations/?state=answered", "/customers/?before=99", "/invitations/?before=99"]
)  # fmt: skip
def test_foreign_id_lists_leave_another_managers_out(manager: Browser, foreign: Foreign, path: str) -> None:
    page = manager.get(path)
    assert (FOREIGN in page.html, foreign.given.number in page.html) == (False, False)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/customers/{number}/invite", {"days": "5"}),
        ("/invitations/{invitation}/reissue", {}),
        ("/invitations/{invitation}/revoke", {}),
        *(("/review/{submission}", {"action": action, "note": "x", "seen": "1"}) for action in
          ("approve", "return", "reject")),
    ],
)  # fmt: skip
def test_foreign_id_nothing_can_be_done_to_another_managers(
    manager: Browser, sqlite_app: Flask, foreign: Foreign, path: str, values: dict[str, str]
) -> None:
    token = manager.get("/review/").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    manager.post(foreign.path(path), {**values, "csrf_token": token}, status=404)
    assert everything(sqlite_app) == before


def test_an_administrator_sees_all(browser: Browser, sqlite_app: Flask, foreign: Foreign) -> None:
    browser.sign_in(account(sqlite_app, Role.ADMINISTRATOR))
    for path in ("/customers/", "/customers/{number}", "/review/", "/review/{submission}", "/invitations/"):
        assert FOREIGN in browser.get(foreign.path(path)).text


@pytest.mark.parametrize(("role", "status"), [(Role.MANAGER, 403), (Role.ADMINISTRATOR, 200)])
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
