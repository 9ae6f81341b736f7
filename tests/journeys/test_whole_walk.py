"""From a worksheet to a thank-you: one enterprise on a phone, one individual without JavaScript, one who is late."""

import re
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from formsvc.workdays import add_workdays
from tests.journeys.conftest import ADMINISTRATOR, PASSWORD, Contexts, Installation, look

WORKSHEET = Path(__file__).parent.parent / "data" / "worksheet-120.xlsx"
ENTERPRISE, INDIVIDUAL, LATE = "CX202406005", "CX202405040", "CX202405007"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("installation", ["distributed"], indirect=True)
def test_from_a_worksheet_to_a_thank_you(installation: Installation, contexts: Contexts, tmp_path: Path) -> None:
    _import(installation, tmp_path)
    links = _invite(installation)
    manager = contexts.person(language="zh-CN", width=1280)
    _sign_in(manager)

    customer = contexts.person(language="zh-CN", width=375)
    _enterprise_answers(customer, links[ENTERPRISE])
    _approve_but_keep_the_address(manager)
    _thanks(installation.letter("thank-you"), "我们会安排技术总监与您联系。")
    _record_knows_its_sources(manager)

    person = contexts.person(language="en-US", width=375, javascript=False)
    _individual_answers(person, links[INDIVIDUAL])
    _return(manager, "请补充证件类型。")
    _individual_mends(person, _link(installation.letter("returned")))
    _approve(manager)
    _thanks(installation.letter("thank-you", 2), "Thank you")
    assert "已收到" in installation.letter("receipt")["Subject"]

    _late_one_is_reminded_once_for_each_step(installation)


def _import(installation: Installation, folder: Path) -> None:
    sheet = folder / WORKSHEET.name
    sheet.write_bytes(WORKSHEET.read_bytes())
    said = installation.console("customers", "import", str(sheet), "--owner", ADMINISTRATOR)
    assert "102 created" in said
    assert "18 refused" in said
    assert said.count("Perhaps one customer") == 8
    assert (folder / f"{WORKSHEET.name}.refused.csv").exists()


def _invite(installation: Installation) -> dict[str, str]:
    printed = installation.console("invite", ENTERPRISE, INDIVIDUAL, LATE)
    links = dict(line.split("\t") for line in printed.splitlines())
    mails = installation.mailbox.wait(3)
    assert {mail["X-Formsvc-Kind"] for mail in mails} == {"invitation"}
    assert {_link(mail) for mail in mails} == set(links.values())
    return links


def _sign_in(page: Page) -> None:
    page.goto("/review/")
    look(page)
    page.get_by_label("邮箱").fill(ADMINISTRATOR)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("待审核")
    look(page)


def _enterprise_answers(page: Page, link: str) -> None:
    page.goto(link)
    look(page)
    expect(page.locator("[name=contacts-name]")).to_have_value("胡丽平")
    page.locator("[name=basic-uscc]").fill("914403001922038217")
    page.locator("[name=contacts-salutation]").select_option("ms")
    page.locator("[name=basic-address]").fill("武汉市洪山区珞喻路1号")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[name=basic-uscc]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=basic-address]")).to_have_value("武汉市洪山区珞喻路1号")
    look(page)
    page.locator("[name=basic-uscc]").fill("９１４４０３００１９２２０３８２１６")
    page.locator("[name=consent]").check()
    page.get_by_role("button", name="提交").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已收到")
    look(page)


def _approve_but_keep_the_address(page: Page) -> None:
    page.goto("/review/")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody [data-row]").click()
    look(page)
    page.locator("[name=decide-basic-address][value=keep]").check()
    page.get_by_label("备注").fill("我们会安排技术总监与您联系。")
    page.get_by_role("button", name="通过").click()
    expect(page.get_by_role("status")).to_contain_text("已通过")


def _record_knows_its_sources(page: Page) -> None:
    page.goto(f"/customers/{ENTERPRISE}")
    look(page)
    code = page.locator("dd", has_text="914403001922038216")
    expect(code).to_contain_text("陈晨")
    expect(code).to_contain_text("填写，陈晨")
    expect(page.locator("dt", has_text="住址").locator("xpath=following-sibling::dd[1]")).not_to_contain_text("珞喻路")


def _individual_answers(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("[name=contacts-salutation]").select_option("mr")
    page.locator("[name=basic-id_number]").fill("11010519491231002X")
    page.locator("[name=consent]").check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[name=consent_sensitive]")).to_have_attribute("aria-invalid", "true")
    page.locator("[name=consent_sensitive]").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("arrived")


def _return(page: Page, note: str) -> None:
    page.goto("/review/")
    page.locator("tbody [data-row]").click()
    expect(page.locator("main")).not_to_contain_text("11010519491231002X")
    page.get_by_label("备注").fill(note)
    page.get_by_role("button", name="退回修改").click()
    expect(page.get_by_role("status")).to_contain_text("退回")


def _individual_mends(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.locator("main")).to_contain_text("请补充证件类型。")
    expect(page.locator("[name=contacts-salutation]")).to_have_value("mr")
    page.locator("[name=basic-id_type]").select_option("resident-id")
    page.locator("[name=consent]").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("arrived")


def _approve(page: Page) -> None:
    page.goto("/review/")
    page.locator("tbody [data-row]").click()
    page.get_by_role("button", name="通过").click()
    expect(page.get_by_role("status")).to_contain_text("已通过")


def _thanks(mail: EmailMessage, words: str) -> None:
    assert "陈晨" in mail["From"]
    assert words in _text(mail)


def _late_one_is_reminded_once_for_each_step(installation: Installation) -> None:
    deadline = add_workdays(_today(), 5)
    for offset, kind in ((-1, "reminder"), (1, "reminder"), (2, "overdue-manager")):
        count = len(installation.mailbox.messages)
        at = datetime.combine(add_workdays(deadline, offset), datetime.min.time(), SHANGHAI) + timedelta(hours=10)
        for _ in range(2):
            installation.console("tick", "--at", at.isoformat())
        mails = installation.mailbox.wait(count + 1)
        assert [mail["X-Formsvc-Kind"] for mail in mails[count:]] == [kind]


def _today() -> date:
    return datetime.now(SHANGHAI).date()


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _link(mail: EmailMessage) -> str:
    found = re.search(r"http://\S+/q/\S+", _text(mail))
    assert found, _text(mail)
    return found[0]
