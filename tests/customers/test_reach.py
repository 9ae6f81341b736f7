"""Which customers a reader may see and find."""

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


def test_the_number_of_a_merged_customer_leads_to_the_one_that_stays(session: Session) -> None:
    manager = staff_account(session)
    first, second, stays = (customer(session, manager) for _ in range(3))
    first.merged_into_id, second.merged_into_id = second.id, stays.id
    session.flush()
    assert [reach.find(session, manager, each.number) for each in (first, second, stays)] == [stays] * 3
    assert session.scalars(reach.visible(manager)).all() == [stays]


def test_null_bytes_are_in_no_number(session: Session) -> None:
    assert reach.find(session, staff_account(session), "CX\0") is None
