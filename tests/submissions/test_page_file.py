"""The XLSX form behind its link: taken along, filled in, uploaded, mended on the page and sent (M28)."""

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from formsvc.customers.models import Audience, Situation
from formsvc.questionnaires.definition import default_data
from formsvc.questionnaires.verbs import publish
from formsvc.questionnaires.xlsx.reading import read
from formsvc.submissions import uploads
from formsvc.submissions.models import CompletionTime, Draft, Way
from tests.asking import KEY, second
from tests.browser import Browser, Page
from tests.factories import writing
from tests.files import download, upload
from tests.filling import ID_CARD, Invited, answered, everything, hold_secret, invited, submissions
from tests.installation import NOW
from tests.questionnaires import forms

FILLED: forms.Cells = {
    "basic-uscc": ["914403001922038216"], "basic-industry": ["制造业"], "contacts-salutation": ["女士"],
    "contacts-mobile": [13856780001], "contacts-position": ["采购总监"], "needs-products=encryption": ["✓"],
    "needs-products=support": ["√"], "needs-budget-from": [10], "needs-budget-to": [50.5],
}  # fmt: skip


@pytest.fixture
def given(sqlite_app: Flask) -> Invited:
    return invited(sqlite_app, situation=Situation.EXISTING)


def brought(browser: Browser, given: Invited, content: bytes, status: int = 200, query: str = "") -> Page:
    """The answer to the upload of a file on the customer's page."""
    page = browser.get(given.path + query)
    return upload(browser, page, f"{given.path}/form", content, status)


def value(page: Page, name: str) -> str:
    return page.find("input", name=name).get("value") or ""


def test_the_whole_way(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    blank = download(browser, browser.get(given.path).link("下载空白表"))
    assert "filename*=UTF-8''%E5%AE%A2%E6%88%B7" in blank.headers["Content-Disposition"]
    wrong = {**FILLED, "basic-uscc": ["91440300192203821X"], "basic-founded_on": ["去年"], "basic-industry": ["造火箭"]}
    page = brought(browser, given, forms.filled(blank.data, wrong), 422)
    assert "已读取您的文件，尚未提交。请检查标出的项目" in page.text
    assert "校验码不符" in page.error_of("basic-uscc")
    assert "没有“造火箭”" in page.error_of("basic-industry")
    assert page.error_of("basic-founded_on")
    assert value(page, "basic-founded_on") == "去年"
    assert value(page, "contacts-mobile") == "13856780001"
    assert [e.get("value") for e in page.find_all("input", name="needs-products") if "checked" in e.attrib] == [
        "encryption", "support",
    ]  # fmt: skip
    assert page.find_all("input", name="consent", checked="") == []
    mended = {"basic-uscc": "914403001922038216", "basic-founded_on": "2015-03-01", "basic-industry": "C"}
    refused = browser.submit(page, mended, "submit", status=422)
    assert refused.error_of("consent")
    done = browser.submit(refused, {"consent": "yes"}, "submit")
    assert "信息已收到" in done.text
    [sent] = submissions(sqlite_app)
    assert sent.channel is Way.FILE
    assert [consent.kind for consent in sent.consents] == ["privacy"]
    assert (sent.answers["contacts.mobile"], sent.answers["needs.budget"]) == (
        "+8613856780001", {"from": "10", "to": "50.5"},
    )  # fmt: skip
    with writing(sqlite_app) as session:
        assert session.scalars(select(CompletionTime)).all() == []  # it says nothing of how long the page takes


def test_nothing_wrong_needs_only_the_consent(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    page = brought(browser, given, forms.form(FILLED))
    assert "请核对内容、勾选同意，再提交" in page.text
    assert "职位" in "".join(page.find("div", id="changes").itertext())
    assert value(page, "contacts-name") == "张敏"  # blank there is as held
    assert submissions(sqlite_app) == []
    browser.submit(page, {"consent": "yes"}, "submit")
    assert [sent.channel for sent in submissions(sqlite_app)] == [Way.FILE]


def test_typed_on_the_page_it_came_by_the_link(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    answered(sqlite_app, given)
    assert [sent.channel for sent in submissions(sqlite_app)] == [Way.LINK]


def test_an_upload_keeps_nothing_but_that_it_was(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    browser.get(given.path)
    brought(browser, given, forms.form({"contacts-position": ["采购总监"]}), 422)
    assert "采购总监" not in everything(sqlite_app)
    assert "form.uploaded" in everything(sqlite_app)
    with writing(sqlite_app) as session:
        assert session.scalars(select(Draft)).all() == []


def test_a_file_goes_over_a_draft_and_the_draft_over_the_record(browser: Browser, given: Invited) -> None:
    browser.submit(browser.get(given.path), {"contacts-name": "王芳", "contacts-position": "经理"}, "save")
    page = brought(browser, given, forms.form(FILLED))
    assert value(page, "contacts-name") == "王芳"
    assert value(page, "contacts-position") == "采购总监"
    assert browser.submit(page, {"consent": "yes"}, "submit").status == 200


def test_saved_and_in_another_language_it_stays_what_came_by_a_file(
    browser: Browser, sqlite_app: Flask, given: Invited
) -> None:
    page = brought(browser, given, forms.form(FILLED), query="?lang=zh_CN")
    english = browser.submit(page, press="language")
    assert english.root.get("lang") == "en"
    saved = browser.submit(english, press="save")
    browser.submit(saved, {"consent": "yes"}, "submit")
    assert [sent.channel for sent in submissions(sqlite_app)] == [Way.FILE]


def test_a_word_for_nothing_empties_what_is_held(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, values={"contacts.position": "经理"})
    page = brought(browser, given, forms.form({**FILLED, "contacts-position": ["无"]}))
    assert value(page, "contacts-position") == ""


def test_a_sensitive_value_waits_for_its_own_consent(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    cells = {
        "basic-id_type": ["居民身份证"], "basic-id_number": [ID_CARD], "contacts-salutation": ["女士"],
        "needs-products=inventory": ["✓"],
    }  # fmt: skip
    page = brought(browser, given, forms.form(cells, audience="individual"))
    assert page.find_all("input", name="consent_sensitive", checked="") == []
    refused = browser.submit(page, {"consent": "yes"}, "submit", status=422)
    assert "证件号码" in refused.error_of("consent_sensitive")
    assert ID_CARD not in everything(sqlite_app)
    browser.submit(refused, {"consent_sensitive": "yes"}, "submit")
    assert [(sent.secrets, sent.channel) for sent in submissions(sqlite_app)] == [
        ({"basic.id_number": ID_CARD}, Way.FILE)
    ]


def test_what_is_held_in_secret_is_in_no_form_and_stays_masked(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app, audience=Audience.INDIVIDUAL)
    hold_secret(sqlite_app, given.number)
    page = brought(browser, given, forms.form({"contacts-salutation": ["女士"]}, audience="individual"), 422)
    assert ID_CARD not in page.html
    assert "••••••002X" in page.text


def test_another_version_is_read_by_its_keys(browser: Browser, sqlite_app: Flask) -> None:
    data = default_data()
    data["modules"][0]["fields"].append({"key": "basic.fax", "type": "tel", "label": {"zh": "传真", "en": "Fax"}})
    with writing(sqlite_app) as session:
        number = publish(session, data, NOW).number
        publish(session, default_data() | {"fresh_days": 90}, NOW)
    old = forms.with_number(data, number)
    page = brought(browser, invited(sqlite_app), forms.filled(old, {**FILLED, "basic-fax": ["010-12345678"]}))
    assert "另一个版本" in page.text
    assert "未读取：传真" in page.text
    assert value(page, "contacts-position") == "采购总监"


def test_what_another_kind_of_customer_is_asked_is_left_out(browser: Browser, sqlite_app: Flask) -> None:
    cells = {"basic-occupation": ["职员"], "contacts-salutation": ["女士"]}
    page = brought(browser, invited(sqlite_app), forms.form(cells, audience="individual"), 422)
    assert "未读取：个人职业" in page.text
    assert "另一个版本" not in page.text


def test_the_form_of_another_questionnaire_is_refused(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    with writing(sqlite_app) as session:
        publish(session, second(), NOW)
    other = forms.with_number(second(), 1)
    assert read(other).marker.key == KEY
    page = brought(browser, given, forms.filled(other, {"visit-score": [4]}), 422)
    assert "另一份问卷的表" in page.text
    assert value(page, "contacts-name") == "张敏"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "请先选择填好的表"), (b"a,b\n", "文件无法打开"), (b"PK\x03\x04" + b"\0" * 1_100_000, "文件太大"),
        (forms.form(), "还没有填写任何内容"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_taken_loses_nothing(browser: Browser, given: Invited, content: bytes, said: str) -> None:
    browser.submit(browser.get(given.path), {"contacts-position": "经理"}, "save")
    page = brought(browser, given, content, 422)
    assert said in "".join(page.find("div", id="errors").itertext())
    assert value(page, "contacts-position") == "经理"


def test_too_many_uploads_wait_for_an_hour(
    browser: Browser, given: Invited, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST", 2)
    for _ in range(2):
        brought(browser, given, b"no form", 422)
    assert "上传次数过多" in brought(browser, given, forms.form(FILLED), 429).text
    clock.shift(uploads.WINDOW)
    brought(browser, given, forms.form(FILLED))


def test_the_answer_s_address_opens_the_page_again(browser: Browser, given: Invited) -> None:
    page = browser.get(f"{given.path}/form?lang=en")
    assert page.path.endswith(f"{given.path}?lang=en")
    assert value(page, "contacts-name") == "张敏"


def test_while_answers_wait_a_file_mends_them(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    answered(sqlite_app, given)
    page = brought(browser, given, forms.form(FILLED), query="?edit=1")
    browser.submit(page, {"consent": "yes"}, "submit")
    assert [(sent.state, sent.channel) for sent in submissions(sqlite_app)] == [
        ("superseded", Way.LINK), ("waiting", Way.FILE),
    ]  # fmt: skip
