"""Three ways side by side: what is proposed, what a person must decide, and what a reviewer words (M22, M25)."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers import contacts, record
from formsvc.customers.held import held_values
from formsvc.customers.models import Customer, CustomerValue, Origin
from formsvc.customers.record import Source
from formsvc.fields import Value
from formsvc.invitations.models import Invitation
from formsvc.mail.models import OutboxMessage
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import Invited, answered, everything, invited
from tests.forms import text_of
from tests.installation import NOW

HELD: Mapping[str, Value] = {"needs.term": "short", "needs.products": ["encryption"], "basic.address": "科苑路1号"}
ANSWERED: Mapping[str, Value] = {
    "needs.term": "long",  # both changed it
    "needs.products": ["encryption", "support"],  # we added another one
    "basic.address": "科苑路1号",  # only we changed it
    "needs.special": "年底前交付",  # only they did
}
MEANWHILE: Mapping[str, Value] = {
    "needs.term": "medium",
    "needs.products": ["encryption", "inventory"],
    "basic.address": "科苑路2号",
}


@pytest.fixture
def given(browser: Browser, sqlite_app: Flask) -> Invited:
    """Answers that wait, to a record that was changed after the link was sent."""
    made = invited(sqlite_app, values=HELD)
    with writing(sqlite_app) as session:
        record.change(session, found(session, made), MEANWHILE, Source(Origin.WORKSHEET), NOW, seen=1)
    answered(sqlite_app, made, {**HELD, **ANSWERED})
    browser.sign_in(made.manager)
    return made


def found(session: Session, made: Invited) -> Customer:
    return session.scalars(select(Customer).where(Customer.number == made.number)).one()


def held(app: Flask, made: Invited) -> dict[str, Value]:
    with writing(app) as session:
        return held_values(session, found(session, made))


def choices(page: Page) -> dict[str, str | None]:
    """What is chosen for each field before the reviewer chooses."""
    radios = page.find_all("input", type="radio")
    names = {e.get("name") or "": None for e in radios}
    return names | {e.get("name") or "": e.get("value") for e in radios if e.get("checked") is not None}


def test_what_only_one_side_changed_is_proposed_and_what_both_did_is_asked(browser: Browser, given: Invited) -> None:
    page = browser.get("/review/1")
    assert choices(page) == {
        "decide-needs-term": None, "decide-needs-products": "accept", "decide-needs-special": "accept",
        "decide-basic-address": "keep",
    }  # fmt: skip
    (conflict,) = page.find_all("tr", class_="conflict")
    assert "期望合作周期 冲突 中期（3–12 个月） 发出邀请时：短期（3 个月以内） 长期（1 年以上）" in text_of(conflict)


def test_a_conflict_that_nobody_decided_is_asked_for(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    page, before = browser.get("/review/1"), everything(sqlite_app)
    told = browser.submit(page, press="approve", status=422)
    assert [text_of(link) for link in told.find_all("a", href="#field-needs-term")] == ["期望合作周期"]
    assert everything(sqlite_app) == before


def test_lists_merge_by_element_and_our_own_change_stays(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    browser.submit(browser.get("/review/1"), {"decide-needs-term": "keep"}, "approve")
    merged = held(sqlite_app, given)
    assert {key: merged[key] for key in (*HELD, "needs.special")} == {
        "needs.term": "medium", "needs.products": ["encryption", "inventory", "support"], "basic.address": "科苑路2号",
        "needs.special": "年底前交付",
    }  # fmt: skip


def test_a_reviewer_words_a_value_and_says_why(browser: Browser, sqlite_app: Flask, given: Invited) -> None:
    typed = {"decide-needs-term": "edit", "edit-needs-term": "long", "reason-needs-term": "电话中确认"}
    browser.submit(browser.get("/review/1"), typed, "approve")
    with writing(sqlite_app) as session:
        worded = CustomerValue.field == "needs.term", CustomerValue.until.is_(None)
        row = session.scalars(select(CustomerValue).where(*worded)).one()
        assert (row.value, row.origin, row.reason, row.verified_at) == ("long", Origin.EDIT, "电话中确认", None)
    assert "已改写为：长期（1 年以上）（电话中确认）" in browser.get("/review/1").text


@pytest.mark.parametrize(
    ("field", "typed", "wrong", "said"),
    [
        ("needs-term", {"edit-needs-term": "long", "reason-needs-term": " "}, "reason-needs-term", "请写明改写的原因"),
        ("needs-term", {"edit-needs-term": "ever", "reason-needs-term": "电话"}, "edit-needs-term", "期望合作周期"),
        ("needs-special", {"edit-needs-special": "长" * 5000}, "edit-needs-special", "特殊要求"),
        ("needs-term", {"edit-needs-term": "medium", "reason-needs-term": "电话"}, "edit-needs-term", "与现有记录相同"),
    ],
)
def test_a_wrong_value_or_no_reason_is_said_beside_the_control_and_nothing_typed_is_lost(
    browser: Browser, sqlite_app: Flask, given: Invited, field: str, typed: dict[str, str], wrong: str, said: str
) -> None:
    page, before = browser.get("/review/1"), everything(sqlite_app)
    chosen = {"decide-needs-term": "keep", f"decide-{field}": "edit", **typed, "note": "谢谢"}
    told = browser.post("/review/1", {**dict(page.form().filled({}, "approve")), **chosen}, status=422)
    assert said in told.error_of(wrong)
    assert text_of(told.find("textarea", name="note")) == "谢谢"
    assert choices(told)[f"decide-{field}"] == "edit"
    assert everything(sqlite_app) == before


@pytest.mark.parametrize(("name", "contact", "status"), [("张敏", None, 422), ("王芳", "second", 200)])
def test_of_a_new_contact_what_the_first_one_has_is_news(
    browser: Browser, sqlite_app: Flask, name: str, contact: str | None, status: int
) -> None:
    made = invited(sqlite_app, values={"contacts.name": "张敏", "contacts.position": "会计"})
    answered(sqlite_app, made, {"contacts.name": name, "contacts.position": "采购"})
    browser.sign_in(made.manager)
    page = browser.get("/review/1")
    typed = {key: "accept" for key in choices(page) if key.startswith("decide-")} | {"contact": contact}
    typed |= {"decide-contacts-position": "edit", "edit-contacts-position": "会计", "reason-contacts-position": "电话"}
    browser.post("/review/1", {**dict(page.form().filled({}, "approve")), **typed}, status=status)


def test_a_sensitive_value_is_not_worded_by_a_reviewer(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given, secrets={"basic.id_number": "E12345678"})
    browser.sign_in(given.manager)
    page = browser.get("/review/1")
    assert [e.get("value") for e in page.find_all("input", name="decide-basic-id_number")] == ["accept", "keep"]
    token = page.find("input", name="csrf_token").get("value") or ""
    typed = {"decide-basic-id_number": "edit", "edit-basic-id_number": "E99999999", "reason-basic-id_number": "电话"}
    browser.post("/review/1", {**typed, "action": "approve", "csrf_token": token, "seen": "1"}, status=422)


@pytest.mark.parametrize(
    ("chosen", "names", "primary", "said"),
    [
        ("same", ["王芳"], "王芳", ""),
        ("second", ["张敏", "王芳"], "张敏", "新增第二联系人王芳"),
        ("successor", ["王芳", "张敏"], "王芳", "张敏已离职，由王芳接替"),
    ],
)
def test_the_reviewer_says_who_the_person_in_the_answers_is(
    browser: Browser, sqlite_app: Flask, chosen: str, names: list[str], primary: str, said: str
) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given, {"contacts.name": "王芳", "contacts.email": "wangfang@example.com",
                                 "contacts.mobile": "+8613900010009"})  # fmt: skip
    browser.sign_in(given.manager)
    page = browser.get("/review/1")
    assert choices(page)["contact"] == "successor"
    browser.submit(page, {"contact": chosen}, "approve")
    with writing(sqlite_app) as session:
        customer = found(session, given)
        assert [each.name for each in contacts.of(session, customer)] == names
        assert customer.contact == primary
        assert (session.get_one(Invitation, given.id).link_number == 1) is (chosen != "successor")
    assert said in browser.get("/review/1").text


def test_what_was_left_as_it_was_goes_along_to_a_new_contact_where_it_is_ticked(
    browser: Browser, sqlite_app: Flask
) -> None:
    same = {"contacts.position": "采购经理", "contacts.salutation": "ms"}
    given = invited(sqlite_app, values=same)
    answered(sqlite_app, given, {**same, "contacts.name": "王芳", "contacts.mobile": "+8613900010009"})
    browser.sign_in(given.manager)
    page = browser.get("/review/1")
    browser.submit(page, {"contact": "second", "decide-contacts-salutation": None}, "approve")
    with writing(sqlite_app) as session:
        new = contacts.of(session, found(session, given))[1]
        assert {key: row.value for key, row in new.values.items()} == {
            "contacts.name": "王芳", "contacts.mobile": "+8613900010009", "contacts.position": "采购经理",
            "contacts.email": "zhangmin@example.com",
        }  # fmt: skip


@pytest.mark.parametrize("chosen", ["second", "successor"])
def test_a_new_contact_without_its_name_is_asked_for_it(browser: Browser, sqlite_app: Flask, chosen: str) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given, {"contacts.name": "王芳", "contacts.mobile": "+8613900010009"})
    browser.sign_in(given.manager)
    typed = {"contact": chosen, "decide-contacts-name": "keep"}
    told = browser.submit(browser.get("/review/1"), typed, "approve", status=422)
    assert "新联系人需要姓名" in text_of(told.find("div", id="errors"))


def test_what_a_check_doubts_or_what_is_emptied_is_decided_by_a_person(browser: Browser, sqlite_app: Flask) -> None:
    held = {"needs.budget": {"from": "50", "to": "80"}, "basic.address": "科苑路1号"}
    given = invited(sqlite_app, values=held)
    doubtful = {"needs.budget": {"from": "50000", "to": "80000"}, "basic.address": None, "needs.term": "long"}
    answered(sqlite_app, given, doubtful)
    browser.sign_in(given.manager)
    assert choices(browser.get("/review/1")) == {
        "decide-needs-budget": None, "decide-basic-address": None, "decide-needs-term": "accept",
    }  # fmt: skip


@pytest.mark.parametrize(("chosen", "to"), [("second", "zhangmin@example.com"), ("successor", "wf@example.com")])
def test_the_preview_says_who_gets_the_thanks(browser: Browser, sqlite_app: Flask, chosen: str, to: str) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given, {"contacts.name": "王芳", "contacts.email": "wf@example.com"})
    browser.sign_in(given.manager)
    page = browser.get("/review/1")
    preview = browser.submit(page, {"contact": chosen}, "preview")
    assert f"收件人 {to}" in preview.text
    browser.submit(page, {"contact": chosen}, "approve")
    with writing(sqlite_app) as session:
        sent = select(OutboxMessage.recipient).where(OutboxMessage.kind == "thank-you")
        assert session.scalars(sent).all() == [to]


def test_one_name_in_two_spellings_asks_nobody(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given, {"contacts.email": "zhang.min@example.com"})
    browser.sign_in(given.manager)
    assert browser.get("/review/1").find_all("input", name="contact") == []


def test_who_leaves_takes_the_links_along(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    answered(sqlite_app, given, {"contacts.name": "王芳", "contacts.mobile": "+8613900010009"})
    browser.sign_in(given.manager)
    browser.submit(browser.get("/review/1"), {"contact": "successor"}, "approve")
    Browser(sqlite_app).get(given.path, status=410)
