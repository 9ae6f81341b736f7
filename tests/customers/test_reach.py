"""Which customers a reader may see and find."""

import pytest
from sqlalchemy.orm import Session

from formsvc.customers import reach
from formsvc.staff.models import Role
from tests.factories import customer, staff_account


def test_foreign_id_a_manager_finds_the_own_customers_only(session: Session) -> None:
    manager, other = staff_account(session), staff_account(session)
    administrator = staff_account(session, role=Role.ADMINISTRATOR)
    own, foreign, nobodys = customer(session, manager), customer(session, other), customer(session)
    assert [reach.find(session, manager, c.number) for c in (own, foreign, nobodys)] == [own, None, None]
    assert [reach.find(session, administrator, c.number) for c in (own, foreign, nobodys)] == [own, foreign, nobodys]
    assert session.scalars(reach.visible(manager)).all() == [own]


@pytest.mark.parametrize("text", ["%", "_", "\\", "zhang_in", "%云盾%", "' OR 1=1 --"])
def test_wildcard_and_sql_injection_a_search_means_what_it_says(session: Session, text: str) -> None:
    customer(session)
    reader = staff_account(session, role=Role.ADMINISTRATOR)
    assert session.scalars(reach.matching(reach.visible(reader), text)).all() == []


@pytest.mark.parametrize("text", ["CX202611001", "云盾", "张敏", "1385678", "ZHANGMIN@", "张\0敏"])
def test_a_search_looks_at_number_name_contact_phone_and_mail(session: Session, text: str) -> None:
    held = customer(session)
    reader = staff_account(session, role=Role.ADMINISTRATOR)
    assert session.scalars(reach.matching(reach.visible(reader), text)).all() == [held]


def test_null_bytes_are_in_no_number(session: Session) -> None:
    assert reach.find(session, staff_account(session), "CX\0") is None
