"""How the person in the answers relates to the contact that is held."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formsvc.customers.relation import Relation, propose

SAME, SECOND, SUCCESSOR = Relation

PARTS = ("name", "mobile", "email", "position", "office_phone", "salutation")
ONE, TWO = "+8613800138000", "+8613900139000"
DESK, OTHER_DESK = "+861012345678;ext=801", "+861012345678;ext=802"
ZHANG, WANG = "zhangmin@example.com", "wangqiang@example.com"


def contact(*values: Any) -> dict[str, Any]:
    """A contact of values in the order of PARTS; what is left out is nothing."""
    return {f"contacts.{part}": value for part, value in zip(PARTS, values, strict=False)}


NAMES = st.sampled_from(["张敏", "王强", "欧阳娜", "Zhang Min", "Lucy Cooper", "张总", "Lucy", "", "无", None])
CONTACTS = st.builds(
    contact, NAMES, st.sampled_from([ONE, TWO, None]), st.sampled_from([ZHANG, WANG, "info@example.com", None]),
    st.sampled_from(["采购经理", "财务", "Buyer", "经理", None]),
    st.sampled_from([DESK, OTHER_DESK, ONE, None]), st.sampled_from(["mr", "ms", None]),
)  # fmt: skip
ANYTHING = st.none() | st.text(max_size=20) | st.integers() | st.lists(st.text(max_size=3), max_size=2)
PEOPLE = st.sampled_from(["张敏", "王强", "欧阳娜", "Zhang Min", "Lucy Cooper"])

SPELLINGS = [
    ("张敏", " 张 敏 "),
    ("张敏", "张敏女士"),
    ("张敏", "张敏（采购）"),
    ("张敏", "张敏 Lucy"),
    ("张敏", "张敏总经理"),
    ("Zhang Min", "zhang  min"),
    ("Zhang Min", "ＺＨＡＮＧ　ＭＩＮ"),
    ("Zhang Min", "Min Zhang"),
    ("Zhang Min", "ZhangMin"),
    ("Zhang Min", "Ms. Zhang Min"),
    ("Xiaomin Zhang", "Zhang Xiao Min"),
    ("John Smith", "Smith, John"),
    ("Seán O'Brien", "Seán OBrien"),
    # No name is held yet.
    ("", "张敏"),
    (None, "张敏"),
    ("无", "张敏"),
    ("张某", "张敏"),
    ("—", "张敏"),
]
OTHERS = [
    ("张敏", "王强"),
    ("张敏", "张敏娜"),
    ("张敏", "敏"),
    ("张敏 Lucy", "王芳 Lucy"),
    ("Li Na", "Li Wei"),
    ("Liu Qian", "Qiu Lian"),
    # Perhaps one person, but nothing says so, and mobile and mail differ.
    ("Zhang Min", "张敏"),
    ("张工", "张总"),
    ("张总", "张敏"),
    ("Lucy", "Lucy Cooper"),
]

EXAMPLES = [
    # held, answered: what is proposed
    # A mobile or a mail that is a person's stayed: the name was mistyped, or has changed.
    (contact("张民", ONE, None), contact("张敏", ONE, ZHANG), SAME),
    (contact("张敏", ONE, ZHANG), contact("Zhang Min", ONE, ZHANG), SAME),
    (contact("Lucy Cooper", ONE, ZHANG), contact("Lucy Zhang", TWO, ZHANG), SAME),
    (contact("张敏", ONE, "10001@qq.com"), contact("张静敏", TWO, "10001@qq.com"), SAME),
    # Salutation too was wrong.
    (contact("张民", ONE, ZHANG, None, None, "mr"), contact("张敏", ONE, ZHANG, None, None, "ms"), SAME),
    # The company's mobile, or the mailbox, was handed to the one who follows.
    (contact("张敏", ONE, ZHANG, "采购", DESK, "ms"), contact("王强", ONE, WANG, "采购", DESK, "mr"), SUCCESSOR),
    (contact("张敏", ONE, ZHANG, "采购", DESK, "ms"), contact("王强", TWO, ZHANG, "采购", DESK, "mr"), SUCCESSOR),
    # A mailbox of many, and a mobile that is the office's phone, say nothing of the person.
    (contact("张敏", ONE, "info@example.com"), contact("王强", TWO, "info@example.com"), SUCCESSOR),
    (contact("张敏", ONE, "sales02@example.com"), contact("王强", TWO, "sales02@example.com"), SUCCESSOR),
    (contact("张敏", ONE, "info-cn@example.com"), contact("王强", TWO, "info-cn@example.com"), SUCCESSOR),
    (contact("张敏", ONE, "前台@example.com"), contact("王强", TWO, "前台@example.com"), SUCCESSOR),
    (contact("张敏", ONE, ZHANG, None, ONE), contact("王强", ONE, WANG), SUCCESSOR),
    # But this is somebody's in sales.
    (contact("张民", ONE, "sales.zhang@example.com"), contact("张敏", TWO, "sales.zhang@example.com"), SAME),
    # Another person in the same position, whatever the rank and the language; or in none that is known.
    (contact("张敏", ONE, ZHANG, "采购经理"), contact("王强", TWO, WANG, "采购总监"), SUCCESSOR),
    (contact("张敏", ONE, ZHANG, "采购专员"), contact("王强", TWO, WANG, "供应链采购部负责人"), SUCCESSOR),
    (contact("张敏", ONE, ZHANG, "Purchasing Manager"), contact("王强", TWO, WANG, "Head of Purchase"), SUCCESSOR),
    (contact("张敏", ONE, ZHANG, "采购经理"), contact("王强", TWO, WANG, "Finance Director"), SUCCESSOR),
    (contact("张敏", ONE, ZHANG, "经理"), contact("王强", TWO, WANG, "财务主管"), SUCCESSOR),
    (contact("张敏", ONE, ZHANG, "采购"), contact("王强", TWO, WANG), SUCCESSOR),
    (contact("张敏"), contact("王强", TWO, WANG, "财务"), SUCCESSOR),
    # In another position, but at the same desk.
    (contact("张敏", ONE, ZHANG, "采购", DESK), contact("王强", TWO, WANG, "财务", DESK), SUCCESSOR),
    # With another job: the held one most probably still does hers.
    (contact("张敏", ONE, ZHANG, "采购经理"), contact("王强", TWO, WANG, "财务经理"), SECOND),
    (contact("张敏", ONE, ZHANG, "采购经理", DESK), contact("王强", TWO, WANG, "总经理", OTHER_DESK), SECOND),
    (contact("张敏", ONE, ZHANG, "IT经理"), contact("王强", TWO, WANG, "采购经理"), SECOND),
    (contact("张敏", ONE, ZHANG, "Sales Manager"), contact("王强", TWO, WANG, "Finance Manager"), SECOND),
    # A surname or a given name is the same person's, while nothing says otherwise.
    (contact("张总", None, None, "总经理"), contact("张敏", ONE, ZHANG, "总经理"), SAME),
    (contact("老张"), contact("张敏", ONE, ZHANG), SAME),
    (contact("欧阳总", ONE, None), contact("欧阳娜", ONE, ZHANG), SAME),
    (contact("Lucy"), contact("Lucy Cooper", ONE, ZHANG), SAME),
    (contact("Mr Cooper"), contact("Lucy Cooper", ONE, ZHANG), SAME),
    (contact("张总", ONE, None), contact("张敏", TWO, ZHANG), SUCCESSOR),
    (contact("张总", None, None, None, None, "mr"), contact("张敏", TWO, ZHANG, None, None, "ms"), SUCCESSOR),
    # One name is one person, though all else is new.
    (contact("张敏", ONE, ZHANG, "采购", DESK, "ms"), contact("张敏", TWO, WANG, "财务", OTHER_DESK, "mr"), SAME),
]


@pytest.mark.parametrize(("held", "answered", "relation"), EXAMPLES)
def test_examples(held: dict[str, Any], answered: dict[str, Any], relation: Relation) -> None:
    assert propose(held, answered) is relation


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_two_spellings_of_one_name_are_one_person(one: str, other: str) -> None:
    assert propose(contact(one, ONE, ZHANG), contact(other, TWO, WANG)) is SAME


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_names_are_two_people(one: str, other: str) -> None:
    assert propose(contact(one, ONE, ZHANG), contact(other, TWO, WANG)) is not SAME


@given(CONTACTS)
def test_who_is_held_is_nobody_else(held: dict[str, Any]) -> None:
    assert propose(held, held) is SAME
    assert propose({}, held) is propose(held, {}) is SAME


@given(CONTACTS, CONTACTS)
def test_it_is_the_same_seen_from_the_other_side(held: dict[str, Any], answered: dict[str, Any]) -> None:
    assert propose(held, answered) is propose(answered, held)


@given(CONTACTS, CONTACTS, PEOPLE)
def test_one_name_is_one_person_whatever_else_differs(
    held: dict[str, Any], answered: dict[str, Any], name: str
) -> None:
    assert propose({**held, "contacts.name": name}, {**answered, "contacts.name": name}) is SAME


@given(
    CONTACTS, CONTACTS, PEOPLE,
    st.sampled_from([str.upper, lambda name: f" {name}　", lambda name: f"{name}（新）", lambda name: f"Ms {name}"]),
)  # fmt: skip
def test_how_a_name_is_written_makes_no_difference(
    held: dict[str, Any], answered: dict[str, Any], name: str, written: Any
) -> None:
    plain, other = {**answered, "contacts.name": name}, {**answered, "contacts.name": written(name)}
    assert propose(held, plain) is propose(held, other)


@given(CONTACTS, CONTACTS)
def test_a_second_contact_has_a_job_of_its_own(held: dict[str, Any], answered: dict[str, Any]) -> None:
    if propose(held, answered) is SECOND:
        positions = {held["contacts.position"], answered["contacts.position"]}
        assert len(positions - {None, "经理"}) == 2


@given(st.lists(ANYTHING, min_size=6, max_size=6), st.lists(ANYTHING, min_size=6, max_size=6))
def test_any_held_value_will_do(held: list[Any], answered: list[Any]) -> None:
    """An older version may have held another type under the same key."""
    assert propose(contact(*held), contact(*answered)) in Relation
