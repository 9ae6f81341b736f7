"""Pages: bring a worksheet, look at it, decide, confirm, see what it did; and the worksheet of the list (M43)."""

import csv
import io
import re
from urllib.parse import unquote

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from formsvc.audit import AuditFact
from formsvc.customers.imports import uploads
from formsvc.customers.imports.models import ImportRow
from formsvc.customers.models import Customer, CustomerValue
from formsvc.customers.worksheet.columns import titles
from formsvc.customers.worksheet.reading import opened
from formsvc.db import db
from formsvc.staff.models import Role, Staff
from formsvc.web import MAX_BODY
from tests.browser import Browser, Page
from tests.customers.imports.bringing import MAIL, MOBILE, NAME, company, content, read, run, uploaded_file, work
from tests.factories import customer, staff_account, writing
from tests.installation import HOST, NOW

INDEX = "/customers/import"


def send(browser: Browser, *files: tuple[bytes, str], status: int = 200, **fields: str) -> Page:
    """Choose `files` and press the button."""
    token = browser.get(INDEX).find("input", name="csrf_token").get("value") or ""
    data = {"csrf_token": token, **fields, "file": [(io.BytesIO(body), name) for body, name in files]}
    answer = browser.client.post(INDEX, data=data, base_url=f"http://{HOST}", headers={"Accept-Language": "en"})
    if answer.status_code == 303:
        return browser.get(answer.headers["Location"], status)
    assert answer.status_code == status
    return Page(answer, INDEX)


def test_a_worksheet_is_uploaded_looked_at_confirmed_and_done(
    browser: Browser, sqlite_app: Flask, manager: Staff
) -> None:
    page = send(browser, (content(company(1), company(2) | {MOBILE: "1"}), "展会.csv"))
    assert page.heading == "展会.csv"
    assert page.response.headers["Refresh"] == "3"
    work(sqlite_app)
    page = browser.get(page.path)
    assert "Refresh" not in page.response.headers
    assert (page.find_all("a", aria_current="page")[-1].text or "").endswith(" 1")
    page = browser.submit(page, action=f"{page.path}/confirm")
    page.find("progress")
    work(sqlite_app)
    page = browser.get(page.path)
    created = browser.get(f"{page.path}?show=created")
    assert browser.get(created.link("CX202611001")).status == 200
    new = next(a.get("href") or "" for a in page.root.iter("a") if "added_from" in (a.get("href") or ""))
    assert browser.get(new).link("苏州1号精密机械有限公司")
    left = csv.DictReader(io.StringIO(browser.get(f"{page.path}/left?format=csv").html.lstrip("\ufeff")))
    assert [(row["行号"], row["问题列"], row[MOBILE]) for row in left] == [("3", MOBILE, "1")]
    assert page.path in [a.get("href") for a in browser.get(INDEX).root.iter("a")]


def test_what_is_left_is_mended_and_brought_in_again(browser: Browser, sqlite_app: Flask, manager: Staff) -> None:
    id_ = read(sqlite_app, manager, company(1), company(2) | {MOBILE: "1"})
    run(sqlite_app, id_, manager)
    answer = browser.client.get(f"{INDEX}/{id_}/left", base_url=f"http://{HOST}", buffered=True)
    assert unquote(answer.headers["Content-Disposition"]).endswith("-未导入.xlsx")
    with opened(io.BytesIO(answer.data), "left.xlsx") as sheet:
        (row,) = sheet.rows
        assert sheet.unknown == ()
    id_ = read(sqlite_app, manager, row.cells | {MOBILE: "13900000002"})
    run(sqlite_app, id_, manager)
    with sqlite_app.app_context():
        assert len(db.session.scalars(select(Customer)).all()) == 2


def test_choices_are_posted_by_the_page_and_kept(browser: Browser, sqlite_app: Flask, manager: Staff) -> None:
    with writing(sqlite_app) as session:
        held = customer(session, manager)
        for value in session.scalars(select(CustomerValue).where(CustomerValue.field == "contacts.email")):
            value.verified_at = NOW
    rows = {NAME: "云盾科技", MOBILE: "13856780001"}, {NAME: held.name, MOBILE: "13856780001", MAIL: "a@example.com"}
    id_ = read(sqlite_app, manager, *rows)
    page = browser.get(f"{INDEX}/{id_}")
    assert "zhangmin@example.com" in page.text
    choices = {"row-2": held.number, "take-3-contacts.email": "take"}
    page = browser.submit(page, choices, press="save", action=f"{INDEX}/{id_}/choices")
    kept = [e.get("value") for e in page.find_all("input", type="radio") if e.get("checked") is not None]
    assert kept == [held.number, "take"]
    run(sqlite_app, id_, manager)
    with sqlite_app.app_context():
        assert db.session.scalars(select(Customer.email)).all() == ["a@example.com"]
        assert set(db.session.scalars(select(ImportRow.result))) == {"changed"}


def test_what_is_chosen_on_the_page_is_kept_when_it_is_confirmed(
    browser: Browser, sqlite_app: Flask, manager: Staff
) -> None:
    id_ = read(sqlite_app, manager, company(1), company(1, 职位="总经理"))
    page = browser.submit(
        browser.get(f"{INDEX}/{id_}"), {"row-3": "new"}, press="confirm", action=f"{INDEX}/{id_}/choices"
    )
    page.find("progress")
    work(sqlite_app)
    with sqlite_app.app_context():
        assert set(db.session.scalars(select(ImportRow.result))) == {"created"}


def test_a_row_that_another_one_may_be_is_named(browser: Browser, sqlite_app: Flask, manager: Staff) -> None:
    id_ = read(sqlite_app, manager, company(1, 联系人="李强"), company(1))
    said = browser.get(f"{INDEX}/{id_}").find("fieldset", class_="person")
    assert "李强 · 13900000001" in "".join(said.itertext())


def test_what_is_to_decide_left_out_and_imported_adds_up(browser: Browser, sqlite_app: Flask, manager: Staff) -> None:
    doubles = [company(1, 职位=each) for each in ("", "总经理", "经理")]
    id_ = read(sqlite_app, manager, *doubles, company(2) | {MOBILE: "1"})
    page = browser.submit(
        browser.get(f"{INDEX}/{id_}"), {"row-3": "skip"}, press="save", action=f"{INDEX}/{id_}/choices"
    )
    assert (page.find_all("a", aria_current="page")[-1].text or "").endswith(" 1 / 2")
    said = [item.text or "" for item in page.find("section", aria_labelledby="confirm").iter("li")]
    assert [re.findall(r"\d+", item) for item in said] == [["2", "1"], ["1"], ["1"]]
    run(sqlite_app, id_, manager)
    page = browser.get(f"{INDEX}/{id_}")
    tabs = [re.sub(r"\D", "", tab.text or "") for tab in page.find("nav", id="rows").iter("a")]
    assert tabs == ["3", "1"]


def test_what_is_kept_or_taken_in_a_whole_page_is_offered_where_it_can_be_and_counted(
    browser: Browser, sqlite_app: Flask, manager: Staff
) -> None:
    doubles = browser.get(f"{INDEX}/{read(sqlite_app, manager, company(1), company(1, 职位='总经理'))}")
    assert not [button for button in doubles.root.iter("button") if button.get("value") in ("keep", "take")]
    with writing(sqlite_app) as session:
        held = customer(session, manager)
        for value in session.scalars(select(CustomerValue).where(CustomerValue.field == "contacts.email")):
            value.verified_at = NOW
    id_ = read(sqlite_app, manager, {NAME: held.name, MOBILE: "13856780001", MAIL: "a@example.com"})
    page = browser.submit(browser.get(f"{INDEX}/{id_}"), press="take", action=f"{INDEX}/{id_}/choices")
    assert "1 行采用表格内容" in page.text


def test_a_choice_that_changes_a_customer_is_shown_before_it_is_brought_in(
    browser: Browser, sqlite_app: Flask, manager: Staff
) -> None:
    with writing(sqlite_app) as session:
        held = customer(session, manager)
    id_ = read(sqlite_app, manager, {NAME: "云盾科技", MOBILE: "13856780001"})
    choices = f"{INDEX}/{id_}/choices"
    page = browser.submit(browser.get(f"{INDEX}/{id_}"), {"row-2": held.number}, press="confirm", action=choices)
    assert [(held.name, "云盾科技")] == [
        (d.text, i.text) for d, i in zip(page.find_all("del"), page.find_all("ins"), strict=True)
    ]
    browser.submit(page, press="confirm", action=choices).find("progress")


def test_lost_update_two_tabs_confirm_once(browser: Browser, sqlite_app: Flask, manager: Staff) -> None:
    id_ = read(sqlite_app, manager, company(1))
    first, second = browser.get(f"{INDEX}/{id_}"), browser.get(f"{INDEX}/{id_}")
    browser.submit(first, action=f"{INDEX}/{id_}/confirm")
    late = browser.submit(second, action=f"{INDEX}/{id_}/confirm")
    assert late.find("div", role="status")
    with sqlite_app.app_context():
        facts = select(AuditFact).where(AuditFact.action == "import.confirmed")
        assert len(db.session.scalars(facts).all()) == 1


def test_it_is_cancelled_and_goes_on(browser: Browser, sqlite_app: Flask, manager: Staff) -> None:
    id_ = read(sqlite_app, manager, company(1))
    path = f"{INDEX}/{id_}"
    page = browser.submit(browser.get(path), action=f"{path}/cancel")
    page = browser.submit(page, action=f"{path}/continue")
    browser.submit(page, action=f"{path}/confirm").find("progress")


@pytest.mark.parametrize("way", ["", "/left", "/confirm", "/cancel", "/continue", "/choices"])
def test_foreign_id_an_import_is_its_importers_and_their_leads(
    browser: Browser, sqlite_app: Flask, manager: Staff, way: str
) -> None:
    with writing(sqlite_app) as session:
        lead, other = staff_account(session, role=Role.LEAD), staff_account(session)
        session.get_one(Staff, other.id).lead_id = lead.id
    id_ = read(sqlite_app, other, company(1))
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    is_get = way in ("", "/left")
    (browser.get if is_get else browser.post)(f"{INDEX}/{id_}{way}", status=404)
    sqlite_app.config["WTF_CSRF_ENABLED"] = True
    assert str(id_) not in [a.get("href", "").rpartition("/")[2] for a in browser.get(INDEX).root.iter("a")]
    browser = Browser(sqlite_app)
    browser.sign_in(lead.email)
    assert browser.get(f"{INDEX}/{id_}").heading == "fair.csv"


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([], 422),
        ([(b"", "a.csv")], 422),
        ([(b"a", "a.csv"), (b"b", "b.csv")], 422),
        ([(b"x" * 3000, "a.csv")], 413),
        ([(b"%PDF-1.7", "a.pdf")], 422),
        ([(b"\xd0\xcf\x11\xe0\0\0", "a.xlsx")], 422),
        ([(b"PK\x03\x04", "a.docx")], 422),
        ([(b"a\0b", "a.csv")], 422),
    ],
    ids=["none", "empty", "two", "large", "pdf", "xls", "docx", "binary"],
)
def test_multipart_and_size_what_is_no_single_file_of_the_size_is_told(
    browser: Browser,
    sqlite_app: Flask,
    manager: Staff,
    monkeypatch: pytest.MonkeyPatch,
    files: list[tuple[bytes, str]],
    status: int,
) -> None:
    monkeypatch.setattr(uploads, "MAX_BODY", 2000)
    assert send(browser, *files, status=status).find("div", id="errors")


def test_multipart_and_size_nobody_else_may_send_a_long_body(browser: Browser) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + b"x" * MAX_BODY
    answer = browser.client.post(INDEX, data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"\0\1", b"PK\x03\x04 no more", "姓名\n甲".encode(), b"=cmd|' /C calc'!A0"])
def test_multipart_and_size_a_file_that_is_no_worksheet_says_why(
    browser: Browser, sqlite_app: Flask, manager: Staff, body: bytes
) -> None:
    id_ = uploaded_file(sqlite_app, manager, body, "a.xlsx" if body[:2] == b"PK" else "a.csv")
    work(sqlite_app)
    assert browser.get(f"{INDEX}/{id_}").find("div", class_="note bad")


def test_stored_xss_and_formulas_in_cells_are_text(browser: Browser, sqlite_app: Flask, manager: Staff) -> None:
    hostile = company(1) | {NAME: "<script>alert(1)</script>公司", "联系人": "=1+1", MOBILE: "<b>"}
    id_ = read(sqlite_app, manager, hostile)
    page = browser.get(f"{INDEX}/{id_}")
    assert "<script>alert(1)</script>公司" in page.text
    assert ",'=1+1," in browser.get(f"{INDEX}/{id_}/left?format=csv").html


def test_the_template_is_a_worksheet(browser: Browser, manager: Staff) -> None:
    answer = browser.client.get(f"{INDEX}/template.xlsx", base_url=f"http://{HOST}", buffered=True)
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [str(cell.value).removesuffix(" *") for cell in sheet[1]] == titles()
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert len(lists) == 3
    with opened(io.BytesIO(answer.data), "t.xlsx") as empty:
        assert list(empty.rows) == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_exported_as_far_as_the_reader_sees_it(
    browser: Browser, sqlite_app: Flask, manager: Staff, kind: str
) -> None:
    with writing(sqlite_app) as session:
        mine, found = customer(session, manager), customer(session, manager, values={"basic.full_name": "苏州=甲"})
        customer(session, staff_account(session))
    for text, expected in (("", [mine.number, found.number]), ("苏州", [found.number])):
        page = browser.get(f"/customers/?q={text}")
        inputs = page.find("form", action="/customers/export").iter("input")
        form = {each.get("name"): each.get("value") for each in inputs} | {"format": kind}
        answer = browser.client.post("/customers/export", data=form, base_url=f"http://{HOST}", buffered=True)
        with opened(io.BytesIO(answer.data), f"a.{kind}") as sheet:
            assert [row.cells["客户编号"] for row in sheet.rows] == expected
    with sqlite_app.app_context():
        facts = select(AuditFact.detail).where(AuditFact.action == "customers.exported")
        assert [fact["count"] for fact in db.session.scalars(facts)] == [2, 1]


def test_an_export_is_of_what_the_list_shows(sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        boss, manager = staff_account(session, role=Role.ADMINISTRATOR), staff_account(session)
        tagged = customer(session, manager, values={"maintenance.tags": ["key-service", "other:老朋友"]})
        customer(session, manager)
        others = customer(session, staff_account(session))
    browser = Browser(sqlite_app)
    browser.sign_in(boss.email)
    for query, expected in (
        ("tag=key-service", [tagged.number]), ("tag=other:老朋友", [tagged.number]),
        (f"owner={others.owner_id}", [others.number]),
    ):  # fmt: skip
        form = next(f for f in browser.get(f"/customers/?{query}").root.iter("form") if f.get("class") == "export")
        fields = {each.get("name") or "": each.get("value") or "" for each in form.iter("input")}
        with (
            browser.client.post(
                "/customers/export", data=fields | {"format": "csv"}, base_url=f"http://{HOST}"
            ) as file,
            opened(io.BytesIO(file.data), "a.csv") as sheet,
        ):
            assert [row.cells["客户编号"] for row in sheet.rows] == expected, query
