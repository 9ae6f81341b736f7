"""The copy to keep: a PDF that says all that was sent, on any viewer, and no sensitive value (M18)."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask_babel import force_locale
from pypdf import PdfReader
from sqlalchemy.orm import Session

from formsvc.customers.manager import Contact
from formsvc.db import transaction
from formsvc.submissions import copy
from formsvc.submissions.models import Submission, SubmissionState
from tests import factories
from tests.factories import ENTERPRISE
from tests.installation import Databases

CONTACT = Contact("李强", "li.qiang@example.com", "0551-65310001")
ACCOUNT = "6222021234567890123"


@pytest.fixture
def session(sqlite: Databases) -> Iterator[Session]:
    """On one engine: no page of a PDF comes from another."""
    with sqlite.kept.app_context(), transaction() as opened:
        yield opened
        opened.rollback()


def read(submission: Submission, language: str = "zh_CN", customer: str | None = "云盾公司") -> PdfReader:
    with force_locale(language):
        return PdfReader(BytesIO(copy.pdf(submission, CONTACT, customer)), strict=True)


def root(reader: PdfReader) -> Any:
    return reader.root_object


def text(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def compact(reader: PdfReader) -> str:
    """The text without the ends of lines and pages, as a value goes on behind them."""
    return re.sub(r"客户服务·客户信息确认表\d+/\d+", "", "".join(text(reader).split()))


def remark(session: Session, said: str) -> Submission:
    return factories.submission(session, values={**ENTERPRISE, "maintenance.remarks": said})


@pytest.fixture
def sent(session: Session) -> Submission:
    values = {**ENTERPRISE, "basic.size": "large", "needs.budget": {"from": "10", "to": "50"}, "needs.special": None}
    return factories.submission(session, values=values, secrets={"basic.bank_account": ACCOUNT})


def test_all_that_was_sent_is_in_it(sent: Submission) -> None:
    found = compact(read(sent))
    for said in ("客户信息确认表", "客户云盾公司", "合肥云盾科技有限公司", "提交时间2026-11-2310:00中国标准时间",
                 "企业规模大型", "13856780001", "预算范围（万元）10–50万元", "特殊要求—",
                 "zhangmin@example.com", "版本2026-11", "接下来",
                 "李强会在24小时内核对", "li.qiang@example.com、0551-65310001"):  # fmt: skip
        assert said in found
    assert "统一社会信用代码" not in found  # was not asked


def test_it_speaks_english(sent: Submission) -> None:
    reader = read(sent, "en")
    found = " ".join(text(reader).split())
    for said in ("Your details with us", "Company size Large", "10–50 CNY 10k", "What happens next", "version 2026-11"):
        assert said in found
    assert root(reader)["/Lang"] == "en-GB"


def test_no_sensitive_value_is_in_it(sent: Submission) -> None:
    found = compact(read(sent))
    assert ACCOUNT[:-4] not in found
    assert f"银行账户••••••{ACCOUNT[-4:]}" in found
    assert "已做掩码处理" in found


def test_who_may_not_see_what_is_held_sees_no_name_of_it(sent: Submission) -> None:
    assert "云盾公司" not in text(read(sent, customer=None))


def test_it_is_a_tagged_a4_document(sent: Submission) -> None:
    reader = read(sent)
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages} == {(595, 842)}
    assert (root(reader)["/Lang"], root(reader)["/MarkInfo"]["/Marked"]) == ("zh-CN", True)
    assert reader.metadata
    assert reader.metadata.title == "客户信息确认表"


def fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def test_every_font_is_in_it(session: Session) -> None:
    for page in read(remark(session, "Žižka 한국")).pages:
        for font in fonts(page):
            inner = font["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object()), font["/BaseFont"]
        assert any("NotoSansCJK" in font["/BaseFont"] for font in fonts(page))


@pytest.mark.parametrize(
    "said",
    [
        '#import "@preview/x:0.1.0": y',
        "= hello *b* _i_ $x^2$ `raw` <label> @ref #{1+1} // c /* d */ \\ ~ -- ... 'q'",
        '"}]} #panic() \\u{41} {{ x }} https://example.com/?a=b&c',
        "玥喆𬀩䶮𠮷㛃",  # names outside of the old national standard, or of the plane of 16 bits
        "Łukasz Žižka Ελένη Ќосев 한국어 日本語",
        "a" * 1000,
        "汉" * 1000,
        "first\nsecond\n\nlast",
    ],
    ids=lambda said: said[:12],
)
def test_no_answer_is_read_as_markup_or_lost(session: Session, said: str) -> None:
    reader = read(remark(session, said))
    assert "".join(said.split()) in compact(reader)
    assert max(len(line) for line in text(reader).splitlines()) < 100  # a line ends where the page does


def test_twenty_projects_go_on_the_next_page(session: Session) -> None:
    projects = [f"项目{number}" + "升级" * 60 for number in range(20)]
    reader = read(factories.submission(session, values={**ENTERPRISE, "history.projects": projects}))
    assert len(reader.pages) > 1
    assert "、".join(projects) in compact(reader)


def test_what_was_taken_back_has_no_next_step(sent: Submission) -> None:
    sent.state, sent.next_step, sent.due_at = SubmissionState.WITHDRAWN, None, None
    assert "接下来" not in text(read(sent))
