"""What the customer's page shows before anything is typed (M2, M3, M6, M12)."""

import pytest
from flask import Flask

from formsvc.customers.models import Audience, Situation
from formsvc.questionnaires.definition import Definition, default_data, definition_from_data
from tests.browser import Browser, Page
from tests.filling import ID_CARD, answered, hold_secret, invited
from tests.forms import text_of

DEFINITION: Definition = definition_from_data(default_data())


def names(page: Page) -> set[str]:
    controls = page.form().element.iter()
    return {e.get("name") or "" for e in controls if e.tag in ("input", "select", "textarea", "button")} - {""}


@pytest.mark.parametrize("situation", Situation)
@pytest.mark.parametrize("audience", Audience)
def test_each_audience_in_each_situation_is_asked_its_own_fields(
    browser: Browser, sqlite_app: Flask, audience: Audience, situation: Situation
) -> None:
    page = browser.get(invited(sqlite_app, audience=audience, situation=situation).path)
    asked = DEFINITION.asked(audience, situation)
    assert [text_of(h) for h in page.root.iter("h2")] == [
        "填写说明",
        *(module.title.zh for module in asked),
        "提交之前",
        "用 Excel 表填写",
    ]
    expected = {field.name for module in asked for field in module.fields} - {"needs-budget"}
    others = {"needs-budget-from", "needs-budget-to", "needs-products-other", "consent", "csrf_token", "seen", "action"}
    others |= {"draft", "opened", "times", "way"}
    sensitive = {"consent_sensitive"} if audience is Audience.INDIVIDUAL else set()
    assert names(page) == expected | others | sensitive


def test_title_and_privacy_with_an_unticked_consent_stand_before_the_first_question(
    browser: Browser, sqlite_app: Flask
) -> None:
    page = browser.get(invited(sqlite_app).path)
    privacy = DEFINITION.privacy
    said = DEFINITION.title, privacy.purpose, privacy.scope, privacy.confidentiality, privacy.withdraw, privacy.consent
    places = [page.text.find(text.zh) for text in said]
    assert page.heading == DEFINITION.title.zh
    assert places == sorted(places)
    assert -1 not in places
    assert page.html.index('name="consent"') < page.html.index('name="basic-full_name"')
    assert page.find("input", name="consent").get("checked") is None


@pytest.mark.parametrize("audience", Audience)
def test_required_fields_are_marked_and_others_are_not(browser: Browser, sqlite_app: Flask, audience: Audience) -> None:
    page = browser.get(invited(sqlite_app, audience=audience, situation=Situation.EXISTING).path)
    asked = [field for module in DEFINITION.asked(audience, "existing") for field in module.fields]
    captions = [text_of(e) for tag in ("label", "legend") for e in page.root.iter(tag)]
    for field in asked:
        assert (f"{field.label.zh}*" in [c.replace(" *", "*") for c in captions]) is field.required, field.key


def test_hints_and_examples_stand_beside_their_fields(browser: Browser, sqlite_app: Flask) -> None:
    text = browser.get(invited(sqlite_app, situation=Situation.EXISTING).path).text
    for field in (f for module in DEFINITION.asked("enterprise", "existing") for f in module.fields):
        assert (field.hint.zh if field.hint else "") in text
        assert (field.example.zh if field.example else "") in text


def test_held_values_are_filled_in(browser: Browser, sqlite_app: Flask) -> None:
    values = {
        "basic.industry": "I", "basic.founded_on": "2015-03-01", "basic.staff_count": 120, "needs.term": "long",
        "needs.products": ["support", "other:培训"], "needs.budget": {"from": "10", "to": "50"},
        "needs.special": "第一行\n第二行", "history.satisfaction": 4, "history.projects": ["甲", "乙"],
        "contacts.office_phone": "+861012345678;ext=801",
    }  # fmt: skip
    page = browser.get(invited(sqlite_app, situation=Situation.EXISTING, values=values).path)
    filled = dict(page.form().filled({}, None))
    assert {name: filled.get(name) for name in (
        "basic-full_name", "basic-industry", "basic-founded_on", "basic-staff_count", "needs-products",
        "needs-products-other", "needs-budget-from", "needs-budget-to", "needs-special", "history-satisfaction",
        "history-projects", "contacts-office_phone", "contacts-mobile",
    )} == {
        "basic-full_name": "合肥云盾科技有限公司", "basic-industry": "I", "basic-founded_on": "2015-03-01",
        "basic-staff_count": "120", "needs-products": "support", "needs-products-other": "培训",
        "needs-budget-from": "10", "needs-budget-to": "50", "needs-special": "第一行\r\n第二行",
        "history-satisfaction": "4", "history-projects": "甲\r\n乙",
        "contacts-office_phone": "010-12345678 转 801", "contacts-mobile": "13856780001",
    }  # fmt: skip


def test_a_held_word_that_is_no_option_is_shown_beside_the_list(browser: Browser, sqlite_app: Flask) -> None:
    page = browser.get(invited(sqlite_app, values={"basic.industry": "物联网"}).path)
    assert "现有记录为“物联网”" in text_of(page.find("p", id="basic-industry-hint"))
    assert dict(page.form().filled({}, None))["basic-industry"] == ""


@pytest.mark.parametrize("path", ["", "?lang=en"])
def test_a_sensitive_value_shows_its_last_four_characters_and_no_more(
    browser: Browser, sqlite_app: Flask, path: str
) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    hold_secret(sqlite_app, given.number)
    page = browser.get(given.path + path)
    assert "••••••002X" in page.text
    assert ID_CARD[-5:] not in page.html
    assert page.find("input", name="basic-id_number").get("value") == ""


def test_a_sensitive_answer_that_waits_is_masked_on_the_form_and_not_on_the_receipt(
    browser: Browser, sqlite_app: Flask
) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    answered(sqlite_app, given, secrets={"basic.id_number": ID_CARD})
    assert "002X" not in browser.get(given.path).html
    page = browser.get(f"{given.path}?edit=1")
    assert "••••••002X" in page.text
    assert ID_CARD[-5:] not in page.html
