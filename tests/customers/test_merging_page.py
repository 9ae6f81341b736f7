"""The pages of a merge and a split: what is shown and proposed, what becomes of it, who is told, who may not (M26)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers import contacts, record
from formsvc.customers.held import held_values
from formsvc.customers.models import Audience, Channel, Customer, Origin
from formsvc.customers.record import Source
from formsvc.staff.models import Role
from tests.browser import Browser, Page
from tests.customers.merged import OTHER, WANG
from tests.factories import staff_account, writing
from tests.filling import ID_CARD, account, answered, customer, everything, hold_secret, invited
from tests.forms import text_of
from tests.installation import NOW


class Two:
    """Two records of one manager, who is signed in: an older one with an address, and a newer one with an industry."""

    def __init__(self, app: Flask, browser: Browser) -> None:
        self.app, self.manager = app, account(app)
        self.older = customer(app, self.manager, values={"basic.address": "合肥"})
        self.newer = customer(app, self.manager, values=OTHER)
        browser.sign_in(self.manager)

    @property
    def path(self) -> str:
        return f"/customers/{self.older}/merge/{self.newer}"

    def change(self, number: str, **values: str) -> None:
        with writing(self.app) as session:
            found = session.scalars(select(Customer).where(Customer.number == number)).one()
            given = {key.replace("_", ".", 1): value for key, value in values.items()}
            record.change(session, found, given, Source(Origin.WORKSHEET), NOW, seen=found.version)

    def held(self, number: str) -> dict[str, object]:
        with writing(self.app) as session:
            return held_values(session, session.scalars(select(Customer).where(Customer.number == number)).one())


@pytest.fixture
def pair(browser: Browser, sqlite_app: Flask) -> Two:
    return Two(sqlite_app, browser)


def rows(page: Page) -> list[list[str]]:
    """The rows of the page: the field, and what both records hold."""
    return [[text_of(cell) for cell in row if cell.tag in ("th", "td")] for row in page.root.iter("tr")][1:]


def errors(page: Page) -> str:
    return text_of(page.find("div", id="errors"))


def test_both_stand_side_by_side_with_their_sources_and_a_proposal(browser: Browser, pair: Two) -> None:
    page = browser.get(pair.path)
    name = next(row for row in rows(page) if row[0] == "客户全称 / 姓名")
    assert name[1].startswith(f"合肥云盾科技有限公司 {pair.older} 工作表，2026-11-23")
    assert name[2].startswith(f"合肥云盾科技股份有限公司 {pair.newer} 工作表，2026-11-23")
    chosen = dict(page.form().filled({}, None))
    assert chosen["take-0-basic.full_name"] == "staying"
    assert (chosen["take-0-basic.address"], chosen["take-0-basic.industry"]) == ("staying", "going")
    assert "两份档案相同（3 项）" in page.text


def test_what_a_colleague_entered_says_how_they_know(browser: Browser, pair: Two) -> None:
    with writing(pair.app) as session:
        found = session.scalars(select(Customer).where(Customer.number == pair.newer)).one()
        source = Source(Origin.EDIT, staff_id=found.owner_id, reason="换了号码", channel=Channel.CALL)
        record.change(session, found, {"basic.industry": "制造业"}, source, NOW, seen=found.version)
    assert "换了号码 · 电话" in text_of(browser.get(pair.path).root)


def test_what_is_chosen_becomes_the_record_and_the_other_number_leads_there(browser: Browser, pair: Two) -> None:
    typed = {"take-0-basic.full_name": "going", "take-0-basic.address": "going"}
    done = browser.submit(browser.get(pair.path), typed)
    assert (done.path, done.heading) == (f"/customers/{pair.older}", "合肥云盾科技股份有限公司")
    assert f"{pair.newer} 已合并到本档案。" in done.text
    assert (pair.held(pair.older).get("basic.address"), pair.held(pair.older)["basic.industry"]) == (None, "物联网")
    led = browser.get(f"/customers/{pair.newer}")
    assert led.path == f"/customers/{pair.older}?was={pair.newer}"
    assert f"{pair.newer} 已合并到本档案，原编号会打开这里。" in led.text
    assert f"来自 {pair.newer}，李强于 2026-11-23 10:00 将其合并到本档案" in led.text
    for path in ("/customers/", f"/customers/?q={pair.newer}", "/customers/duplicates"):
        assert pair.newer not in text_of(browser.get(path).find("main")).replace(f"“{pair.newer}”", "")
    for path in ("timeline", "merge", f"merge/{pair.newer}"):
        browser.get(f"/customers/{pair.newer}/{path}")


def test_the_other_one_may_stay(browser: Browser, pair: Two) -> None:
    page = browser.get(browser.get(pair.path).link("交换"))
    done = browser.submit(page)
    assert done.path == f"/customers/{pair.newer}"
    assert browser.get(f"/customers/{pair.older}").path == f"/customers/{pair.newer}?was={pair.older}"


def test_another_contact_comes_along_or_is_left_out(browser: Browser, sqlite_app: Flask, pair: Two) -> None:
    pair.change(pair.newer, **{key.replace(".", "_", 1): str(value) for key, value in WANG.items()})
    for choice, names in (("leave-out", ["张敏"]), ("add", ["张敏", "王芳"])):
        page = browser.get(pair.path)
        assert dict(page.form().filled({}, None))["contact-1"] == "add"
        browser.submit(page, {"contact-1": choice})
        with writing(sqlite_app) as session:
            found = session.scalars(select(Customer).where(Customer.number == pair.older)).one()
            assert [each.name for each in contacts.of(session, found)] == names
            version = found.version
        browser.submit(browser.get(f"/customers/{pair.older}/split/{version}"), {"reason": "再试"})


def test_lost_update_who_is_too_late_is_told_and_keeps_what_was_chosen(browser: Browser, pair: Two) -> None:
    page = browser.get(pair.path)
    pair.change(pair.newer, basic_industry="软件")
    before = everything(pair.app)
    told = browser.submit(page, {"take-0-basic.address": "going"}, status=409)
    assert "尚未合并，请重新核对" in errors(told)
    assert dict(told.form().filled({}, None))["take-0-basic.address"] == "going"
    assert everything(pair.app) == before
    assert browser.submit(told).path == f"/customers/{pair.older}"


def test_of_two_who_merge_the_second_is_told(browser: Browser, pair: Two) -> None:
    page = browser.get(pair.path)
    browser.submit(page)
    before = everything(pair.app)
    assert "两份档案已经合并过了。" in browser.submit(page).text
    assert everything(pair.app) == before


def test_answers_that_wait_come_first_with_a_way_to_them(browser: Browser, pair: Two) -> None:
    asked = invited(pair.app, pair.manager)
    id_ = answered(pair.app, asked)
    page = browser.get(f"/customers/{pair.older}/merge/{asked.number}")
    assert "请先完成审核" in errors(page)
    assert page.link("提交") == f"/review/{id_}"
    before = everything(pair.app)
    told = browser.submit(page, status=409)
    assert "请先完成审核" in errors(told)
    assert told.link("提交") == f"/review/{id_}"
    assert everything(pair.app) == before


def test_a_company_and_a_person_are_not_merged(browser: Browser, pair: Two) -> None:
    person = customer(pair.app, pair.manager, audience=Audience.INDIVIDUAL)
    path = f"/customers/{pair.older}/merge/{person}"
    assert "不能合并" in errors(browser.get(path))
    token = browser.get(pair.path).find("input", name="csrf_token").get("value") or ""
    browser.post(path, {"seen": "1", "other_seen": "1", "csrf_token": token}, status=409)


def test_sensitive_values_are_masked(browser: Browser, pair: Two) -> None:
    for number, value in ((pair.older, ID_CARD), (pair.newer, "110105194912310038")):
        hold_secret(pair.app, number, value)
    page = browser.get(pair.path)
    assert "••••••002X" in page.text
    assert "••••••0038" in page.text
    assert ID_CARD not in page.html


def test_the_other_record_is_found_by_number_or_name(browser: Browser, pair: Two) -> None:
    asked = browser.get(browser.get(f"/customers/{pair.newer}").link("合并…"))
    assert browser.get(f"{asked.path}?with={pair.older.lower()}").path == pair.path
    named = browser.get(f"{asked.path}?with=云盾")
    assert named.find_all("a", href=pair.path)
    assert "就是当前档案" in errors(browser.get(f"{asked.path}?with={pair.newer}"))
    stranger = customer(pair.app)
    for wrong in (stranger, "CX209901001", "没有这个", "'"):
        assert "没有编号、名称" in errors(browser.get(f"{asked.path}?with={wrong}"))


def test_foreign_id_another_managers_record_is_not_there(browser: Browser, pair: Two) -> None:
    stranger = customer(pair.app)
    before = everything(pair.app)
    token = browser.get(pair.path).find("input", name="csrf_token").get("value") or ""
    for path in (f"/customers/{pair.older}/merge/{stranger}", f"/customers/{stranger}/merge/{pair.older}"):
        browser.get(path, status=404)
        browser.post(path, {"seen": "1", "other_seen": "1", "csrf_token": token}, status=404)
    assert everything(pair.app) == before


@pytest.mark.parametrize("role", [Role.SERVICE, Role.FINANCE, Role.AUDITOR])
def test_who_only_reads_merges_nothing(browser: Browser, pair: Two, role: Role) -> None:
    reader = Browser(pair.app)
    reader.sign_in(account(pair.app, role))
    assert "合并…" not in reader.get(f"/customers/{pair.older}").text
    for path in (pair.path, f"/customers/{pair.older}/merge", f"/customers/{pair.older}/split/2"):
        reader.get(path, status=403)


def test_a_split_says_what_will_happen_and_does_it(browser: Browser, pair: Two) -> None:
    pair.change(pair.newer, **{key.replace(".", "_", 1): str(value) for key, value in WANG.items()})
    browser.submit(browser.get(pair.path), {"take-0-basic.full_name": "going"})
    pair.change(pair.older, basic_industry="软件")
    record_page = browser.get(f"/customers/{pair.older}")
    assert f"李强于 2026-11-23 10:00 将 {pair.newer} 合并到本档案" in record_page.text
    page = browser.get(record_page.link("拆分"))
    assert "合肥云盾科技股份有限公司 → 合肥云盾科技有限公司" in page.text
    assert "王芳是合并时带来的，将从本客户的联系人中移除。" in page.text
    assert "合并后已由工作表导入于 2026-11-23 10:00 更改（档案第 3 版）。" in page.text
    assert "请填写原因" in errors(browser.submit(page, {"reason": " "}, status=422))
    done = browser.submit(page, {"reason": "<b>两家公司</b>"})
    assert (done.path, done.heading) == (f"/customers/{pair.older}", "合肥云盾科技有限公司")
    assert pair.held(pair.older)["basic.industry"] == "软件"
    assert browser.get(f"/customers/{pair.newer}").heading == "合肥云盾科技股份有限公司"
    assert "<b>" not in browser.get(f"/customers/{pair.older}/timeline").html
    assert "两份档案已不再是合并状态。" in browser.submit(page, {"reason": "x"}).text
    browser.get(page.path, status=404)


def test_lost_update_a_split_of_a_record_that_changed_is_told(browser: Browser, pair: Two) -> None:
    browser.submit(browser.get(pair.path))
    page = browser.get(f"/customers/{pair.older}/split/2")
    pair.change(pair.older, basic_industry="软件")
    told = browser.submit(page, {"reason": "两家公司"}, status=409)
    assert "尚未拆分" in errors(told)
    assert text_of(told.find("textarea")) == "两家公司"


def test_foreign_id_who_may_not_see_the_one_that_went_does_not_split(browser: Browser, pair: Two) -> None:
    browser.submit(browser.get(pair.path))
    with writing(pair.app) as session:
        found = session.scalars(select(Customer).where(Customer.number == pair.newer)).one()
        found.owner_id = staff_account(session).id
    page = browser.get(f"/customers/{pair.older}")
    assert "将 CX" in page.text
    assert "· 拆分" not in page.text
    browser.get(f"/customers/{pair.older}/split/2", status=404)


def test_the_review_of_the_one_that_went_says_why_nothing_can_be_undone(browser: Browser, pair: Two) -> None:
    asked = invited(pair.app, pair.manager)
    id_ = answered(pair.app, asked, {"needs.term": "long"})
    browser.submit(browser.get(f"/review/{id_}"), press="approve")
    browser.submit(browser.get(f"/customers/{pair.older}/merge/{asked.number}"))
    assert "该档案已合并到另一份档案，请先拆分" in browser.get(f"/review/{id_}/undo").text
    assert browser.get(f"/review/{id_}").heading


def test_a_rejection_of_the_one_that_went_stays(browser: Browser, pair: Two) -> None:
    asked = invited(pair.app, pair.manager)
    id_ = answered(pair.app, asked)
    rejected = browser.submit(browser.get(f"/review/{id_}"), {"note": "不是客户"}, press="reject")
    page = browser.get(f"/review/{id_}")
    assert rejected.status == 200
    browser.submit(browser.get(f"/customers/{pair.older}/merge/{asked.number}"))
    assert "不能再撤回驳回" in browser.get(f"/review/{id_}").text
    assert "未能撤回" in browser.submit(page, action=f"/review/{id_}/reopen").text
