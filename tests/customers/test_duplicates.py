"""Customers that one with given values may be, and pairs of them; others are not (M26)."""

from collections.abc import Mapping

import pytest
from sqlalchemy import delete, event, func, select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers import reach, record
from formsvc.customers.duplicates import alike as duplicates
from formsvc.customers.duplicates import comparing, pairs
from formsvc.customers.duplicates import listing as pair_list
from formsvc.customers.duplicates.alike import Alike, Asked
from formsvc.customers.duplicates.pairs import DuplicatePair, PairState
from formsvc.customers.finding.marking import CustomerMark
from formsvc.customers.models import Audience, Customer, Origin
from formsvc.customers.record import Source
from formsvc.db import rows_changed
from formsvc.fields import Value
from formsvc.staff.models import Role, Staff
from tests.factories import ENTERPRISE, INDIVIDUAL, customer, staff_account
from tests.installation import NOW

CODE = {"basic.uscc": "914403001922038216"}
ID = {"basic.id_number": "11010519491231002X"}
OTHER: Mapping[str, Value] = {
    "basic.full_name": "苏州安达物流有限公司",
    "basic.uscc": "N2110108MF01234566",
    "contacts.mobile": "+8613856789999",
    "contacts.email": "other@example.com",
}
EVIDENCE: list[tuple[Mapping[str, Value], tuple[str, ...]]] = [
    ({}, ()),
    (CODE, ("code",)),
    ({"contacts.mobile": "+8613856780001"}, ("mobile",)),
    ({"contacts.email": "ZhangMin@example.com"}, ("email",)),
    ({"basic.full_name": "合肥市云盾科技股份有限公司"}, ("name",)),
    ({"basic.full_name": "合肥云盾信息科技有限公司"}, ("similar",)),
    ({**CODE, "contacts.email": "zhangmin@example.com"}, ("code", "email")),
    ({"contacts.mobile": "+8613856780001", "basic.full_name": "合肥云盾科技公司"}, ("mobile", "name")),
    ({"contacts.office_phone": "+8613856780001"}, ()),  # a desk is shared
]


def found(session: Session) -> list[tuple[str, ...]]:
    """The evidence of all pairs that are open, after what is due was compared."""
    compared(session)
    open_ = select(DuplicatePair).where(DuplicatePair.state == PairState.OPEN)
    return [tuple(pair.evidence) for pair in session.scalars(open_.order_by(DuplicatePair.id))]


def compared(session: Session) -> None:
    while comparing.compare(session, NOW):
        pass


def change(session: Session, one: Customer, values: Mapping[str, Value], secret: bool = False) -> None:
    record.change(
        session, one, values, Source(Origin.WORKSHEET), NOW, seen=one.version, sensitive=set(values) if secret else ()
    )


def listed(session: Session, reader: Staff, state: PairState = PairState.OPEN) -> list[tuple[str | None, str | None]]:
    return [
        (shown.older.number if shown.older else None, shown.newer.number if shown.newer else None)
        for shown in pair_list.page(session, reader, state, None, 100)
    ]


@pytest.mark.parametrize(("shared", "evidence"), EVIDENCE)
def test_evidence_is_the_code_the_mobile_the_mail_and_the_name(
    session: Session, shared: Mapping[str, Value], evidence: tuple[str, ...]
) -> None:
    first = customer(session, values=CODE)
    asked = duplicates.alike(session, {**ENTERPRISE, **OTHER, **shared})  # before it is made
    customer(session, values={**OTHER, **shared})
    assert found(session) == [evidence] * bool(evidence)
    assert [(one.number, one.evidence) for one in asked] == [(first.number, evidence)] * bool(evidence)


@pytest.mark.parametrize("missing", ["basic.uscc", "contacts.mobile", "contacts.email"])
def test_nothing_held_is_no_evidence(session: Session, missing: str) -> None:
    customer(session, values={missing: None})
    customer(session, values={**OTHER, missing: None})
    assert found(session) == []
    assert duplicates.alike(session, dict.fromkeys(OTHER)) == []
    assert duplicates.alike(session, dict.fromkeys(OTHER, "")) == []
    assert duplicates.alike(session, {key: ["+8613856780001"] for key in OTHER}) == []  # of another type


def test_a_persons_name_alone_is_no_evidence(session: Session) -> None:
    for serial in range(2):
        values = {"contacts.mobile": f"+861390001000{serial}", "contacts.email": f"{serial}@example.com"}
        made = customer(session, audience=Audience.INDIVIDUAL, values=values)
    assert found(session) == []
    for asked in ({"besides": made}, {"audience": Audience.INDIVIDUAL}, {}):
        assert duplicates.alike(session, {"basic.full_name": "李静"}, **asked) == []


def test_an_id_number_is_evidence_and_nobody_reads_it(session: Session) -> None:
    one, other = customer(session), customer(session, values={**OTHER})
    for each in (one, other):
        change(session, each, ID, secret=True)
    assert found(session) == [("id",)]
    assert [each.evidence for each in duplicates.alike(session, {"basic.id_number": "11010519491231002x"}, other)] == [
        ("id",)
    ]
    texts = session.scalars(select(CustomerMark.text)).all()
    assert [text for text in texts if "1010519491231002" in text] == []
    change(session, other, {"contacts.name": "王磊"})
    change(session, one, {"basic.id_number": None}, secret=True)
    assert found(session) == []


def test_a_secret_leaves_no_mark_but_of_the_id_number(session: Session) -> None:
    made = customer(session)
    change(session, made, {"contacts.mobile": "+8613911112222"}, secret=True)
    assert [text for text in session.scalars(select(CustomerMark.text)) if "1391111" in text] == []


def test_long_own_names_are_similar_with_a_mistake_in_them(session: Session) -> None:
    first = customer(session, values={"basic.full_name": "广州莎柏琳娜科技有限公司"})
    customer(session, values={**OTHER, "basic.full_name": "广州莎伯琳娜科技有限公司"})
    assert found(session) == [("similar",)]
    assert duplicates.alike(session, {"basic.full_name": "广州市莎柏琳那科技"}) == [
        Alike(first.number, first.name, ("similar",), 81)
    ]


def test_what_too_many_have_in_common_is_not_looked_at(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("广州莎柏琳娜科技有限公司", "武汉莎柏琳娜科技有限公司"):
        customer(session, values={"basic.full_name": name})
    mistaken = {"basic.full_name": "广州莎伯琳娜科技有限公司"}
    assert len(duplicates.alike(session, mistaken)) == 1
    monkeypatch.setattr(duplicates, "CROWD", 1)
    assert duplicates.alike(session, mistaken) == []  # both have 琳娜, and nobody 莎伯 or 伯琳


def test_to_ask_for_several_is_to_ask_for_each(session: Session) -> None:
    for values in (ENTERPRISE, OTHER, {**OTHER, "basic.full_name": "广州莎柏琳娜科技有限公司"}):
        customer(session, values=values)
    asked = [
        Asked(ENTERPRISE), Asked({"basic.full_name": "广州市莎柏琳那科技"}), Asked({}),
        Asked({**INDIVIDUAL, "contacts.mobile": OTHER["contacts.mobile"]}, Audience.INDIVIDUAL),
    ]  # fmt: skip
    found = duplicates.alike_to_each(session, asked)
    assert found == [duplicates.alike(session, each.values, audience=each.audience) for each in asked]
    assert [len(each) for each in found] == [1, 1, 0, 2]


def test_three_alike_are_three_pairs_the_older_first(session: Session) -> None:
    made = [customer(session) for _ in range(3)]
    assert found(session) == [("mobile", "email", "name")] * 3
    both = {(pair.older.number, pair.newer.number) for pair in pair_list.among(session, {made[2].number})}
    assert both == {(made[0].number, made[2].number), (made[1].number, made[2].number)}


def test_what_is_no_evidence_any_more_is_no_pair(session: Session) -> None:
    one, other = customer(session, values=CODE), customer(session, values={**OTHER, **CODE})
    assert found(session) == [("code",)]
    change(session, other, {"contacts.mobile": "+8613856780001"})
    assert found(session) == [("code", "mobile")]
    change(session, one, dict.fromkeys(CODE))
    assert found(session) == [("mobile",)]
    change(session, one, {"contacts.mobile": None})
    assert found(session) == []


def test_of_a_crowd_each_is_paired_with_the_oldest(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST", 2)
    made = [customer(session) for _ in range(5)]
    assert len(found(session)) == 1 + 2 * 3
    change(session, made[0], {"contacts.emergency_phone": "+8613856780009"})
    assert len(found(session)) == 1 + 2 * 3


def test_a_merged_customer_is_no_duplicate(session: Session) -> None:
    administrator = staff_account(session, role=Role.ADMINISTRATOR)
    stays, gone = customer(session), customer(session)
    compared(session)
    gone.merged_into_id = stays.id
    session.flush()
    assert listed(session, administrator) == []
    assert duplicates.alike(session, ENTERPRISE, stays) == []
    record.repeat(session, gone)
    assert found(session) == []
    gone.merged_into_id = None
    record.repeat(session, gone)
    assert len(found(session)) == 1


def test_only_some_of_each_evidence_are_alike(session: Session) -> None:
    made = [customer(session) for _ in range(duplicates.MOST + 2)]
    found = duplicates.alike(session, ENTERPRISE, made[0])
    assert [one.number for one in found] == [other.number for other in made[1 : duplicates.MOST + 1]]


def test_to_ask_costs_a_few_statements(session: Session) -> None:
    for serial in range(30):
        customer(session, values={"basic.full_name": f"广州莎柏琳娜{serial}科技有限公司"})
    session.flush()
    statements: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert duplicates.alike(session, {**ENTERPRISE, "basic.full_name": "广州莎伯琳娜科技有限公司"})
    assert len(statements) == 4  # who has the same, how rare each pair of characters is, who has those, who they are


def test_the_similar_name_is_found_among_many_with_the_same_own_name(session: Session) -> None:
    for place in ("北京", "上海", "广州", "杭州", "苏州", "成都", "武汉"):
        customer(session, values={"basic.full_name": f"{place}云盾食品有限公司"})
    similar = customer(session, values={"basic.full_name": "合肥云盾信息科技有限公司"})
    found = duplicates.alike(session, {"basic.full_name": "合肥云盾科技有限公司"})
    assert [one.number for one in found] == [similar.number]


def test_foreign_id_a_customer_that_is_alike_is_named_to_who_may_see_it(session: Session) -> None:
    mine, other = staff_account(session), staff_account(session)
    first, second = customer(session, mine), customer(session, mine)
    customer(session, other)
    found = duplicates.alike(session, ENTERPRISE, first, reach.visible(mine))
    assert [(one.number, one.name) for one in found] == [(second.number, second.name), (None, None)]


def test_foreign_id_a_pair_is_shown_to_who_sees_one_of_it_and_names_that_one(session: Session) -> None:
    mine, other, third = (staff_account(session) for _ in range(3))
    administrator = staff_account(session, role=Role.ADMINISTRATOR)
    own, foreign = customer(session, mine), customer(session, other)
    compared(session)
    assert listed(session, administrator) == [(own.number, foreign.number)]
    assert listed(session, mine) == [(own.number, None)]
    assert listed(session, other) == [(None, foreign.number)]
    assert listed(session, third) == []
    pair = session.scalars(select(DuplicatePair)).one()
    assert [pair_list.find(session, reader, pair.id) for reader in (mine, other, third)] == [None] * 3
    assert pair_list.find(session, administrator, pair.id) is pair


def test_the_list_goes_on_by_key_the_strongest_evidence_first(session: Session) -> None:
    administrator = staff_account(session, role=Role.ADMINISTRATOR)
    for serial, shared in enumerate(({"contacts.email": "a@example.com"}, CODE, {"contacts.mobile": "+8613811110000"})):
        for each in range(2):
            own = {
                "basic.full_name": f"{'甲乙丙'[serial]}{'丁戊'[each]}公司",
                "contacts.mobile": f"+86139000100{serial}{each}",
                "contacts.email": f"{serial}{each}@example.com",
            }
            customer(session, values={**own, **shared})
    compared(session)
    walked, after = [], None
    while page := pair_list.page(session, administrator, PairState.OPEN, after, 1):
        walked += [tuple(shown.pair.evidence) for shown in page]
        after = page[-1].key
    assert walked == [("code",), ("mobile",), ("email",)]


def test_two_that_a_person_told_apart_are_a_pair_again_with_more_evidence_only(session: Session) -> None:
    manager = staff_account(session)
    one, other = customer(session, manager, values=CODE), customer(session, manager, values={**OTHER, **CODE})
    compared(session)
    pair = session.scalars(select(DuplicatePair)).one()
    with pytest.raises(pairs.ReasonMissing):
        pairs.settle(session, pair, manager, "", NOW)
    pairs.settle(session, pair, manager, "two branches", NOW)
    change(session, one, {"contacts.name": "王磊"})
    assert found(session) == []
    change(session, one, dict.fromkeys(CODE))
    change(session, one, CODE)
    assert found(session) == []
    assert listed(session, manager, PairState.DISTINCT) == [(one.number, other.number)]
    change(session, other, {"contacts.mobile": "+8613856780001"})
    assert found(session) == [("code", "mobile")]
    assert listed(session, manager, PairState.DISTINCT) == []


def test_telling_apart_can_be_taken_back_and_each_is_done_once(session: Session) -> None:
    manager = staff_account(session)
    customer(session, manager), customer(session, manager)
    compared(session)
    pair = session.scalars(select(DuplicatePair)).one()
    pairs.settle(session, pair, manager, "two branches", NOW)
    assert (pair.state, pair.settler, pair.reason) == (PairState.DISTINCT, manager, "two branches")
    with pytest.raises(pairs.TooLate):
        pairs.settle(session, pair, manager, "again", NOW)
    pairs.reopen(session, pair, manager, NOW)
    with pytest.raises(pairs.TooLate):
        pairs.reopen(session, pair, manager, NOW)
    assert (pair.state, pair.settled_by, pair.reason) == (PairState.OPEN, None, None)
    facts = select(AuditFact.action).where(AuditFact.action.startswith("duplicate."))
    assert session.scalars(facts.order_by(AuditFact.id)).all() == ["duplicate.settled", "duplicate.reopened"]


def test_what_changes_while_it_is_compared_is_due_once_more(session: Session) -> None:
    made = customer(session)
    compared(session)
    change(session, made, CODE)
    change(session, made, {"contacts.mobile": None})
    due = select(func.count()).where(CustomerMark.kind == "due")
    assert session.scalar(due) == 2  # each version is due by itself
    assert rows_changed(session, delete(CustomerMark).where(CustomerMark.kind == "due", CustomerMark.text == "2")) == 1
    assert comparing.compare(session, NOW) == 1
    assert session.scalar(due) == 0
