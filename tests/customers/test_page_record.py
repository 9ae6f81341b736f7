"""A customer's page: what is held, where each value comes from, and what was held before (M24)."""

import pytest
from flask import Flask

from formsvc.customers.models import Audience
from tests.browser import Browser
from tests.filling import ID_CARD, account, answered, customer, hold_secret, invited
from tests.forms import text_of


def test_held_values_stand_under_their_modules_with_their_source(browser: Browser, sqlite_app: Flask) -> None:
    manager = account(sqlite_app)
    values = {"needs.budget": {"from": "10", "to": "50"}, "record.core_needs": "数据安全", "basic.industry": "物联网"}
    number = customer(sqlite_app, manager, values=values)
    browser.sign_in(manager)
    page = browser.get(f"/customers/{number}")
    assert [text_of(h) for h in page.root.iter("h3")][:3] == ["基本信息", "联系人", "合作需求"]
    for text in ("10–50 万元", "物联网", "13856780001", "来自工作表，2026-11-23 10:00", number):
        assert text in page.text


def test_after_a_merge_each_value_knows_its_submission_reviewer_time_and_consent(
    browser: Browser, sqlite_app: Flask
) -> None:
    given = invited(sqlite_app)
    submission = answered(sqlite_app, given, {"contacts.name": "王伟"})
    browser.sign_in(given.manager)
    page = browser.submit(browser.get(f"/review/{submission}"), press="approve")
    assert page.path.startswith(f"/customers/{given.number}")
    assert "王伟 客户填写（提交 1），李强于 2026-11-23 10:00 采纳，同意记录 1" in page.text
    assert "zhangmin@example.com 来自工作表，2026-11-23 10:00 · 客户于 2026-11-23 确认" in page.text
    before = [text_of(e) for e in page.root.iter("s")]
    assert before == ["张敏"]


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_a_sensitive_value_is_masked_on_its_page_and_in_its_history(
    browser: Browser, sqlite_app: Flask, query: str
) -> None:
    manager = account(sqlite_app)
    number = customer(sqlite_app, manager, audience=Audience.INDIVIDUAL)
    hold_secret(sqlite_app, number)
    hold_secret(sqlite_app, number, "11010519491231003X")
    browser.sign_in(manager)
    page = browser.get(f"/customers/{number}{query}")
    assert "••••••002X" in page.text
    assert "••••••003X" in page.text
    assert ID_CARD[:-4] not in page.html


@pytest.mark.parametrize("number", ["CX202611999", "cx", "CX", "%25", "CX202611001%00", "../x", "CX%20202611001"])
def test_a_number_that_nobody_has_is_404(browser: Browser, sqlite_app: Flask, number: str) -> None:
    manager = account(sqlite_app)
    browser.sign_in(manager)
    browser.get(f"/customers/{number}", status=404)
