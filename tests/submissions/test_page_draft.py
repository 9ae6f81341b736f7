"""What is typed is kept on the server, and goes on elsewhere (M13)."""

import json
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text

from formsvc.customers.models import Audience
from formsvc.db import db
from formsvc.submissions.models import Draft
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import ENTERPRISE, ID_CARD, INDIVIDUAL, Invited, Typed, answered, everything, invited, submissions
from tests.forms import text_of
from tests.installation import HOST


@pytest.fixture
def given(sqlite_app: Flask) -> Invited:
    return invited(sqlite_app)


def typed(page: Page) -> dict[str, str]:
    return dict(page.form().filled({}, None))


def scripted(browser: Browser, page: Page, values: Typed, status: int = 200) -> dict[str, object]:
    """What the page's script is told when it saves."""
    pairs = [pair for pair in page.form().filled(values, None) if pair[0] != "action"]
    data: dict[str, list[str]] = {"action": ["save"]}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    headers = {"Accept": "application/json", "Accept-Language": "zh-CN"}
    answer = browser.client.post(page.path, data=data, headers=headers, base_url=f"http://{HOST}")
    assert answer.status_code == status
    told: dict[str, object] = json.loads(answer.text)
    return told


def drafts(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Draft)) or 0


def test_what_is_saved_opens_again_on_another_device(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    wrong = {"contacts-mobile": "138", "basic-founded_on": "去年春天", "needs-products": ["support"]}
    saved = browser.submit(browser.get(given.path), {"contacts-name": "王小明", **wrong}, "save")
    assert "2026-11-23 10:00" in saved.text
    assert saved.text.count("已保存") == 1
    other = Browser(sqlite_app).get(given.path)
    assert {name: typed(other)[name] for name in ("contacts-name", *wrong)} == {
        "contacts-name": "王小明", "contacts-mobile": "138", "basic-founded_on": "去年春天",
        "needs-products": "support",
    }  # fmt: skip
    assert "已保存，2026-11-23 10:00" in other.text
    assert other.find("input", name="consent").get("checked") is None
    assert submissions(sqlite_app) == []


def test_the_script_saves_the_same_and_is_told_what_changed(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    told = scripted(browser, browser.get(given.path), {"contacts-name": "<b>王</b>"})
    assert (told["draft"], told["taken"], told["clashes"]) == (1, {}, {})
    assert "张敏" in str(told["changes"])
    assert "&lt;b&gt;王" in str(told["changes"])  # it goes into the page as HTML
    assert typed(Browser(sqlite_app).get(given.path))["contacts-name"] == "<b>王</b>"


def test_what_is_changed_is_shown_old_beside_new_before_it_is_sent(browser: Browser, given: Invited) -> None:
    page = browser.submit(browser.get(given.path), {"contacts-name": "王小明", "needs-special": "快"}, "save")
    changes = page.find("div", id="changes")
    assert [e.text for e in changes.iter("del")] == ["张敏"]
    assert [e.text for e in changes.iter("ins")] == ["王小明"]
    assert "新填写：特殊要求" in page.text


def test_a_change_that_is_no_value_yet_is_shown_as_it_was_typed(browser: Browser, given: Invited) -> None:
    page = browser.submit(browser.get(given.path), {"contacts-mobile": "138"}, "save")
    assert [e.text for e in page.find("div", id="changes").iter("ins")] == ["138"]


def test_what_the_page_counted_of_the_time_stays_on_it(browser: Browser, given: Invited) -> None:
    page = browser.get(given.path)
    page.find("input", name="times").set("value", "basic:34")
    assert typed(browser.submit(page, press="save"))["times"] == "basic:34"


def test_two_devices_at_once_lose_nothing_and_the_later_one_sees_what_the_other_typed(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    other = Browser(sqlite_app)
    pages = browser.get(given.path), other.get(given.path)
    browser.submit(pages[0], {"contacts-name": "王小明", "basic-address": "高新区"}, "save")
    late = other.submit(pages[1], {"contacts-name": "李小红", "needs-special": "快"}, "save")
    assert (typed(late)["basic-address"], typed(late)["needs-special"]) == ("高新区", "快")
    assert typed(late)["contacts-name"] == "李小红"
    assert "另一台设备上填写的是：王小明" in late.text
    assert "注册地址" in text_of(late.find("div", id="theirs"))


def test_two_devices_at_once_the_script_of_the_later_one_is_told(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    other = Browser(sqlite_app)
    pages = browser.get(given.path), other.get(given.path)
    scripted(browser, pages[0], {"contacts-name": "王小明", "basic-address": "高新区"})
    told = scripted(other, pages[1], {"contacts-name": "李小红"})
    assert told["taken"] == {"basic-address": ["高新区"]}
    assert told["clashes"] == {"contacts-name": "另一台设备上填写的是：王小明"}


def test_lost_update_what_another_device_typed_meanwhile_is_shown_before_sending(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    page = browser.get(given.path)
    other = Browser(sqlite_app)
    other.submit(other.get(given.path), {"needs-special": "另一台"}, "save")
    clash = browser.submit(page, ENTERPRISE, "submit", status=409)
    assert typed(clash)["needs-special"] == "另一台"
    assert submissions(sqlite_app) == []
    browser.submit(clash, press="submit")
    assert submissions(sqlite_app)[0].answers["needs.special"] == "另一台"
    assert drafts(sqlite_app) == 0


def test_a_draft_is_kept_with_its_own_consent_for_sensitive_values_only(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    card = {"basic-id_type": "resident-id", "basic-id_number": ID_CARD}
    saved = browser.submit(browser.get(given.path), card, "save")
    assert typed(saved)["basic-id_number"] == ID_CARD  # still on the page of the one who typed it
    assert "002X" not in browser.get(given.path).html
    browser.submit(browser.get(given.path), {**card, "consent_sensitive": "yes"}, "save")
    assert ID_CARD not in everything(sqlite_app)
    again = Browser(sqlite_app).get(given.path)
    assert "••••••002X" in again.text
    assert ID_CARD[-5:] not in again.html
    browser.submit(browser.get(given.path), INDIVIDUAL, "submit")
    (sent,) = submissions(sqlite_app)
    assert sent.secrets == {"basic.id_number": ID_CARD}
    assert [consent.kind for consent in sent.consents] == ["privacy", "sensitive"]


def test_a_sensitive_value_that_is_not_kept_is_said_so(browser: Browser, sqlite_app: Flask) -> None:
    page = browser.get(invited(sqlite_app, audience=Audience.INDIVIDUAL).path)
    assert "暂未保存：证件号码" in str(scripted(browser, page, CARD)["saved"])
    assert "暂未保存：证件号码" in browser.submit(page, CARD, "save").text
    agreed = {**CARD, "consent_sensitive": "yes"}
    assert "暂未保存" not in str(scripted(browser, page, agreed)["saved"])


CARD = {"basic-id_type": "resident-id", "basic-id_number": ID_CARD}


def test_a_consent_that_is_unticked_takes_the_saved_value_along(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    page = browser.submit(browser.get(given.path), {**CARD, "consent_sensitive": "yes"}, "save")
    page = browser.submit(page, {"basic-id_number": "", "consent_sensitive": []}, "save")
    assert "002X" not in page.html
    browser.submit(page, INDIVIDUAL, "submit")
    (sent,) = submissions(sqlite_app)
    assert (sent.secrets, [consent.kind for consent in sent.consents]) == (None, ["privacy"])


def test_a_tick_without_a_value_is_no_consent_for_another_device(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    browser.submit(browser.get(given.path), {"consent_sensitive": "yes"}, "save")
    other = Browser(sqlite_app)
    page = other.get(given.path)
    assert page.find("input", name="consent_sensitive").get("checked") is None
    assert other.submit(page, {**INDIVIDUAL, **CARD}, "submit", status=422).error_of("consent_sensitive")


def test_an_unticked_page_of_another_device_leaves_a_saved_value_alone(browser: Browser, sqlite_app: Flask) -> None:
    given, other = invited(sqlite_app, audience=Audience.INDIVIDUAL), Browser(sqlite_app)
    old = other.get(given.path)
    browser.submit(browser.get(given.path), {**CARD, "consent_sensitive": "yes"}, "save")
    other.submit(old, {"contacts-name": "李婧"}, "save")
    page = browser.get(given.path)
    assert "••••••002X" in page.text
    assert page.find("input", name="consent_sensitive").get("checked") is not None


def test_what_was_typed_after_what_is_taken_back_stays(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    browser.submit(browser.get(given.path), ENTERPRISE, "submit")
    browser.submit(browser.get(f"{given.path}?edit=1"), {"needs-special": "快"}, "save")
    assert "尚未提交的修改" in browser.get(given.path).text
    assert typed(browser.submit(browser.get(given.path), press="withdraw"))["needs-special"] == "快"
    assert drafts(sqlite_app) == 1


def test_the_order_of_lines_is_kept(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    browser.submit(browser.get(given.path), {"needs-special": "一\n二"}, "save")
    browser.submit(browser.get(given.path), {"needs-special": "二\n\n一"}, "save")
    assert typed(Browser(sqlite_app).get(given.path))["needs-special"] == "二\r\n\r\n一"


def test_saving_by_the_button_says_what_is_wrong(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    page = browser.submit(browser.get(given.path), {"contacts-mobile": "138"}, "save")
    assert "应为 11 位数字" in page.error_of("contacts-mobile")
    assert not page.error_of("consent")
    assert drafts(sqlite_app) == 1


@pytest.mark.parametrize("number", ["2147483648", "99999999999", "-1", "x"])
def test_a_draft_that_never_was_harms_nothing(app: Flask, number: str, clock: time_machine.Traveller) -> None:
    browser, given = Browser(app), invited(app)
    browser.submit(browser.get(given.path), {"contacts-name": "王"}, "save")
    browser.submit(browser.get(given.path), {"contacts-name": "王芳", "draft": number}, "save")
    assert drafts(app) == 2


def test_a_draft_whose_key_is_lost_is_none(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    browser.submit(browser.get(given.path), {"contacts-name": "王小明"}, "save")
    with writing(sqlite_app) as session:
        session.execute(text("UPDATE drafts SET typed = 'gAAAA'"))
    page = browser.get(given.path)
    assert typed(page)["contacts-name"] == "张敏"
    browser.submit(page, ENTERPRISE, "submit")


def test_a_draft_of_many_times_the_longest_answers_is_refused(browser: Browser, given: Invited) -> None:
    browser.submit(browser.get(given.path), {"needs-special": "字" * 60_000}, "save", status=413)


def test_a_draft_after_the_answers_were_sent_elsewhere_is_told_so(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    page = browser.get(given.path)
    answered(sqlite_app, given)
    told = browser.submit(page, {"needs-special": "快"}, "save", status=409)
    assert "已于 2026-11-23 10:00" in told.text
    assert typed(told)["needs-special"] == "快"
    assert drafts(sqlite_app) == 0


def test_page_only_checks_saving_without_the_token_keeps_nothing(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    page = browser.get(given.path)
    page.find("input", name="csrf_token").set("value", "x")
    fresh = scripted(browser, page, {"contacts-name": "王"}, status=422)["csrf_token"]
    assert typed(browser.submit(page, {"contacts-name": "王"}, "save", status=422))["contacts-name"] == "王"
    assert drafts(sqlite_app) == 0
    page.find("input", name="csrf_token").set("value", str(fresh))
    assert scripted(browser, page, {"contacts-name": "王"})["draft"] == 1


def test_expired_form_one_that_was_open_for_a_day_is_sent(
    browser: Browser, sqlite_app: Flask, given: Invited, clock: time_machine.Traveller
) -> None:
    page = browser.get(given.path)
    clock.shift(timedelta(days=1))
    browser.submit(page, ENTERPRISE, "submit")
    assert len(submissions(sqlite_app)) == 1
