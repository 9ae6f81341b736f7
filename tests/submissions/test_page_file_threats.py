"""Who may upload a form, and files that are meant to do harm: answered, and never with 5xx (M10, M11, M56)."""

import io
import zipfile

import pytest
import time_machine
from flask import Flask

from formsvc.submissions.file_pages import MAX_BODY
from formsvc.web import MAX_BODY as MAX_FORM
from tests.browser import Browser
from tests.files import download, upload
from tests.filling import everything, invited
from tests.proving import guarded, last_code
from tests.questionnaires import forms
from tests.questionnaires.test_xlsx_reading import unzipped, zipped
from tests.submissions.test_page_file import FILLED, brought, value
from tests.submissions.test_page_links import make_dead

MULTIPART = "multipart/form-data; boundary=b"


@pytest.mark.parametrize("how", ["revoked", "issued again", "past its end"])
def test_token_outlives_a_dead_link_gives_and_takes_no_form(
    browser: Browser, sqlite_app: Flask, clock: time_machine.Traveller, how: str
) -> None:
    given = invited(sqlite_app)
    page = browser.get(given.path)
    make_dead(sqlite_app, given, how, clock)
    download(browser, f"{given.path}/form.xlsx", 410)
    answer = upload(browser, page, f"{given.path}/form", forms.form(FILLED), 410)
    assert "采购总监" not in answer.text
    assert "合肥云盾" not in answer.text


def test_unverified_token_an_altered_link_gives_and_takes_no_form(browser: Browser, sqlite_app: Flask) -> None:
    given, other = invited(sqlite_app), invited(sqlite_app)
    altered = given.path[:-3] + ("AAA" if given.path[-3:] != "AAA" else "BBB")
    download(browser, f"{altered}/form.xlsx", 404)
    form = browser.get(given.path).form(f"{given.path}/form")
    token = dict(form.filled({}, None))["csrf_token"]
    browser.post(f"{altered}/form", {"csrf_token": token}, status=404)
    browser.post(f"{other.path}/form", {"csrf_token": "x"}, status=400)


def test_foreign_id_another_customer_s_form_brings_only_what_was_typed(browser: Browser, sqlite_app: Flask) -> None:
    """A form says nothing of whose it is: what is held beside it is the link's."""
    invited(sqlite_app, values={"basic.full_name": "乙方有限公司"})
    given = invited(sqlite_app)
    page = brought(browser, given, forms.form({**FILLED, "contacts-position": ["乙方的职位"]}))
    assert value(page, "basic-full_name") == "合肥云盾科技有限公司"
    assert "乙方有限公司" not in page.html


def test_page_only_checks_without_the_code_nothing_held_is_shown(browser: Browser, sqlite_app: Flask) -> None:
    given = guarded(sqlite_app)
    download(browser, f"{given.path}/form.xlsx")
    page = browser.get(f"{given.path}?blank=1")
    answer = upload(browser, page, f"{given.path}/form", forms.form({"contacts-position": ["采购总监"]}), 422)
    assert value(answer, "contacts-position") == "采购总监"
    for held in ("合肥云盾", "张敏", "13856780001"):
        assert held not in answer.html


def test_with_the_code_what_is_held_stands_beside_the_file(browser: Browser, sqlite_app: Flask) -> None:
    given = guarded(sqlite_app)
    sent = browser.submit(browser.get(given.path), action=f"{given.path}/code")
    browser.submit(sent, {"code": last_code(sqlite_app)}, action=f"{given.path}/prove")
    page = brought(browser, given, forms.form({"contacts-position": ["采购总监"]}), 422)
    assert value(page, "contacts-name") == "张敏"


def hostile() -> dict[str, bytes]:
    parts = unzipped(forms.form(FILLED))
    cells = parts["xl/worksheets/sheet1.xml"]
    corner, sheet = forms.opened(forms.form(FILLED))
    sheet["XFD1048576"] = "x" * 30_000
    return {
        "bomb": zipped({**parts, "xl/worksheets/sheet1.xml": cells + b" " * 40_000_000}),
        "corner": forms.saved(corner),
        "csv": "客户全称,甲\n".encode("gb18030"),
        "formula": forms.form({"contacts-name": ['=cmd|"/c calc"!A1'], "needs-special": ["@SUM(1)"]}),
        "null bytes": zipped({**parts, "xl/worksheets/sheet1.xml": cells.replace("采购总监".encode(), b"_x0000_&#0;")}),
        "script": forms.form({"contacts-name": ["<script>alert(1)</script>"]}),
        "surrogates": zipped({**parts, "xl/worksheets/sheet1.xml": cells.replace("采".encode(), b"\xed\xa0\x80")}),
        "half": forms.form(FILLED)[:5000],
        "no sheets": zipped({k: v for k, v in parts.items() if "worksheets" not in k}),
        "nested": zipped({"a.xlsx": forms.form()}),
    }


def test_hostile_files_are_answered(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    page = browser.get(given.path)
    statuses = {}
    for what, content in hostile().items():
        response = browser.client.post(
            f"http://formsvc.test{given.path}/form",
            data={"csrf_token": value(page, "csrf_token"), "file": (io.BytesIO(content), "x.xlsx")},
        )
        assert b"<script>alert" not in response.data, what
        statuses[what] = response.status_code
    assert statuses == dict.fromkeys(statuses, 422) | {"corner": 200}
    assert "calc" not in everything(sqlite_app)


def test_a_form_is_no_archive_of_others() -> None:
    with zipfile.ZipFile(io.BytesIO(forms.form())) as archive:
        assert [name for name in archive.namelist() if not name.endswith((".xml", ".rels"))] == []


def multipart(token: str, size: int) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
    return f"{head}{file}".encode() + b"x" * size + b"\r\n--b--\r\n"


def test_multipart_and_size_only_an_upload_may_be_longer_than_a_form(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    token = value(browser.get(given.path), "csrf_token")
    for path, size, status in (
        (f"{given.path}/form", MAX_FORM + 1000, 422), (f"{given.path}/form", MAX_BODY + 1, 413),
        (given.path, MAX_FORM + 1000, 413),
    ):  # fmt: skip
        address = f"http://formsvc.test{path}"
        response = browser.client.post(address, data=multipart(token, size), content_type=MULTIPART)
        assert response.status_code == status
