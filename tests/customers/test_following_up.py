"""Follow-ups: what was said, and what is to be done next, by whom and until when (M35)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Config
from formsvc.customers import reach, record
from formsvc.customers.colleagues import step_takers
from formsvc.customers.editing import verbs as editing
from formsvc.customers.follow_ups import verbs as following_up
from formsvc.customers.follow_ups.listing import by_day, follow_ups
from formsvc.customers.follow_ups.verbs import FollowUp, NextStep, follow_up, proposed
from formsvc.customers.held import held_values
from formsvc.customers.models import Channel, Customer, CustomerValue, CustomerVersion, Origin
from formsvc.customers.record import Source
from formsvc.db import db, transaction
from formsvc.fields import Value
from formsvc.review.timeline import entries
from formsvc.staff.models import Role, Staff
from formsvc.workdays import is_workday
from tests.customers.merged import merge, split, two
from tests.factories import customer, staff_account, writing
from tests.installation import NOW
from tests.processes import COUNT, Processes

IMPORTED = {
    "record.followed_up_on": "2026-05-12", "record.followed_up_by": "王磊", "record.follow_up": "介绍产品方案",
    "record.next_step": "5月20日前提供报价单",
}  # fmt: skip


def talk(said: str = "客户要报价", **other: Any) -> FollowUp:
    return FollowUp("2026-11-23", Channel.CALL, said, **other)


def step(owner: Staff, what: str = "周五前发送报价") -> NextStep:
    return NextStep(what, owner, "2026-11-27")


def test_a_follow_up_is_one_version_that_the_worksheet_shows(session: Session) -> None:
    who, service = staff_account(session), staff_account(session, "赵敏", Role.SERVICE)
    made = customer(session, who)
    assert follow_up(session, made, talk(next=step(service)), who, NOW) == 2
    held = held_values(session, made)
    assert {key: held[key] for key in held if key.startswith("record.")} == {
        "record.followed_up_on": "2026-11-23", "record.followed_up_by": "李强", "record.follow_up": "客户要报价",
        "record.next_step": "周五前发送报价", "record.next_owner": "赵敏", "record.next_on": "2026-11-27",
    }  # fmt: skip
    assert (made.next_owner_id, made.next_on) == (service.id, "2026-11-27")
    version = session.get_one(CustomerVersion, (made.id, 2))
    assert (version.cause, version.channel, version.staff_id) == ("entry", "call", who.id)


def test_what_was_said_before_the_latest_talk_is_told_and_not_held(session: Session) -> None:
    who = staff_account(session)
    made = customer(session, who)
    follow_up(session, made, talk("客户要报价"), who, NOW)
    earlier = FollowUp("2026-11-20", Channel.VISIT, "在展会上谈过交货时间", step(who))
    assert follow_up(session, made, earlier, who, NOW) == 3
    held = held_values(session, made)
    assert [held[f"record.{key}"] for key in ("followed_up_on", "follow_up")] == ["2026-11-23", "客户要报价"]
    assert held["record.next_step"] == "周五前发送报价"
    told = follow_ups(session, made, 9)
    assert [each.values["record.follow_up"].content for each in told] == ["在展会上谈过交货时间", "客户要报价"]
    changes = {change.field: change for change in entries(session, made, None)[0][0].about["changes"]}
    said = changes["record.follow_up"]
    assert (said.old, said.new.content if said.new else None) == (None, "在展会上谈过交货时间")


def test_an_open_step_stays_until_it_is_done_or_another_follows(session: Session) -> None:
    who = staff_account(session)
    made = customer(session, who, values=IMPORTED)
    follow_up(session, made, talk(), who, NOW)
    assert held_values(session, made)["record.next_step"] == IMPORTED["record.next_step"]
    follow_up(session, made, talk(next=step(who)), who, NOW)
    follow_up(session, made, talk(done=1), who, NOW)
    assert held_values(session, made)["record.next_step"] == "周五前发送报价"
    follow_up(session, made, talk(done=3), who, NOW)
    assert "record.next_step" not in held_values(session, made)
    assert (made.next_owner_id, made.next_on) == (None, None)


def test_a_step_is_ticked_off_unless_it_is_another_one_by_now(session: Session) -> None:
    who = staff_account(session)
    made = customer(session, who, values=IMPORTED)
    follow_up(session, made, talk(next=step(who)), who, NOW)
    with pytest.raises(following_up.NotTheStep):
        following_up.finish(session, made, 1, who, NOW)
    following_up.finish(session, made, 2, who, NOW)
    assert (made.next_owner_id, made.next_on) == (None, None)
    with pytest.raises(following_up.NotTheStep):
        following_up.finish(session, made, 2, who, NOW)


def test_all_follow_ups_are_read_from_the_history_newest_first(session: Session) -> None:
    who = staff_account(session)
    made = customer(session, who, values=IMPORTED)
    for said in ("一", "二"):
        follow_up(session, made, talk(said), who, NOW)
    editing.edit(session, made, {"record.remarks": "x"}, who, "补充", Channel.CALL, made.version, NOW)
    follow_up(session, made, talk("三", next=step(who)), who, NOW)
    following_up.finish(session, made, made.version, who, NOW)
    told = [each.values["record.follow_up"].content for each in follow_ups(session, made, 10)]
    assert told == ["三", "二", "一", "介绍产品方案"]
    newest = follow_ups(session, made, 2)
    older = follow_ups(session, made, 2, newest[-1].version)
    assert [each.version.number for each in (*newest, *older)] == [5, 3, 2, 1]


def test_a_record_that_was_merged_brings_its_talks_along_and_takes_them_back(session: Session) -> None:
    staying, going = two(session)
    who = staff_account(session, "赵敏", Role.SERVICE)
    day = "2026-11-20", "2026-11-23", "2026-11-18"
    for made, said, on in zip((staying, going, going), ("一", "二", "三"), day, strict=True):
        follow_up(session, made, FollowUp(on, Channel.VISIT, said), who, NOW)
    version = merge(session, staying, going)
    told = by_day(follow_ups(session, staying, 10))
    assert [each.values["record.follow_up"].content for each in told] == ["二", "一", "三"]
    assert {(each.version.channel, each.values["record.followed_up_by"].content) for each in told} == {
        ("visit", "赵敏")
    }
    first, *others = follow_ups(session, staying, 10)
    assert follow_ups(session, staying, 10, first.version) == others
    split(session, staying, version)
    of = {made.number: follow_ups(session, made, 10) for made in (staying, going)}
    assert {number: [each.values["record.follow_up"].content for each in told] for number, told in of.items()} == {
        staying.number: ["一"], going.number: ["三", "二"],
    }  # fmt: skip


def test_who_held_a_talk_is_told_also_where_that_is_nothing_new(session: Session) -> None:
    made = customer(session, staff_account(session), values=IMPORTED)
    talked: dict[str, Value] = {"record.followed_up_on": "2026-11-20", "record.follow_up": "电话回访"}
    record.change(session, made, talked, Source(Origin.WORKSHEET), NOW, seen=1)
    told = follow_ups(session, made, 10)
    assert [each.values["record.followed_up_by"].content for each in told] == ["王磊", "王磊"]


def test_retry_duplicates_a_form_that_comes_twice_is_recorded_once(session: Session) -> None:
    who = staff_account(session)
    made = customer(session, who)
    for _ in range(2):
        follow_up(session, made, talk(form="one"), who, NOW)
    follow_up(session, made, talk(form="two"), who, NOW)
    assert made.version == 3


def test_urgency_is_changed_in_the_same_form_by_who_may(session: Session) -> None:
    who, service = staff_account(session), staff_account(session, role=Role.SERVICE)
    made = customer(session, who)
    follow_up(session, made, talk(besides={"record.urgency": "high"}), who, NOW)
    assert made.urgency == "high"
    with pytest.raises(editing.NotTheirs):
        follow_up(session, made, talk(besides={"record.urgency": "low"}), service, NOW)
    follow_up(session, made, talk(), service, NOW)


def test_a_next_step_is_taken_by_who_sees_the_customer(session: Session) -> None:
    lead = staff_account(session, "周敏", Role.LEAD)
    own, other, service = (staff_account(session, *each) for each in (("李强",), ("王磊",), ("赵敏", Role.SERVICE)))
    staff_account(session, "审计", Role.AUDITOR)
    own.lead_id = lead.id
    made = customer(session, own)
    assert {each.id for each in step_takers(session, made)} == {lead.id, own.id, service.id}
    for each in (lead, own, other, service):
        sees = reach.find(session, each, made.number) is not None
        assert sees == (each in step_takers(session, made))


def _follow_up(number: str, email: str) -> int:
    with transaction() as session:
        found = session.scalars(select(Customer).where(Customer.number == number)).one()
        who = session.scalars(select(Staff).where(Staff.email == email)).one()
        return follow_up(session, found, talk(), who, NOW)


def test_lost_update_all_who_follow_up_at_once_are_recorded(config: Config, processes: Processes, app: Any) -> None:
    with writing(app) as session:
        who = staff_account(session)
        number, email = customer(session, who).number, who.email
    versions = processes.at_once(COUNT, config, _follow_up, number, email)
    assert sorted(versions) == list(range(2, COUNT + 2))
    with app.app_context():
        told = select(func.count()).where(CustomerValue.field == "record.follow_up")
        assert db.session.scalar(told) == COUNT


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_the_date_that_is_proposed_is_a_working_day_a_week_or_a_month_on(today: date) -> None:
    high, medium = proposed("high", today), proposed("medium", today)
    assert high
    assert medium
    assert is_workday(high)
    assert is_workday(medium)
    assert today + timedelta(days=7) <= high <= today + timedelta(days=18)
    assert today + timedelta(days=30) <= medium <= today + timedelta(days=41)
    assert proposed("low", today) is proposed(None, today) is None
