"""What comes before and after the first sending: a code, a return, a receipt, another round; in a real browser."""

import re
from io import BytesIO

from flask import Flask
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from formsvc.staff.models import Role
from formsvc.submissions.models import SubmissionState
from tests.factories import PASSWORD
from tests.filling import account
from tests.journeys import states
from tests.journeys.conftest import Contexts
from tests.journeys.test_filling import arrived, send, sent
from tests.proving import last_code, wrong


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as who has no mouse does."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_another_round_asks_only_for_what_is_not_fresh(trial: Flask, people: Contexts) -> None:
    given = states.invited_again(trial, states.approved(trial))
    page = people.person()
    page.goto(given.path)
    lines = page.locator("details.fold")
    expect(lines.first).to_be_visible()
    expect(page.locator("section[data-module=contacts] [name=contacts-name]")).to_have_count(0)
    page.get_by_role("button", name="全部展开").click()
    expect(page.locator("details.fold:not([open])")).to_have_count(0)
    page.locator("[name=contacts-position]").fill("采购总监")
    expect(page.locator("#changes del")).to_have_text("采购经理")
    expect(page.locator("#changes ins")).to_have_text("采购总监")
    page.locator("[name=consent]").check()
    line = lines.filter(has=page.locator("[name=contacts-position]"))
    line.locator("summary").click()
    expect(line.get_by_text("已修改")).to_be_visible()
    send(page)
    arrived(page)
    expect(page.locator(".changes ins")).to_have_text("采购总监")


def test_on_a_phone_a_line_without_a_value_looks_as_one_with(trial: Flask, people: Contexts) -> None:
    page = people.person()
    page.goto(states.returned(trial).path)
    lines = page.locator("details.fold")
    expect(lines.filter(has_text="—").first).to_be_visible()
    assert len(set(lines.evaluate_all("lines => lines.map((line) => Math.round(line.offsetHeight))"))) == 1


def test_what_was_returned_is_mended_by_keyboard_alone(trial: Flask, people: Contexts) -> None:
    given = states.returned(trial)
    page = people.person(width=1280)
    page.goto(given.path)
    expect(page.locator("#basic-size-note")).to_contain_text("请选择企业规模。")
    assert page.locator("section[data-module] .field:not(:has([type=checkbox]))").count() == 2
    tab_to(page, "[href='#contacts-mobile']")
    page.keyboard.press("Enter")
    tab_to(page, "[name=contacts-mobile]")
    page.keyboard.type("1385678")
    tab_to(page, "details.fold summary")
    page.keyboard.press("Space")
    expect(page.locator("details.fold").first).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    tab_to(page, ".buttons [value=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    for name in ("contacts-mobile", "basic-full_name"):
        tab_to(page, f"#errors [href='#{name}']")
        page.keyboard.press("Enter")
        expect(page.locator(f"[name={name}]")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        expect(page.locator(f"[name={name}]")).to_be_focused()
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type({"contacts-mobile": "13856780008", "basic-full_name": "合肥云盾科技有限公司"}[name])
        page.locator("#errors").focus()
    tab_to(page, "[name=consent]")
    page.keyboard.press("Space")
    tab_to(page, ".buttons [value=submit]")
    page.keyboard.press("Enter")
    arrived(page)
    assert sent(trial, given) == [SubmissionState.RETURNED, SubmissionState.WAITING]


def test_what_is_held_appears_after_the_code_in_the_mail(trial: Flask, people: Contexts) -> None:
    given = states.behind_code(trial)
    page, stranger = people.person(), people.person()
    stranger.goto(given.path)
    stranger.get_by_role("link", name="不查看已有信息").click()
    expect(stranger.locator("[name=contacts-name]")).to_have_value("")
    page.goto(given.path)
    assert "张敏" not in page.content()
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码", exact=True).fill(wrong(last_code(trial)))
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    code = re.search(r"\b[0-9]{6}\b", states.text(states.letter(trial, "code")))
    assert code
    page.locator("#code").fill(code[0])
    page.keyboard.press("Enter")
    expect(page.locator("[name=contacts-name]")).to_have_value("张敏")
    stranger.reload()
    expect(stranger.locator("[name=contacts-name]")).to_have_value("")


def test_a_receipt_gives_a_copy_confirms_an_address_and_takes_back(trial: Flask, people: Contexts) -> None:
    given = states.waiting(trial)
    page = people.person()
    page.goto(given.path)
    copy = page.request.get(str(page.get_by_role("link", name="PDF").get_attribute("href")))
    assert copy.headers["content-type"] == "application/pdf"
    assert "合肥云盾科技有限公司" in PdfReader(BytesIO(copy.body())).pages[0].extract_text()
    page.goto(states.link_in(states.letter(trial, "confirm-address")))
    page.get_by_role("button", name="是的，这是我的邮箱").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已确认")
    page.goto(given.path)
    expect(page.locator(".note.good")).to_contain_text("z•••@example.org")
    page.get_by_text("撤回提交").click()
    page.get_by_role("button", name="确认撤回").click()
    expect(page.locator("[name=contacts-email]")).to_have_value("zhang.min@example.org")
    assert sent(trial, given) == [SubmissionState.WITHDRAWN]


def test_the_time_that_it_took_is_shown_to_staff(trial: Flask, people: Contexts) -> None:
    given = states.invited_now(trial, states.HELD)
    page = people.person()
    page.clock.install()
    page.goto(given.path)
    page.locator("[name=opened]").evaluate("control => { control.value -= 100 }")
    page.locator("[name=contacts-name]").focus()
    page.clock.fast_forward(40_000)
    page.locator("[value=save]").click()
    expect(page.locator("#kept")).to_be_visible()
    page.locator("[name=contacts-name]").focus()
    page.clock.fast_forward(10_000)
    page.locator("[name=consent]").check()
    send(page)
    arrived(page)
    desk = people.person(width=1280)
    desk.goto("/reports/times")
    desk.locator("[name=email]").fill(account(trial, Role.ADMINISTRATOR))
    desk.locator("[name=password]").fill(PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.locator("tbody")).to_contain_text("1 分 4")
    expect(desk.locator("tbody [data-label='各部分']").first).to_contain_text("50 秒")
