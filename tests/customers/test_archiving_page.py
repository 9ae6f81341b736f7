"""The pages of an archive: why, what is told on top, the way back, and who may not (M26)."""

import pytest
from flask import Flask

from formsvc.staff.models import Role
from tests.browser import Browser
from tests.filling import Invited, account, answered, everything, invited
from tests.forms import text_of


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer with an open link, whose manager is signed in."""
    made = invited(sqlite_app)
    browser.sign_in(made.manager)
    return made


def test_a_record_is_put_aside_and_comes_back(browser: Browser, given: Invited) -> None:
    page = browser.get(browser.get(f"/customers/{given.number}").link("归档…"))
    done = browser.submit(page, {"reason": "ended"})
    assert done.path == f"/customers/{given.number}"
    assert "该档案已归档 · 李强，2026-11-23 10:00 · 不再合作" in done.text
    assert "已归档的客户不能邀请" in done.text
    assert f"/customers/{given.number}/bring-back" in [form.get("action") for form in done.find_all("form")]
    assert browser.get(f"/customers/{given.number}/archive").path == done.path
    assert Browser(browser.client.application).get(given.path, status=410).heading
    back = browser.submit(done, action=f"/customers/{given.number}/bring-back")
    assert "可以再次邀请该客户" in back.text
    assert browser.submit(back, action=f"/customers/{given.number}/invite").status == 200
    said = browser.get(f"/customers/{given.number}/timeline").text
    assert "李强将档案归档。" in said
    assert "李强恢复了档案。" in said


def test_a_reason_is_asked_for(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    path, before = f"/customers/{given.number}/archive", everything(sqlite_app)
    token = browser.get(path).find("input", name="csrf_token").get("value") or ""
    for reason in ("", "because"):
        page = browser.post(path, {"reason": reason, "csrf_token": token}, status=422)
        assert page.error_of("reason") == "请选择原因。"
    assert everything(sqlite_app) == before


def test_answers_that_wait_come_first_with_a_way_to_them(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    page, id_ = browser.get(f"/customers/{given.number}/archive"), answered(sqlite_app, given)
    before = everything(sqlite_app)
    told = browser.submit(page, {"reason": "ended"}, status=409)
    assert "请先完成审核" in text_of(told.find("div", id="errors"))
    assert told.link("提交") == f"/review/{id_}"
    assert "请先完成审核" in text_of(browser.get(f"/customers/{given.number}/archive").find("div", id="errors"))
    assert everything(sqlite_app) == before


def test_lost_update_who_comes_second_is_told(browser: Browser, given: Invited) -> None:
    page = browser.get(f"/customers/{given.number}/archive")
    invite = browser.get(f"/customers/{given.number}")
    done = browser.submit(page, {"reason": "ended"})
    assert "该档案已是归档状态。" in browser.submit(page, {"reason": "ended"}).text
    reissue = f"/invitations/{given.id}/reissue"
    assert browser.submit(invite, action=reissue, status=409).heading
    browser.submit(done, action=f"/customers/{given.number}/bring-back")
    assert "该档案已不是归档状态。" in browser.submit(done, action=f"/customers/{given.number}/bring-back").text


def test_an_invitation_from_a_page_that_was_open_before_is_refused(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    browser.submit(browser.get(f"/customers/{given.number}"), action=f"/invitations/{given.id}/revoke")
    page = browser.get(f"/customers/{given.number}")
    browser.submit(browser.get(f"/customers/{given.number}/archive"), {"reason": "ended"})
    before = everything(sqlite_app)
    assert "未发出邀请：该档案已归档" in browser.submit(page, action=f"/customers/{given.number}/invite").text
    assert everything(sqlite_app) == before


def test_foreign_id_and_who_only_reads_archives_nothing(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    other, auditor = invited(sqlite_app), Browser(sqlite_app)
    token = browser.get(f"/customers/{given.number}").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    for path in ("archive", "bring-back"):
        typed = {"reason": "ended", "csrf_token": token}
        browser.post(f"/customers/{other.number}/{path}", typed, status=404)
    auditor.sign_in(account(sqlite_app, Role.AUDITOR))
    auditor.get(f"/customers/{given.number}/archive", status=403)
    assert before.count("customer.archived") == everything(sqlite_app).count("customer.archived") == 0
