"""Returning with words to single fields, from the review page (M16)."""

import pytest
from flask import Flask

from tests.browser import Browser
from tests.filling import Invited, answered, everything, invited, submissions


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """A customer whose answers wait, as submission 1, and whose manager is signed in."""
    made = invited(sqlite_app)
    answered(sqlite_app, made, {"contacts.name": "王伟"})
    browser.sign_in(made.manager)
    return made


def test_each_answered_field_can_carry_words_and_the_decided_page_shows_them(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    typed = {"note-contacts-name": "请写全名 <b>", "note-contacts-mobile": "少一位数字"}
    done = browser.submit(browser.get("/review/1"), typed, "return")
    assert done.path == "/review/"
    assert submissions(sqlite_app)[0].field_notes == {
        "contacts.name": "请写全名 <b>",
        "contacts.mobile": "少一位数字",
    }
    page = browser.get("/review/1")
    assert "主要对接人姓名 请写全名 <b> 手机号 少一位数字" in page.text
    assert [e for e in page.root.iter("input") if (e.get("name") or "").startswith("note-")] == []


@pytest.mark.parametrize("action", ["reject", "approve"])
def test_words_to_fields_are_kept_where_something_else_is_missing(
    browser: Browser, sqlite_app: Flask, given: Invited, action: str
) -> None:
    token = browser.get("/review/1").find("input", name="csrf_token").get("value") or ""
    before = everything(sqlite_app)
    typed = {"note-contacts-mobile": '少"一位', "action": action, "csrf_token": token, "seen": "1"}
    page = browser.post("/review/1", typed, status=422)
    sent = dict(page.form().filled({}, None))
    assert (sent["note-contacts-mobile"], sent["note-contacts-name"]) == ('少"一位', "")
    parents = {child: parent for parent in page.root.iter() for child in parent}
    control = page.find("input", name="note-contacts-mobile")
    opened = [e for e in page.find_all("details") if e.get("open") is not None]
    assert opened[-1] is parents[control]
    assert opened[0] is not opened[-1]  # the unchanged fields are folded, but where a word stands among them
    assert everything(sqlite_app) == before


def test_enter_decides_nothing(browser: Browser, given: Invited) -> None:
    """A browser presses a form's first button on Enter, and does nothing where that is disabled."""
    form = browser.get("/review/1").form()
    buttons = [e for e in form.members if e.get("type") == "submit" or e.tag == "button"]
    assert buttons[0].get("disabled") is not None


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_comments_are_not_dropped_by_another_decision(browser: Browser, sqlite_app: Flask, action: str) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given)
    browser.sign_in(given.manager)
    typed = {"note": "谢谢", "note-contacts-mobile": "请核实"}
    page = browser.submit(browser.get("/review/1"), typed, action, status=422)
    assert "退回修改" in page.text
    assert dict(page.form().filled({}, None))["note-contacts-mobile"] == "请核实"
