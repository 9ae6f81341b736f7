"""Filling in a real browser: nothing typed is lost, whatever the device, the connection and the second window do."""

import re
from datetime import datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from formsvc.customers.models import Audience
from formsvc.submissions.models import SubmissionState
from tests.filling import ENTERPRISE, Invited, confirm, invited, submissions
from tests.installation import ZONE
from tests.journeys.conftest import Contexts, look

SAVED, UNSAVED = re.compile("已保存"), re.compile("网络不通")
PATIENCE = 20_000  # milliseconds, for a slow phone on a busy machine
SEND = ".buttons [value=submit]"


@pytest.fixture
def given(trial: Flask) -> Invited:
    return invited(trial, now=datetime.now(ZONE))


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(SAVED)


def fill_required(page: Page) -> None:
    """What the record does not hold and the form needs."""
    page.locator("[name=basic-uscc]").fill(str(ENTERPRISE["basic-uscc"]))
    page.locator("select[name=basic-industry]").select_option("C")
    page.locator("[name=contacts-salutation]").select_option("ms")
    page.locator("[name=needs-products]").first.check()
    page.locator("[name=consent]").check()


def send(page: Page) -> None:
    page.locator(SEND).click()


def arrived(page: Page) -> None:
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile("已收到|have arrived"), timeout=PATIENCE)


def sent(app: Flask, given: Invited) -> list[SubmissionState]:
    return [one.state for one in submissions(app) if one.invitation_id == given.id]


def test_two_devices_lose_nothing(trial: Flask, people: Contexts, given: Invited) -> None:
    phone, desk = people.person(), people.person(width=1280)
    for page in (phone, desk):
        page.goto(given.path)
    phone.locator("[name=contacts-position]").press_sequentially("采购总监")
    saved(phone)
    desk.locator("[name=contacts-name]").fill("王芳")
    desk.locator("[name=contacts-mobile]").focus()
    expect(desk.locator("[name=contacts-position]")).to_have_value("采购总监")
    expect(desk.locator("#changes")).to_contain_text("王芳")
    phone.locator("[name=contacts-name]").fill("李雷")
    phone.locator("[name=contacts-mobile]").focus()
    expect(phone.locator(".theirs")).to_have_text("另一台设备上填写的是：王芳")
    tablet = people.person()
    tablet.goto(given.path)
    expect(tablet.locator("[name=contacts-name]")).to_have_value("李雷")
    saved(tablet)
    fill_required(tablet)
    send(tablet)
    arrived(tablet)
    expect(tablet.locator(".changes")).to_contain_text("李雷")
    phone.locator("[name=contacts-name]").fill("李磊")
    phone.locator("[name=contacts-mobile]").focus()
    expect(phone.locator("#saved")).to_contain_text("无法继续保存")
    send(phone)
    expect(phone.locator("#errors")).to_be_focused()
    expect(phone.locator("[name=contacts-name]")).to_have_value("李磊")
    assert sent(trial, given) == [SubmissionState.WAITING]


def test_without_javascript_the_form_is_saved_resumed_and_sent(trial: Flask, people: Contexts, given: Invited) -> None:
    confirm(trial, given.number, datetime.now(ZONE))
    page = people.person(javascript=False)
    page.goto(given.path)
    page.locator("[name=basic-uscc]").fill("914403001922038217")
    page.locator("summary", has_text="主要对接人姓名").click()
    page.locator("[name=contacts-name]").fill("王芳")
    page.get_by_role("button", name="保存并核对").click()
    expect(page.locator("#kept")).to_be_visible()
    page.goto(given.path)
    expect(page.locator("[name=contacts-name]")).to_have_value("王芳")
    expect(page.locator("#changes")).to_contain_text("王芳")
    send(page)
    expect(page.locator("[name=basic-uscc]")).to_have_value("914403001922038217")
    expect(page.locator("[name=basic-uscc]")).to_have_attribute("aria-invalid", "true")
    fill_required(page)
    send(page)
    arrived(page)
    assert sent(trial, given) == [SubmissionState.WAITING]


def test_a_connection_that_breaks_while_typing_and_at_sending(trial: Flask, people: Contexts, given: Invited) -> None:
    page = people.person()
    page.goto(given.path)
    fill_required(page)
    saved(page)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("#saved")).to_have_text(UNSAVED)
    expect(page.locator(SEND)).to_have_text("提交")
    page.context.set_offline(False)
    expect(page.locator("#saved.warn")).to_have_text(re.compile("已保存.*尚未提交"))
    page.context.set_offline(True)
    page.locator("[name=contacts-name]").fill("王芳")
    page.locator("[name=contacts-position]").focus()
    expect(page.locator("#saved")).to_have_text(UNSAVED)
    send(page)
    expect(page.locator("[name=contacts-name]")).to_have_value("王芳")
    assert sent(trial, given) == []
    page.context.set_offline(False)
    saved(page)
    send(page)
    arrived(page)
    assert [one.answers["contacts.name"] for one in submissions(trial) if one.invitation_id == given.id] == ["王芳"]


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_what_became_of_a_save_is_in_sight_and_covers_no_focus(people: Contexts, given: Invited, language: str) -> None:
    page = people.person(language=language)
    page.goto(given.path)
    for is_bad in (False, True):
        page.context.set_offline(is_bad)
        page.locator("[name=basic-address]").evaluate(AT_THE_FOOT)
        page.locator("[name=basic-address]").press_sequentially("合肥")
        expect(page.locator("#saved.bad" if is_bad else "#saved:not(.bad)")).to_be_in_viewport(ratio=1)
        assert page.evaluate(SEEN) == 1
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN) > 0.5, page.evaluate("document.activeElement.outerHTML")
    plain = people.person(language=language, javascript=False)
    plain.goto(given.path)
    plain.locator(".buttons [value=save]").click()
    expect(plain.locator("#kept")).to_be_in_viewport(ratio=1)


AT_THE_FOOT = "it => { it.focus(); scrollBy(0, Math.ceil(it.getBoundingClientRect().bottom - innerHeight)); }"
SEEN = """() => {
  const [bar, it] = ["#saved", ":focus"].map((one) => document.querySelector(one).getBoundingClientRect());
  return (Math.min(it.bottom, bar.top) - it.top) / it.height;
}"""  # the share of the control that has the focus


def test_a_lost_cookie_and_a_server_that_is_down_for_a_while(people: Contexts, given: Invited) -> None:
    page = people.person()
    page.goto(given.path)
    page.context.clear_cookies()
    page.locator("[name=contacts-name]").fill("王芳")
    page.locator("[name=contacts-position]").focus()
    saved(page)
    page.route("**/q/*", lambda route: route.fulfill(status=502))
    page.locator("[name=contacts-position]").fill("总监")
    page.locator("[name=contacts-mobile]").focus()
    expect(page.locator("#saved")).to_have_text(UNSAVED)
    send(page)
    page.unroute("**/q/*")
    page.locator("[name=basic-address]").fill("合肥市")
    page.locator("[name=contacts-mobile]").focus()
    saved(page)


def test_an_answer_that_is_lost_on_its_way_back(trial: Flask, people: Contexts, given: Invited) -> None:
    page = people.person()
    page.goto(given.path)
    fill_required(page)
    saved(page)
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        if "action=submit" not in (route.request.post_data or "") or lost:
            return route.continue_()
        lost.append(str(route.fetch(max_redirects=0).status))
        return route.abort("connectionreset")

    page.route("**/q/*", lose_the_answer)
    with page.expect_event("requestfailed", lambda request: request.is_navigation_request()):
        send(page)
    again = page.context.new_page()
    again.goto(given.path)
    arrived(again)
    assert lost == ["303"]
    assert sent(trial, given) == [SubmissionState.WAITING]


def test_enter_and_the_other_language_keep_what_was_just_typed(trial: Flask, people: Contexts, given: Invited) -> None:
    page = people.person(width=1280)
    page.goto(given.path)
    page.locator("[name=contacts-name]").fill("王芳")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your details with us")
    expect(page.locator("[name=contacts-name]")).to_have_value("王芳")
    fill_required(page)
    page.locator("[name=contacts-position]").fill("总监")
    page.keyboard.press("Enter")
    expect(page.locator("#changes")).to_contain_text("Position")
    expect(page.locator("[name=contacts-position]")).to_be_focused()
    assert sent(trial, given) == []
    send(page)
    arrived(page)
    expect(page.locator(".changes")).to_contain_text("王芳")


def test_enter_in_the_search_of_a_list_goes_on_to_the_list(people: Contexts, given: Invited) -> None:
    page = people.person(width=320)
    page.goto(given.path)
    box, found = page.get_by_role("searchbox"), page.locator(".filter [role=status]")
    chosen = page.locator("select[name=basic-industry]")
    for typed, said, value in (("没有这个行业", "没有匹配", ""), ("业", "项匹配", ""), ("制造业", "1 项匹配", "C")):
        box.fill(typed)
        expect(found).to_contain_text(said)
        box.press("Enter")
        expect(chosen).to_have_value(value)
    expect(chosen).to_be_focused()
    saved(page)
    box.fill("")
    expect(found).to_be_empty()
    look(page)


def test_a_form_on_its_way_says_so_and_after_a_while_can_be_sent_again(
    trial: Flask, people: Contexts, given: Invited
) -> None:
    page = people.person()
    page.clock.install()
    page.goto(given.path)
    fill_required(page)
    saved(page)
    page.route("**/q/*", lambda _route: None)
    page.locator("[name=contacts-name]").fill("王芳")
    send(page)
    expect(page.locator(SEND)).to_have_text("正在提交…")
    page.clock.fast_forward(10_000)
    expect(page.locator("#saved.warn")).to_contain_text("不会丢失")
    expect(page.locator(SEND)).to_have_text("提交")
    send(page)
    expect(page.locator(SEND)).to_have_text("正在提交…")
    page.unroute("**/q/*")
    arrived(page)
    assert sent(trial, given) == [SubmissionState.WAITING]


def test_a_slow_phone(trial: Flask, people: Contexts, given: Invited) -> None:
    page = people.person()
    devices = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # slow 3G
    devices.send("Network.emulateNetworkConditions", slow)
    devices.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(given.path)
    page.locator("[name=contacts-name]").press_sequentially("王芳")
    saved(page)
    fill_required(page)
    page.locator(SEND).dblclick()
    arrived(page)
    assert sent(trial, given) == [SubmissionState.WAITING]


def test_an_individual_with_a_sensitive_value(trial: Flask, people: Contexts) -> None:
    given = invited(trial, now=datetime.now(ZONE), audience=Audience.INDIVIDUAL)
    page = people.person(language="en-US")
    page.goto(given.path)
    page.locator("[name=basic-id_type]").select_option("resident-id")
    page.locator("[name=basic-id_number]").fill("11010519491231002X")
    page.locator("[name=consent_sensitive]").check()
    expect(page.locator("#changes")).to_contain_text("ID number")  # the save that has the tick, not one before it
    page.reload()
    expect(page.locator("[name=basic-id_number]")).to_have_value("")
    expect(page.locator("#basic-id_number-hint")).to_contain_text("002X")
    assert "11010519491231002X" not in page.content()
