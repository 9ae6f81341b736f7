"""An invitation whose mail carries the questionnaire as an XLSX form (M28)."""

import io

import pytest
from click.testing import CliRunner
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from formsvc.cli import invite
from formsvc.customers.models import Situation
from formsvc.invitations import verbs
from formsvc.invitations.letters import about, letter
from formsvc.invitations.models import Invitation
from formsvc.mail.attachments import made
from formsvc.mail.compose import compose
from formsvc.mail.mime import message_of
from formsvc.questionnaires.definition import default_data
from formsvc.questionnaires.verbs import publish
from formsvc.questionnaires.xlsx.reading import read
from tests.browser import Browser
from tests.factories import customer, staff_account, writing
from tests.files import download
from tests.filling import account, invited
from tests.filling import customer as known
from tests.installation import NOW
from tests.proving import sent

SAID = "附件中的 Excel 表"


def with_form(session: Session, **given: object) -> Invitation:
    return verbs.issue(session, customer(session, staff_account(session), **given), "system", None, NOW, with_form=True)  # type: ignore[arg-type]


def test_the_mail_carries_a_form_of_what_was_asked_then(session: Session) -> None:
    invitation = with_form(session, situation=Situation.EXISTING)
    invitation.customer.situation = Situation.NEW  # since then
    publish(session, default_data() | {"fresh_days": 30}, NOW)
    [mail] = sent(session, "invitation")
    assert mail.content["attachment"] == {
        "kind": "form", "version": invitation.version_id, "audience": "enterprise", "situation": "existing",
    }  # fmt: skip
    assert SAID in compose(mail)["text"]
    assert SAID in compose(mail)["html"]


def test_without_it_the_mail_carries_nothing(session: Session) -> None:
    verbs.issue(session, customer(session, staff_account(session)), "system", None, NOW)
    [mail] = sent(session, "invitation")
    assert made(mail) == ()
    assert SAID not in compose(mail)["text"]


def test_a_new_link_brings_the_form_again_and_a_reminder_speaks_of_it(session: Session) -> None:
    invitation = with_form(session)
    verbs.reissue(session, invitation, "system", NOW)
    assert ["attachment" in mail.content for mail in sent(session, "invitation")] == [True, True]
    reminder = letter(about(invitation), "reminder", "before", is_late=False)
    assert reminder is not None
    assert made(reminder) == ()
    assert "也可以通过链接上传" in compose(reminder)["text"]
    assert "也可以通过链接上传" in compose(reminder)["html"]


def test_the_file_has_a_name_in_the_language_of_the_mail_and_no_value_that_is_held(sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        with_form(session, values={"needs.special": "只有我们知道"})
        [mail] = sent(session, "invitation")
    with sqlite_app.app_context():
        [file] = made(mail)
        whole = message_of(mail, compose(mail), "crm@example.com", [file]).as_bytes()
    assert file.name == "客户信息确认表.xlsx"
    assert len(file.content) < 60_000
    assert b"filename*=utf-8''%E5%AE%A2%E6%88%B7" in whole.replace(b"\r\n ", b"")
    assert read(file.content).cells == {}
    said = [str(cell.value) for sheet in load_workbook(io.BytesIO(file.content)) for row in sheet for cell in row]
    assert not [text for text in said if "张敏" in text or "合肥云盾" in text or "只有我们知道" in text]


@pytest.mark.parametrize("is_ticked", [True, False])
def test_a_manager_ticks_it_where_a_mail_is_sent(browser: Browser, sqlite_app: Flask, is_ticked: bool) -> None:
    manager = account(sqlite_app)
    browser.sign_in(manager)
    number = known(sqlite_app, manager)
    page = browser.get(f"/customers/{number}")
    given = {"with_form": "yes"} if is_ticked else {}
    browser.submit(page, given, action=f"/customers/{number}/invite")
    with writing(sqlite_app) as session:
        [mail] = sent(session, "invitation")
        assert ("attachment" in mail.content) is is_ticked
    other = known(sqlite_app, manager, values={"contacts.email": None})
    assert browser.get(f"/customers/{other}").find_all("input", name="with_form") == []


def test_on_the_console(sqlite_app: Flask) -> None:
    number = known(sqlite_app)
    with sqlite_app.app_context():
        assert CliRunner().invoke(invite, [number, "--with-form"]).exit_code == 0
    with writing(sqlite_app) as session:
        [mail] = sent(session, "invitation")
        assert "attachment" in mail.content


def test_staff_take_the_blank_form_along(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    browser.sign_in(given.manager)
    address = browser.get(f"/customers/{given.number}").link("Excel 表")
    answer = download(browser, address)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert read(answer.data).marker.key == "customer-info"


def test_foreign_id_another_manager_has_no_form_of_it(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    browser.sign_in(account(sqlite_app))
    browser.get(f"/invitations/{given.id}/form.xlsx", status=404)
