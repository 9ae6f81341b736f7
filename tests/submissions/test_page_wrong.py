"""A wrong value comes back beside its control with what to mend, and all that was typed is still there (M5)."""

from collections.abc import Sequence

import pytest
from flask import Flask

from formsvc.customers.models import Audience, Situation
from tests.browser import Browser
from tests.filling import ENTERPRISE, INDIVIDUAL, Typed, invited, submissions
from tests.submissions.test_page_sent import MORE

WRONG: Sequence[tuple[str, str | list[str], str]] = [
    # control, what is typed, what to do about it
    ("basic-full_name", "", "请填写客户全称"),
    ("basic-full_name", " \u3000\u200b", "请填写客户全称"),
    ("basic-full_name", "某科技公司", "营业执照上的全称"),
    ("basic-full_name", "云" * 121, "最多 120 个字"),
    ("basic-uscc", "", "请填写统一社会信用代码"),
    ("basic-uscc", "91440300192203821", "现有 17 位"),
    ("basic-uscc", "91440300192203821O", "不含 I、O"),
    ("basic-uscc", "914403001922038217", "校验码不符"),
    ("basic-founded_on", "2026-11-24", "不能晚于今天"),
    ("basic-founded_on", "2026-02-30", "日期不存在"),
    ("basic-founded_on", "去年", "年-月-日"),
    ("basic-staff_count", "-1", "不能小于 0"),
    ("basic-staff_count", "1.5", "应为整数"),
    ("basic-revenue", "很多", "应为数字"),
    ("basic-address", "路" * 201, "最多 200 个字"),
    ("contacts-name", "", "请填写主要对接人姓名"),
    ("contacts-office_phone", "12", "填写完整号码"),
    ("contacts-mobile", "", "请填写手机号"),
    ("contacts-mobile", "1385678000", "应为 11 位数字"),
    ("contacts-mobile", "010-12345678", "应为 11 位数字"),
    ("contacts-email", "", "请填写邮箱地址"),
    ("contacts-email", "zhangmin@", "格式不正确"),
    ("contacts-email", "a@example.com, b@example.com", "格式不正确"),
    ("contacts-emergency_phone", "", "请一并填写"),
    ("needs-budget-from", "", "同时填写下限和上限"),
    ("needs-budget-from", "60", "写成 50-60"),
    ("needs-special", "字" * 1001, "最多 1000 个字"),
    ("history-since", "2027-01-01", "不能晚于今天"),
    ("history-projects", "甲\n乙\n丙\n丁", "最多 3 项"),
    ("history-nonrenewal_reason", "字" * 1001, "最多 1000 个字"),
    ("maintenance-remarks", "字" * 1001, "最多 1000 个字"),
]
FORGED = [
    # what no page offers, and a program sends
    ("basic-industry", ["Z"], "没有“Z”"),
    ("basic-industry", [""], "请选择所属行业"),
    ("basic-size", ["huge"], "没有“huge”"),
    ("contacts-salutation", ["dr"], "没有“dr”"),
    ("contacts-salutation", ["mr", "ms"], "只能选择一项"),
    ("needs-products", [], "请选择合作意向"),
    ("needs-products", ["other"], "写明具体内容"),
    ("needs-products", ["gold"], "没有“gold”"),
    ("needs-channel", ["pigeon"], "没有“pigeon”"),
    ("needs-term", ["forever"], "没有“forever”"),
    ("history-satisfaction", ["6"], "1 到 5"),
    ("history-satisfaction", ["x"], "1 到 5"),
    ("maintenance-review_cycle", ["never"], "没有“never”"),
]
PERSON = [
    ({"basic-full_name": "张某"}, "basic-full_name", "真实姓名"),
    ({"basic-id_type": "resident-id", "basic-id_number": "11010519491231002"}, "basic-id_number", "现有 17 位"),
    ({"basic-id_type": "resident-id", "basic-id_number": "110105194912310021"}, "basic-id_number", "校验码不符"),
    ({"basic-id_type": "resident-id", "basic-id_number": "990105194912310021"}, "basic-id_number", "地区代码"),
    ({"basic-id_type": "passport", "basic-id_number": "E1"}, "basic-id_number", "5 到 20 位"),
]
ALL = {**ENTERPRISE, **MORE}


@pytest.fixture
def path(sqlite_app: Flask) -> str:
    return invited(sqlite_app, situation=Situation.EXISTING).path


def shown(sent: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pair for pair in sent if pair[0] not in ("csrf_token", "seen", "action"))


@pytest.mark.parametrize(("name", "text", "message"), WRONG, ids=[f"{case[0]}-{case[2]}" for case in WRONG])
def test_a_wrong_value_is_marked_and_nothing_typed_is_lost(
    browser: Browser, sqlite_app: Flask, path: str, name: str, text: str, message: str
) -> None:
    page = browser.get(path)
    typed = {**ALL, name: text}
    back = browser.submit(page, typed, "submit", status=422)
    assert message in back.error_of(name)
    assert shown(back.form().filled({}, None)) == shown(page.form().filled(typed, None))
    marked = {e.get("name") or "" for e in back.root.iter() if e.get("aria-invalid") == "true"}
    assert {each.removesuffix("-to") for each in marked} - {name} <= {name.removesuffix("-from")}
    assert submissions(sqlite_app) == []


@pytest.mark.parametrize(("name", "texts", "message"), FORGED)
def test_page_only_checks_what_no_page_offers_is_refused(
    browser: Browser, sqlite_app: Flask, path: str, name: str, texts: list[str], message: str
) -> None:
    token = browser.get(path).find("input", name="csrf_token").get("value") or ""
    alone = {"needs-products-other": "", "csrf_token": token, name: texts}
    back = browser.post(path, {**ALL, **alone}, status=422)
    error = back.find("p", id=f"{name}-error").text or ""
    assert message in error
    marked = [e for e in back.root.iter() if e.get("aria-invalid") == "true"]
    assert marked
    assert all(f"{name}-error" in (e.get("aria-describedby") or "") for e in marked)
    assert submissions(sqlite_app) == []


@pytest.mark.parametrize(("typed", "name", "message"), PERSON)
def test_a_person_is_checked_by_rules_for_people(
    browser: Browser, sqlite_app: Flask, typed: Typed, name: str, message: str
) -> None:
    page = browser.get(invited(sqlite_app, audience=Audience.INDIVIDUAL).path)
    back = browser.submit(page, {**INDIVIDUAL, "consent_sensitive": "yes", **typed}, "submit", status=422)
    assert message in back.error_of(name)


def test_all_that_is_wrong_is_listed_first_with_links_to_the_controls(browser: Browser, path: str) -> None:
    page = browser.get(path)
    back = browser.submit(
        page, {**ALL, "basic-uscc": "1", "needs-budget-from": "", "consent": []}, "submit", status=422
    )
    links = [e.get("href") for e in back.find("div", id="errors").iter("a")]
    assert links == ["#consent", "#basic-uscc", "#needs-budget-from"]
    assert back.find("div", id="errors").get("role") == "alert"


def test_a_mended_form_is_sent(browser: Browser, sqlite_app: Flask, path: str) -> None:
    back = browser.submit(browser.get(path), {**ALL, "contacts-mobile": "1"}, "submit", status=422)
    browser.submit(back, {"contacts-mobile": "13856780001"}, "submit")
    assert len(submissions(sqlite_app)) == 1


def test_page_only_checks_a_field_of_another_audience_is_not_kept(browser: Browser, sqlite_app: Flask) -> None:
    path = invited(sqlite_app).path
    token = browser.get(path).find("input", name="csrf_token").get("value") or ""
    foreign = {"basic-id_number": "E12345678", "history-since": "2020-01-01", "maintenance-tags": ["at-risk"]}
    browser.post(path, {**ENTERPRISE, **foreign, "basic-bank_account": "12345678", "csrf_token": token})
    (sent,) = submissions(sqlite_app)
    kept = {"basic.id_number", "history.since", "maintenance.tags", "basic.bank_account"} & {*sent.answers}
    assert (kept, sent.secrets) == (set(), None)
