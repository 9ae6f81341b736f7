"""Who follows a record that is merged into another one follows that one, until the two are split again (M26, M46)."""

from sqlalchemy.orm import Session

from formsvc.customers.editing.verbs import edit
from formsvc.customers.following.changes import newest
from formsvc.customers.following.verbs import follow, follows, unfollow
from formsvc.customers.merging import verbs as merging
from formsvc.customers.merging.choices import Choices
from formsvc.customers.models import Channel, Customer
from formsvc.staff.models import Role, Staff
from tests.customers.merged import LATER, SPLIT_AT, merge, split, two
from tests.factories import customer, staff_account
from tests.installation import NOW


def records(session: Session) -> tuple[Customer, Customer, Staff]:
    """Two records, and a colleague of the service who follows the second one."""
    staying, going = two(session)
    service = staff_account(session, "吴越", Role.SERVICE)
    follow(session, going, service, NOW)
    return staying, going, service


def followed(session: Session, who: Staff, *of: Customer) -> list[bool]:
    return [follows(session, each, who) for each in of]


def test_who_followed_the_one_that_went_hears_of_what_comes_after(session: Session) -> None:
    staying, going, service = records(session)
    merge(session, staying, going)
    edit(session, staying, {"basic.address": "芜湖"}, staying.owner or service, "搬迁", Channel.CALL, staying.version,
         LATER)  # fmt: skip
    assert [each.version.cause for each in newest(session, service, None, 9)] == ["edit", "merge"]


def test_each_record_has_its_own_back(session: Session) -> None:
    staying, going, service = records(session)
    own = staff_account(session, "郑洁", Role.SERVICE)
    for each in (staying, going):
        follow(session, each, own, NOW)
    version = merge(session, staying, going)
    assert followed(session, service, staying) == [True]
    split(session, staying, version)
    assert followed(session, service, staying, going) == [False, True]
    assert followed(session, own, staying, going) == [True, True]


def test_who_follows_another_part_goes_on(session: Session) -> None:
    staying, going, service = records(session)
    other = customer(session, staying.owner)
    follow(session, other, service, NOW)
    first, who = merge(session, staying, going), staying.owner or service
    second = merging.merge(session, staying, other, Choices(), who, staying.version, other.version, SPLIT_AT)
    split(session, staying, first)
    assert followed(session, service, staying) == [True]
    split(session, staying, second)
    assert followed(session, service, staying) == [False]


def test_who_did_not_want_to_follow_it_goes_on_with_the_other(session: Session) -> None:
    staying, going, service = records(session)
    version = merge(session, staying, going)
    unfollow(session, staying, service, LATER)
    split(session, staying, version)
    assert followed(session, service, staying, going) == [False, True]


def test_who_may_not_see_the_one_that_stays_does_not_follow_it(session: Session) -> None:
    staying, going, _ = records(session)
    lead = staff_account(session, "周敏", Role.LEAD)
    follow(session, going, lead, NOW)
    merge(session, staying, going)
    assert followed(session, lead, staying) == [False]
