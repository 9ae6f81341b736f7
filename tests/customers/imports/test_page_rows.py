"""What the page of an import says of a row: what it would put into the record, and what it did (M43)."""

import re

from flask import Flask

from formsvc.staff.models import Staff
from tests.browser import Browser, Page
from tests.customers.imports.bringing import CONTACT, MOBILE, NAME, NUMBER, company, read, run
from tests.factories import customer, writing
from tests.forms import text_of

INDEX = "/customers/import"
UNKNOWN = "CX209901001"


def fields(page: Page) -> list[str]:
    """What the rows on the page say, in the order of the page."""
    return [text_of(term) for facts in page.find_all("dl", class_="facts") for term in facts.iter("dt")]


def test_a_new_row_shows_its_number_and_its_values_as_they_were_read(
    browser: Browser, sqlite_app: Flask, manager: Staff
) -> None:
    id_ = read(sqlite_app, manager, company(1, **{NUMBER: UNKNOWN, "预算范围": "50-80万"}))
    page = browser.get(f"{INDEX}/{id_}")
    assert f"{UNKNOWN} 还没有客户用这个编号" in page.text
    assert fields(page) == ["客户全称 / 姓名", "主要对接人姓名", "手机号", "预算范围（万元）"]
    assert "50–80" in page.text
    run(sqlite_app, id_, manager)
    done = browser.get(f"{INDEX}/{id_}")
    assert len(fields(done)) == 4
    assert "还没有客户用这个编号" not in done.text


def test_a_row_that_may_be_new_shows_its_values_until_it_is_somebody_else(
    browser: Browser, sqlite_app: Flask, manager: Staff
) -> None:
    with writing(sqlite_app) as session:
        known = customer(session, manager).number
    id_ = read(sqlite_app, manager, {NAME: "云盾科技", MOBILE: "13856780001", NUMBER: UNKNOWN})
    page = browser.get(f"{INDEX}/{id_}")
    assert (fields(page), UNKNOWN in page.text) == (["客户全称 / 姓名", "手机号"], True)
    page = browser.submit(page, {"row-2": known}, press="save", action=f"{INDEX}/{id_}/choices")
    assert (fields(page), UNKNOWN in page.text) == ([], False)


def test_a_row_that_added_a_person_says_so_once_it_is_done(browser: Browser, sqlite_app: Flask, manager: Staff) -> None:
    with writing(sqlite_app) as session:
        known = customer(session, manager)
    row = {NAME: known.name, CONTACT: "王芳", MOBILE: "13900000009"}
    id_ = read(sqlite_app, manager, row)
    page = browser.get(f"{INDEX}/{id_}")
    page = browser.submit(page, {"row-2": known.number}, press="save", action=f"{INDEX}/{id_}/choices")
    assert "将新增为联系人" in page.text
    run(sqlite_app, id_, manager)
    page = browser.get(f"{INDEX}/{id_}")
    assert ("将新增为联系人" in page.text, "已新增为联系人" in page.text) == (False, True)


def test_rows_to_decide_are_counted_once_where_none_is_decided(
    browser: Browser, sqlite_app: Flask, manager: Staff
) -> None:
    id_ = read(sqlite_app, manager, company(1), company(1, 职位="总经理"))
    said = text_of(browser.get(f"{INDEX}/{id_}").find("section", aria_labelledby="confirm"))
    assert re.findall(r"(\d+) 行需要您选择", said) == ["1"]
