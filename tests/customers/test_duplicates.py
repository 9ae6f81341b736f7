"""Customers that may be one are shown in pairs; others are not (M26)."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers import duplicates, reach
from formsvc.customers.models import Audience, Customer
from formsvc.fields import Value
from formsvc.staff.models import Role
from tests.factories import ENTERPRISE, customer, staff_account

CODE = {"basic.uscc": "914403001922038216"}
OTHER: Mapping[str, Value] = {
    "basic.full_name": "苏州安达物流有限公司",
    "basic.uscc": "N2110108MF01234566",
    "contacts.mobile": "+8613856789999",
    "contacts.email": "other@example.com",
}


def found(session: Session) -> list[tuple[str, ...]]:
    return [pair.evidence for pair in duplicates.pairs(session, select(Customer))]


@pytest.mark.parametrize(
    ("shared", "evidence"),
    [
        ({}, []),
        (CODE, [("code",)]),
        ({"contacts.mobile": "+8613856780001"}, [("mobile",)]),
        ({"contacts.email": "zhangmin@example.com"}, [("email",)]),
        ({"basic.full_name": "合肥市云盾科技股份有限公司"}, [("name",)]),
        ({**CODE, "contacts.email": "zhangmin@example.com"}, [("code", "email")]),
        ({"contacts.mobile": "+8613856780001", "basic.full_name": "合肥云盾科技公司"}, [("mobile", "name")]),
    ],
)
def test_evidence_is_the_code_the_mobile_the_mail_or_the_name(
    session: Session, shared: dict[str, Value], evidence: list[tuple[str, ...]]
) -> None:
    customer(session, values=CODE)
    customer(session, values={**OTHER, **shared})
    assert found(session) == evidence


@pytest.mark.parametrize("missing", ["basic.uscc", "contacts.mobile", "contacts.email"])
def test_nothing_held_is_no_evidence(session: Session, missing: str) -> None:
    customer(session, values={missing: None})
    customer(session, values={**OTHER, missing: None})
    assert found(session) == []


def test_a_persons_name_alone_is_no_evidence(session: Session) -> None:
    for serial in range(2):
        values = {"contacts.mobile": f"+861390001000{serial}", "contacts.email": f"{serial}@example.com"}
        customer(session, audience=Audience.INDIVIDUAL, values=values)
    assert found(session) == []


def test_three_alike_are_three_pairs_the_older_first(session: Session) -> None:
    made = [customer(session) for _ in range(3)]
    pairs = duplicates.pairs(session, select(Customer))
    first, second, third = made
    assert [(pair.older, pair.newer) for pair in pairs] == [(first, second), (first, third), (second, third)]
    among = duplicates.pairs(session, select(Customer), among={third.number})
    assert [(pair.older, pair.newer) for pair in among] == [(first, third), (second, third)]


def test_foreign_id_nobody_sees_that_anothers_customer_is_alike(session: Session) -> None:
    mine, other = staff_account(session), staff_account(session)
    customer(session, mine)
    customer(session, other)
    assert duplicates.pairs(session, reach.visible(mine)) == []
    administrator = staff_account(session, role=Role.ADMINISTRATOR)
    assert len(duplicates.pairs(session, reach.visible(administrator))) == 1


@pytest.mark.parametrize(
    ("values", "evidence"),
    [
        ({}, []),
        (OTHER, []),
        (CODE, [("code",)]),
        ({"contacts.mobile": "+8613856780001"}, [("mobile",)]),
        ({"contacts.email": "zhangmin@example.com"}, [("email",)]),
        ({"basic.full_name": "合肥市云盾科技股份有限公司"}, [("name",)]),
        ({**ENTERPRISE, **CODE}, [("code", "mobile", "email", "name")]),
        (dict.fromkeys(OTHER), []),
        (dict.fromkeys(OTHER, ""), []),
        ({key: ["+8613856780001"] for key in OTHER}, []),  # of another type
    ],
)
def test_other_customers_with_the_same_are_alike(
    session: Session, values: Mapping[str, Value], evidence: list[tuple[str, ...]]
) -> None:
    other, besides = customer(session, values=CODE), customer(session, values=OTHER)
    found = duplicates.alike(session, values, besides)
    assert [one.evidence for one in found] == evidence
    assert {(one.number, one.name) for one in found} <= {(other.number, other.name)}


def test_a_persons_name_makes_nobody_alike(session: Session) -> None:
    made = [customer(session, audience=Audience.INDIVIDUAL) for _ in range(2)]
    assert duplicates.alike(session, {"basic.full_name": "李静"}, made[0]) == []
    company = customer(session)
    assert duplicates.alike(session, {"basic.full_name": "李静"}, company) == []


def test_only_the_oldest_are_alike(session: Session) -> None:
    made = [customer(session) for _ in range(duplicates.MOST + 2)]
    found = duplicates.alike(session, ENTERPRISE, made[0])
    assert [one.number for one in found] == [other.number for other in made[1 : duplicates.MOST + 1]]


def test_foreign_id_a_customer_that_is_alike_is_named_to_who_may_see_it(session: Session) -> None:
    mine, other = staff_account(session), staff_account(session)
    first, second, third = customer(session, mine), customer(session, mine), customer(session, other)
    found = duplicates.alike(session, ENTERPRISE, first, reach.visible(mine))
    assert [(one.number, one.name) for one in found] == [(second.number, second.name), (None, None)]
    assert third.number
