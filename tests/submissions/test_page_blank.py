"""Who has not shown that the mail reached them fills in blank: nothing held is shown, told or emptied by it (M11)."""

import pytest
from flask import Flask

from formsvc.submissions.posting import MOST_UNPROVED
from tests.browser import Browser, Page
from tests.filling import ENTERPRISE, Invited, submissions
from tests.proving import guarded, last_code
from tests.submissions.test_page_sent import approve, decide

HELD = {"contacts.position": "采购总监", "basic.address": "合肥市高新区望江西路 800 号", "needs.term": "long"}
SECRETS = ["合肥云盾", "采购总监", "望江西路"]


@pytest.fixture
def given(sqlite_app: Flask) -> Invited:
    return guarded(sqlite_app, values=HELD)


def blank(browser: Browser, given: Invited) -> Page:
    return browser.get(f"{given.path}?blank=1")


def proved(app: Flask, given: Invited) -> Browser:
    """A browser that has brought the code."""
    browser = Browser(app)
    page = browser.submit(browser.get(given.path), action=f"{given.path}/code")
    browser.submit(page, {"code": last_code(app)}, action=f"{given.path}/prove")
    return browser


def test_the_link_asks_for_the_code_first_and_what_is_held_comes_after_it(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    for path in (given.path, f"{given.path}?blank=1", f"{given.path}?edit=1"):
        assert [text for text in SECRETS if text in browser.get(path).html] == []
    assert "采购总监" in proved(sqlite_app, given).get(given.path).html


@pytest.mark.parametrize("action", ["save", "language", "full", "withdraw", "submit"])
def test_page_only_checks_no_action_shows_what_is_held(browser: Browser, given: Invited, action: str) -> None:
    token = blank(browser, given).find("input", name="csrf_token").get("value") or ""
    for path in (given.path, f"{given.path}?blank=1"):
        answer = browser.client.post(path, data={"action": action, "csrf_token": token}, base_url="http://formsvc.test")
        assert answer.status_code < 500
        assert [text for text in SECRETS if text in answer.text] == []
    assert browser.client.get(f"{given.path}/copy.pdf").status_code == 404


def test_what_was_left_blank_unseen_empties_nothing_and_the_reviewer_is_told(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    browser.submit(blank(browser, given), {**ENTERPRISE, "contacts-name": "王芳"}, "submit")
    (sent,) = submissions(sqlite_app)
    assert {"contacts.position", "basic.address", "needs.term"} & set(sent.answers) == set()
    staff = Browser(sqlite_app)
    staff.sign_in(given.manager)
    assert "未验证身份" in staff.get("/review/").text
    page = staff.get("/review/1")
    assert "未验证身份" in page.text
    assert "已清空" not in page.text


def test_who_sent_without_a_code_sees_that_it_has_arrived_and_others_do_not(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    receipt = browser.submit(blank(browser, given), ENTERPRISE, "submit")
    assert receipt.heading == "谢谢您，信息已收到"
    for text in ("2026-11-23 10:00 中国标准时间", "24 小时", "如有疑问", "PDF", "撤回"):
        assert text in receipt.text
    assert [text for text in SECRETS if text in receipt.html] == []
    assert browser.get(receipt.link("English")).heading == "Thank you, your details have arrived"
    assert browser.get(given.path).heading == receipt.heading  # by the link of the mail, too
    stranger = blank(Browser(sqlite_app), given)
    assert stranger.heading != receipt.heading
    assert "2026-11-23 10:00" not in stranger.text


def test_when_another_sent_later_is_not_told_to_who_sent_without_a_code(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    receipt = browser.submit(blank(browser, given), ENTERPRISE, "submit")
    own = proved(sqlite_app, given)
    own.submit(own.get(f"{given.path}?edit=1"), {**ENTERPRISE, "contacts-name": "王芳"}, "submit")
    assert browser.get(given.path).heading != receipt.heading
    assert "2026-11-23 10:00" not in blank(browser, given).text


def test_who_has_no_code_cannot_use_up_the_link_of_who_has_one(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    again = f"{given.path}?blank=1&edit=1"
    for _ in range(MOST_UNPROVED):
        browser.submit(browser.get(again), ENTERPRISE, "submit")
    page = browser.submit(browser.get(again), {**ENTERPRISE, "needs-special": "三天"}, "submit", status=429)
    assert "三天" in page.html
    assert "此链接不再接受提交" in page.text
    own = proved(sqlite_app, given)
    own.submit(own.get(f"{given.path}?edit=1"), {**ENTERPRISE, "contacts-name": "王芳"}, "submit")
    assert [s.answers["contacts.name"] for s in submissions(sqlite_app) if s.state == "waiting"] == ["王芳"]


def test_a_code_shows_what_was_sent_without_one(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    receipt = browser.submit(blank(browser, given), ENTERPRISE, "submit")
    page = browser.submit(receipt, action=f"{given.path}/code")
    receipt = browser.submit(page, {"code": last_code(sqlite_app)}, action=f"{given.path}/prove")
    assert "合肥云盾" in receipt.text
    assert receipt.find("button", value="withdraw") is not None


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_guessing_oracle_a_closed_link_confirms_no_guess(
    browser: Browser, sqlite_app: Flask, given: Invited, decision: str
) -> None:
    own = proved(sqlite_app, given)
    page = blank(browser, given)
    own.submit(own.get(given.path), {**ENTERPRISE, "contacts-position": "财务总监"}, "submit")
    if decision == "approve":
        approve(sqlite_app, given)
    else:
        decide(sqlite_app, given, "reject", "重复")
    answers = [
        browser.submit(page, {**ENTERPRISE, "contacts-position": guess}, "submit", status=410).text
        for guess in ("财务总监", "行政总监")
    ]
    assert answers[0] == answers[1]
    assert blank_status(browser, given) == 410


def blank_status(browser: Browser, given: Invited) -> int:
    return browser.get(f"{given.path}?blank=1", status=410).status


def test_a_draft_of_before_the_code_is_there_after_it(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    browser.submit(blank(browser, given), {"needs-special": "三天内交付"}, "save")
    assert "三天内交付" not in blank(Browser(sqlite_app), given).html
    page = browser.submit(browser.get(given.path), action=f"{given.path}/code")
    browser.submit(page, {"code": last_code(sqlite_app)}, action=f"{given.path}/prove")
    assert "三天内交付" in browser.get(given.path).html


def test_a_draft_of_who_brought_no_code_is_said_to_be_of_this_browser_and_offered_there(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    page = browser.submit(blank(browser, given), {"needs-special": "三天内交付"}, "save")
    assert page.text.count("在本浏览器中") == 3  # before it is typed, above the questions, and where it was saved
    assert "另一台设备" not in page.text
    begun = [path for path in (given.path, f"{given.path}/prove") if browser.get(path).link("继续")]
    assert begun == [given.path, f"{given.path}/prove"]
    assert "三天内交付" in browser.get(browser.get(given.path).link("继续填写")).html
    assert "继续填写" not in Browser(sqlite_app).get(given.path).text
