"""Back from a fair: a worksheet and cards come in, doubles are found, links go out, the week is reported."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.customers.imports.bringing import MAIL, MOBILE, NAME, company, content
from tests.journeys.conftest import PASSWORD, Contexts, Installation, look

MANAGER = "li.qiang@example.com"
ROWS = [
    *(company(number, **{MAIL: f"buyer{number}@example.com", "信息来源": "展会对接"}) for number in (1, 2, 3)),
    company(1, **{NAME: "苏州1号精密机械（集团）有限公司", MAIL: "buyer1@example.com"}),
    company(4, **{MOBILE: "1390000"}),
]
OTHER, NEW = "李娜", "深圳市腾云科技有限公司"


@pytest.mark.parametrize("installation", ["embedded"], indirect=True)
def test_back_from_a_fair(installation: Installation, contexts: Contexts, tmp_path: Path) -> None:
    add = ["staff", "add", MANAGER, "--name", "李强", "--role", "manager", "--phone", "0755-86530001"]
    installation.console(*add, typed=PASSWORD)
    sheet = tmp_path / "展会.csv"
    sheet.write_bytes(content(*ROWS))
    page = contexts.person(width=1280)

    _sign_in(page)
    _bring_in(page, sheet)
    _add_a_person_of_a_known_company(page)
    _add_a_new_company(page)
    _send_links(page)
    mails = installation.mailbox.wait(4)
    assert {mail["To"] for mail in mails} == {f"buyer{number}@example.com" for number in (1, 2, 3)} | {
        "zhao@example.com"
    }
    _report(page)


def _sign_in(page: Page) -> None:
    page.goto("/customers/")
    page.get_by_label("邮箱").fill(MANAGER)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("客户")
    look(page)


def _bring_in(page: Page, sheet: Path) -> None:
    page.get_by_role("link", name="导入", exact=True).click()
    look(page)
    page.locator("[name=file]").set_input_files(sheet)
    page.locator("main form button").click()
    bring = page.get_by_role("button", name=re.compile("^导入"))
    expect(bring).to_have_text("导入 3 行及下方所选")
    look(page)
    page.get_by_label(re.compile("本工作表第 2 行")).check()
    bring.click()
    expect(page.locator("main")).to_contain_text("苏州1号精密机械（集团）有限公司")
    bring.click()
    expect(page.locator("main")).to_contain_text("新增客户 3 位，更新 1 位")
    expect(page.locator("main")).to_contain_text("1390000")
    look(page)


def _add_a_person_of_a_known_company(page: Page) -> None:
    page.goto("/customers/new")
    look(page)
    page.locator("[name=basic-full_name]").fill("苏州2号精密机械有限公司")
    page.locator("[name=contacts-name]").fill(OTHER)
    page.locator("[name=contacts-mobile]").fill("13700000001")
    page.keyboard.press("Enter")
    expect(page.locator("#known")).to_be_visible()
    look(page)
    page.get_by_role("button", name=re.compile("把此人添加为")).click()
    expect(page.get_by_role("status")).to_contain_text("苏州2号精密机械有限公司")


def _add_a_new_company(page: Page) -> None:
    page.locator("[name=basic-full_name]").fill(NEW)
    page.locator("[name=contacts-name]").fill("赵强")
    page.locator("[name=contacts-email]").fill("zhao@example.com")
    page.locator("[name=record-source]").select_option("fair")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(NEW)


def _send_links(page: Page) -> None:
    page.goto("/customers/?asked=never")
    page.get_by_label("全选本页").check()
    look(page)
    page.get_by_role("button", name="邀请…").click()
    look(page)
    page.get_by_role("button", name="邀请 4 位客户").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已邀请 4 位客户")
    look(page)


def _report(page: Page) -> None:
    page.get_by_role("link", name="工作情况").click()
    row = page.locator("tbody tr", has_text="李强")
    expect(row).to_contain_text("展会对接 4")
    expect(row.locator("td").nth(1)).to_have_text("4")
    look(page)
