"""The search finds what a person would look for, means what it says, and looks at no more than it must (M45)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from formsvc.customers import contacts, record
from formsvc.customers.finding import search
from formsvc.customers.finding.marks import called, pieces
from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source
from tests.factories import customer, staff_account
from tests.installation import NOW

MORE = {
    "basic.full_name": "ＡＢＣ 云盾（合肥）科技有限公司",
    "basic.uscc": "914403001922038216",
    "contacts.name": "Lucy Zhang",
    "contacts.mobile": "+8613856780001",
    "contacts.office_phone": "+8655165310001;ext=801",
    "contacts.emergency_phone": "+85223456789",
    "contacts.email": "Lucy.Zhang@example.com",
}
OTHER = {
    "basic.full_name": "苏州安达", "contacts.name": "王磊", "contacts.mobile": "+8613900019999",
    "contacts.email": "anda@example.cn",
}  # fmt: skip


def found(session: Session, text: str) -> list[str]:
    matching = search.matching(session, select(Customer), text)
    return list(session.scalars(matching.order_by(Customer.id).with_only_columns(Customer.number)))


@pytest.fixture(params=[search.FEW, 0], ids=["few", "many"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What few have is looked up; where many have it, whoever reads a page goes through them."""
    monkeypatch.setattr(search, "FEW", request.param)


FINDING = (
    "CX202611001", "cx2026", "ｃｘ２０２６１１００１",
    "云盾", "盾", "abc云盾", "ABC 云盾", "云盾(合肥)科", "公司", "lucy", "ｌｕｃｙ zh", "g", "ＡＢＣ",
    "13856780001", "+86 138 5678 0001", "008613856780001", "8613856780001", "138-5678", "１３８５６７８",
    "0001", "780001", "0551 65310001", "055165310001", "65310001", "+852 2345", "456789",
    "lucy.zhang@example.com", "LUCY.Z", "914403001922038216", "914403001922",
)  # fmt: skip
PASSING = (
    "%", "_", "\\", "lucy_zhang", "%云盾%", "' OR 1=1 --", "云合", "盾云", "云盾科技", "801", "01", "12", "example.com",
    "ucy.zhang@", "5678", "合肥云盾", "CX2027", "x" * 5000,
)  # fmt: skip


@pytest.mark.usefixtures("_either_way")
def test_wildcard_and_sql_injection_a_search_means_what_it_says(session: Session) -> None:
    made = customer(session, values=MORE)
    other = customer(session, values=OTHER)
    for text in FINDING:
        assert found(session, text) == [made.number] + [other.number] * text.startswith("cx"), text
    for text in PASSING:
        assert found(session, text) == [], text


@pytest.mark.usefixtures("_either_way")
def test_a_merged_number_finds_the_one_that_stays_and_a_part_of_it_nobody(session: Session) -> None:
    gone, stays = customer(session), customer(session, values={"basic.full_name": "苏州安达"})
    gone.merged_into_id = stays.id
    record.repeat(session, gone)
    live = select(Customer).where(Customer.merged_into_id.is_(None))
    for text, numbers in ((gone.number, [stays.number]), (gone.number.lower(), [stays.number]), ("合肥云盾", [])):
        assert [one.number for one in session.scalars(search.matching(session, live, text))] == numbers


def test_what_is_held_now_finds_a_customer_and_what_was_held_does_not(session: Session) -> None:
    made = customer(session)
    changed = {"contacts.mobile": "+8613912345678", "contacts.name": None, "basic.full_name": "芜湖新名科技"}
    record.change(session, made, changed, Source(Origin.WORKSHEET), NOW, seen=1)
    assert found(session, "13912345678") == found(session, "新名") == found(session, "zhangmin@") == [made.number]
    assert found(session, "13856780001") == found(session, "张敏") == found(session, "云盾") == []


def test_whoever_left_is_found_by_the_name_alone(session: Session) -> None:
    made = customer(session)
    new = {"contacts.name": "王芳", "contacts.mobile": "+8613912345678"}
    record.change(session, made, new, Source(Origin.WORKSHEET), NOW, seen=1, contact=2, primary=2)
    contacts.add(session, made, 2, NOW)
    contacts.leave(session, made, 1, 2, NOW)
    assert found(session, "张敏") == found(session, "王芳") == found(session, "13912345678") == [made.number]
    assert found(session, "13856780001") == found(session, "zhangmin@") == []
    contacts.come_back(session, made, 1)
    assert found(session, "zhangmin@") == [made.number]
    contacts.remove(session, made, [2], NOW)
    assert found(session, "王芳") == found(session, "13912345678") == []


def test_a_change_that_leaves_no_mark_touches_none(session: Session) -> None:
    made = customer(session)
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *said: statements.append(said[2]))
    record.change(session, made, {"needs.term": "long"}, Source(Origin.WORKSHEET), NOW, seen=1)
    assert [text for text in statements if "marks" in text] == []
    record.change(session, made, {"contacts.mobile": None}, Source(Origin.WORKSHEET), NOW, seen=2)
    assert len([text for text in statements if "marks" in text]) == 2


def test_a_search_reads_few_rows_however_it_is_typed(session: Session) -> None:
    customer(session, staff_account(session))
    session.flush()
    statements: list[Any] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *said: statements.append(said[2]))
    found(session, "13856780001")
    assert len(statements) == 5  # how many there are, two ranges, a merged number, and the customers


@given(st.text(), st.text(min_size=1))
def test_each_piece_of_a_part_is_a_piece_of_the_whole_or_begins_one(whole: str, part: str) -> None:
    name, typed = called(whole + part + whole), called(part)
    if typed in name:
        assert all(any(piece.startswith(each) for piece in pieces(name)) for each in pieces(typed))
