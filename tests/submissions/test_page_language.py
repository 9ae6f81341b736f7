"""The customer's page speaks the reader's language."""

import pytest
from flask import Flask

from formsvc.customers.models import Situation
from formsvc.questionnaires.definition import default_data
from tests.browser import Browser
from tests.filling import ENTERPRISE, everything, invited, submissions

TITLE = default_data()["title"]


@pytest.mark.parametrize(
    ("accepts", "query", "language"),
    [
        ("zh-CN", "", "zh-CN"),
        ("en-GB,en;q=0.9", "", "en"),
        ("de", "", "zh-CN"),
        ("zh-CN", "?lang=en", "en"),
        ("en", "?lang=zh_CN", "zh-CN"),
        ("en", "?lang=xx", "en"),
        ("*/*;q=nonsense", "", "zh-CN"),
    ],
)
def test_the_page_comes_in_the_language_that_was_asked_for(
    sqlite_app: Flask, browser: Browser, accepts: str, query: str, language: str
) -> None:
    browser.language = accepts
    page = browser.get(invited(sqlite_app).path + query)
    assert page.root.get("lang") == language
    assert page.heading == TITLE["en" if language == "en" else "zh"]


def test_the_english_page_has_no_chinese_but_names_and_the_other_language(sqlite_app: Flask, browser: Browser) -> None:
    values = {"basic.full_name": "Hefei Yundun", "contacts.name": "Zhang Min"}
    given = invited(sqlite_app, situation=Situation.EXISTING, values=values)
    text = browser.get(f"{given.path}?lang=en").text
    for allowed in ("中文", "李强", "深圳云盾科技有限公司", "转"):
        text = text.replace(allowed, "")
    assert [c for c in text if "\u4e00" <= c <= "\u9fff"] == []


def test_the_language_stays_through_an_error_to_the_receipt(sqlite_app: Flask, browser: Browser) -> None:
    page = browser.get(f"{invited(sqlite_app).path}?lang=en")
    wrong = browser.submit(page, {**ENTERPRISE, "contacts-mobile": "1"}, "submit", status=422)
    assert "Enter Mobile as 11 digits" in wrong.error_of("contacts-mobile")
    receipt = browser.submit(wrong, {"contacts-mobile": "13856780001"}, "submit")
    assert receipt.heading == "Thank you, your details have arrived"
    assert [submission.language for submission in submissions(sqlite_app)] == ["en"]


def test_the_language_is_changed_without_losing_what_is_typed(sqlite_app: Flask, browser: Browser) -> None:
    page = browser.get(invited(sqlite_app).path)
    before = everything(sqlite_app)
    english = browser.submit(page, {**ENTERPRISE, "contacts-mobile": "1", "needs-special": "三天"}, "language")
    typed = dict(english.form().filled({}, None))
    assert (english.root.get("lang"), typed["needs-special"], typed["contacts-mobile"]) == ("en", "三天", "1")
    assert everything(sqlite_app) == before


def test_enter_in_a_field_saves_and_neither_sends_nor_changes_the_language(sqlite_app: Flask, browser: Browser) -> None:
    page = browser.get(invited(sqlite_app).path)
    assert page.form().filled({}, None)[-1] == ("action", "enter")  # the first button is the one that Enter presses
    saved = browser.submit(page, {"contacts-name": "王芳"}, "enter")
    assert "已保存" in saved.text
    assert submissions(sqlite_app) == []
