"""Who hears of a change of a record: whoever follows it and did not make it (M46)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers import record
from formsvc.customers.following import changes, digest
from formsvc.customers.following import verbs as following
from formsvc.customers.following.models import CustomerNotice
from formsvc.customers.models import Cause, Customer, Origin
from formsvc.customers.record import Change, Source
from formsvc.mail.models import OutboxMessage
from formsvc.staff.models import Role, Staff
from tests.factories import customer, staff_account
from tests.installation import NOW

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def owner(session: Session) -> Staff:
    return staff_account(session, "李强")


@pytest.fixture
def held(session: Session, owner: Staff) -> Customer:
    return customer(session, owner)


def service(session: Session, name: str = "刘洋") -> Staff:
    return staff_account(session, name, Role.SERVICE)


def change(session: Session, held: Customer, by: Staff | None, **values: str) -> None:
    """A change of the position, or of `values`, by a colleague, or by a worksheet of nobody's."""
    source = Source(Origin.EDIT, by.id, reason="打过电话") if by else Source(Origin.WORKSHEET)
    record.change(session, held, values or {"contacts.position": f"{held.version}"}, source, NOW, seen=held.version)


def hears(session: Session) -> list[tuple[int, int]]:
    """Who hears of which version, by their ids."""
    rows = session.execute(select(CustomerNotice.staff_id, CustomerNotice.version).order_by(CustomerNotice.id))
    return sorted((row.staff_id, row.version) for row in rows)


def test_the_manager_and_who_follows_hear_of_what_another_changed(
    session: Session, held: Customer, owner: Staff
) -> None:
    follower, other = service(session), service(session)
    following.follow(session, held, follower, NOW)
    following.follow(session, held, owner, NOW)
    for by in (other, owner, follower, None):
        change(session, held, by)
    assert hears(session) == sorted(
        [(owner.id, 2), (follower.id, 2), (follower.id, 3), (owner.id, 4), (owner.id, 5), (follower.id, 5)]
    )


def test_where_nobody_follows_what_the_manager_changes_nobody_hears(
    session: Session, held: Customer, owner: Staff
) -> None:
    change(session, held, owner)
    change(session, customer(session), owner)
    assert hears(session) == []


def test_who_left_or_does_not_follow_any_more_hears_nothing(session: Session, held: Customer, owner: Staff) -> None:
    follower, gone = service(session), service(session)
    for who in (follower, gone):
        assert following.follow(session, held, who, NOW)
        assert not following.follow(session, held, who, NOW)
    assert following.unfollow(session, held, follower, NOW)
    assert not following.unfollow(session, held, follower, NOW)
    gone.active = owner.active = False
    session.flush()
    change(session, held, None)
    assert hears(session) == []
    actions = select(AuditFact.action).where(AuditFact.subject == held.subject).order_by(AuditFact.id)
    told = [action for action in session.scalars(actions) if "follow" in action]
    assert told == ["customer.followed"] * 2 + ["customer.unfollowed"]


def test_of_a_merge_who_followed_either_record_hears(session: Session, held: Customer, owner: Staff) -> None:
    other_owner, follower = staff_account(session, "王磊"), service(session)
    other = customer(session, other_owner)
    following.follow(session, other, follower, NOW)
    record.begin_version(session, held, Change(Cause.MERGE, owner.id, other_id=other.id), NOW, seen=1)
    assert hears(session) == sorted([(other_owner.id, 2), (follower.id, 2)])


def test_what_changed_is_listed_newest_first_as_far_as_it_can_be_seen(
    session: Session, held: Customer, owner: Staff
) -> None:
    by = service(session)
    change(session, held, by, **{"contacts.position": "总监", "contacts.mobile": "+8613800000000"})
    change(session, held, by)
    listed = changes.newest(session, owner, None, 10)
    assert [(one.version.number, sorted(one.fields)) for one in listed] == [
        (3, ["contacts.position"]), (2, ["contacts.mobile", "contacts.position"]),
    ]  # fmt: skip
    assert changes.newest(session, owner, listed[0].notice.id, 10) == listed[1:]
    held.owner_id = by.id
    session.flush()
    assert changes.newest(session, owner, None, 10) == []


def test_what_was_seen_and_all_older_than_that_is_told_by_no_mail(
    session: Session, held: Customer, owner: Staff
) -> None:
    for _ in range(3):
        change(session, held, None)
    newest, middle, _oldest = (one.notice.id for one in changes.newest(session, owner, None, 3))
    assert changes.see(session, service(session), [newest], NOW) == changes.see(session, owner, [], NOW) == 0
    assert changes.see(session, owner, [middle], NOW) == 2
    assert digest.to_tell(session) == [owner.id]
    assert digest.tell(session, owner.id, LATER) == 1
    [mail] = session.scalars(select(OutboxMessage)).all()
    [told] = mail.content["context"]["customers"]
    assert (told["number"], len(told["changes"]), told["more"]) == (held.number, 1, 0)
    assert digest.to_tell(session) == []


def test_a_mail_names_fields_who_and_why_and_no_values(session: Session, held: Customer, owner: Staff) -> None:
    change(session, held, service(session), **{"contacts.position": "采购总监"})
    digest.tell(session, owner.id, LATER)
    [mail] = session.scalars(select(OutboxMessage)).all()
    [told] = mail.content["context"]["customers"]
    assert told["changes"] == [
        {"cause": "edit", "by": "刘洋", "other": None, "reason": "打过电话", "fields": ["职位"], "more": 0}
    ]
    assert "采购总监" not in str(mail.content)
    assert (mail.recipient, told["name"]) == (owner.email, held.name)


def test_a_mail_lists_some_customers_and_counts_the_others(
    session: Session, owner: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "LISTED", 2)
    made = [customer(session, owner) for _ in range(4)]
    for held in (*made, made[0]):
        change(session, held, None)
    assert digest.tell(session, owner.id, LATER) == 4
    context = session.scalars(select(OutboxMessage)).one().content["context"]
    assert [one["number"] for one in context["customers"]] == [made[0].number, made[3].number]
    assert context["count"] == 4


def test_who_may_not_see_the_customer_any_more_is_told_nothing(session: Session, owner: Staff) -> None:
    kept, taken = customer(session, owner), customer(session, owner)
    for held in (kept, taken):
        change(session, held, None)
    taken.owner_id = service(session).id
    session.flush()
    assert digest.tell(session, owner.id, LATER) == 1
    context = session.scalars(select(OutboxMessage)).one().content["context"]
    assert [one["number"] for one in context["customers"]] == [kept.number]
    assert digest.to_tell(session) == []
