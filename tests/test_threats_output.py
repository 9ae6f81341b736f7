"""Threats "stored XSS", "formula injection" and "null bytes and encodings": what people typed is text everywhere."""

import csv
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from formsvc.customers.models import Situation
from formsvc.customers.worksheet import files
from formsvc.staff.models import Role
from tests.browser import Browser, Page
from tests.filling import ENTERPRISE, account, customer, invited

XSS = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}</textarea></title>"
SHORT = "\"'><img src=x onerror=alert(1)>"  # where 60 characters are the most
LINK = "javascript:alert(1)//"
VALUES = {
    "basic.full_name": XSS, "basic.industry": XSS, "basic.address": LINK, "contacts.name": XSS,
    "contacts.position": XSS,
    "needs.products": [f"other:{XSS}"], "needs.special": XSS, "needs.term": XSS, "history.projects": [XSS],
    "history.nonrenewal_reason": XSS, "maintenance.tags": [f"other:{XSS}"], "maintenance.remarks": XSS,
    "record.core_needs": XSS, "record.category": XSS, "record.next_step": XSS, "contacts.mobile": "+8613900000009",
}  # fmt: skip
TYPED = {
    **ENTERPRISE, "basic-full_name": f"云盾{XSS}", "contacts-name": f"张{SHORT}", "contacts-position": SHORT,
    "basic-address": LINK, "needs-products-other": "<b>x</b>", "needs-special": XSS, "history-projects": XSS,
    "history-nonrenewal_reason": XSS, "maintenance-remarks": XSS,
}  # fmt: skip
FORMULAS = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://evil.example","x")',
    "＝1+1",
    "=cmd|' /C calc'!A0",
]


def check(page: Page) -> None:
    """No element and no attribute came out of what was typed: those that did would be these."""
    assert [e for e in page.root.iter("img") if e.get("src") == "x"] == []
    assert list(page.root.iter("b")) == []
    assert [e for e in page.root.iter("script") if not e.get("src")] == []
    assert [e for e in page.root.iter() for n in e.attrib if n.startswith("on") or LINK in (e.get("href") or "")] == []
    assert "49" not in [text.strip() for text in page.root.itertext()]


def test_stored_xss_what_was_typed_is_text_on_every_page(browser: Browser, sqlite_app: Flask) -> None:
    manager = account(sqlite_app, Role.ADMINISTRATOR, name=XSS[:80])
    customer(sqlite_app, manager, values=VALUES)
    given = invited(sqlite_app, manager, values=VALUES, situation=Situation.EXISTING)
    customers = Browser(sqlite_app)
    form = customers.get(given.path)
    wrong = customers.submit(form, {**TYPED, "contacts-mobile": XSS, "basic-founded_on": XSS}, "submit", status=422)
    receipt = customers.submit(wrong, {"contacts-mobile": "13900000009", "basic-founded_on": ""}, "submit")
    browser.sign_in(manager)
    review = browser.get("/review/1")
    returned = browser.submit(review, {"note": XSS}, "return")
    for page in (form, wrong, receipt, review, returned, customers.get(given.path)):
        check(page)
    for path in ("/review/", "/review/1", "/customers/", f"/customers/{given.number}", "/customers/duplicates",
                 "/invitations/", "/mail/", "/mail/1", "/mail/2", f"/customers/?q={XSS.replace('#', '')}"):  # fmt: skip
        check(browser.get(path))
    check(browser.get("/mail/2/html", is_mail=True))
    check(browser.submit(review, {"note": XSS}, "return", status=409))


def test_stored_xss_a_note_and_a_thank_you_are_text(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, account(sqlite_app, Role.ADMINISTRATOR), situation=Situation.EXISTING)
    customers = Browser(sqlite_app)
    customers.submit(customers.get(given.path), TYPED, "submit")
    browser.sign_in(given.manager)
    check(browser.submit(browser.get("/review/1"), {"note": XSS}, "approve"))
    check(browser.get("/mail/2"))
    check(browser.get("/mail/2/html", is_mail=True))
    check(customers.get(given.path))


@pytest.mark.parametrize("formulas", [FORMULAS[:3], FORMULAS[3:6], FORMULAS[6:]])
def test_formula_injection_an_answer_that_begins_like_a_formula_goes_out_as_text(
    browser: Browser, sqlite_app: Flask, tmp_path: Path, formulas: list[str]
) -> None:
    given = invited(sqlite_app)
    fields = "contacts-name", "basic-address", "contacts-position"
    typed = {**ENTERPRISE, **dict(zip(fields, formulas, strict=True))}
    browser.submit(browser.get(given.path), typed, "submit")
    browser.sign_in(given.manager)
    browser.submit(browser.get("/review/1"), {f"decide-{field}": "accept" for field in fields}, "approve")
    with sqlite_app.app_context():
        for ending in (".csv", ".xlsx"):
            files.export(tmp_path / f"out{ending}")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [cell for row in csv.reader(file) for cell in row if cell.startswith(tuple("=+-@\t\r"))] == []
    book = load_workbook(tmp_path / "out.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert {formula.strip() for formula in formulas} <= {str(cell.value) for cell in cells}
