"""A talk and its next step are one choice of a merge: no day beside the words of another one (M26, M35)."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.follow_ups.verbs import FollowUp, NextStep, follow_up
from formsvc.customers.held import held_values
from formsvc.customers.merging.choices import Choices
from formsvc.customers.merging.sides import Side
from formsvc.customers.models import Channel, Customer
from formsvc.staff.models import Staff
from tests.browser import Browser
from tests.customers.merged import merge, split, two
from tests.factories import writing
from tests.forms import text_of
from tests.installation import NOW

HELD = "record.followed_up_on", "record.follow_up", "record.next_step", "record.next_owner", "record.next_on"
SIGNED = "2026-11-20", "签了合同", "寄合同", "李强", "2026-11-25"
CALLED = "2026-10-01", "第一次联系", "报价", "李强", "2026-10-09"


def talk(session: Session, of: Customer, said: tuple[str, ...], hours: int) -> None:
    who = of.owner or Staff()
    step = NextStep(said[2], who, said[4])
    follow_up(session, of, FollowUp(said[0], Channel.CALL, said[1], step), who, NOW + timedelta(hours=hours))
    session.flush()


def talked(session: Session) -> list[Customer]:
    """Of the second one the earlier talk was entered, later than the other."""
    records = two(session)
    for hours, (each, said) in enumerate(zip(records, (SIGNED, CALLED), strict=True)):
        talk(session, each, said, hours)
    return records


def held(session: Session, of: Customer) -> tuple[object, ...]:
    found = held_values(session, of)
    return tuple(found.get(key) for key in HELD)


def test_the_later_talk_is_held(session: Session) -> None:
    staying, going = talked(session)
    merge(session, staying, going)
    assert held(session, staying) == SIGNED


def test_a_talk_and_a_next_step_are_taken_as_a_whole(session: Session) -> None:
    staying, going = talked(session)
    merge(session, staying, going, Choices({"0-talk": Side.GOING, "0-record.next_on": Side.GOING}))
    assert held(session, staying) == (*CALLED[:2], *SIGNED[2:])


def test_what_a_later_talk_changed_stays_as_a_whole(session: Session) -> None:
    staying, going = two(session)
    talk(session, going, SIGNED, 0)
    version = merge(session, staying, going)
    talk(session, staying, ("2026-11-21", "收到合同", SIGNED[2], "李强", "2026-12-01"), 1)
    split(session, staying, version)
    assert held(session, staying) == ("2026-11-21", "收到合同", SIGNED[2], "李强", "2026-12-01")


def test_the_page_asks_once_for_each(browser: Browser, sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        staying, going = talked(session)
        number, other, mail = staying.number, going.number, staying.owner.email if staying.owner else ""
    browser.sign_in(mail)
    page = browser.get(f"/customers/{number}/merge/{other}")
    rows = [[text_of(cell) for cell in row if cell.tag in ("th", "td")] for row in page.root.iter("tr")]
    latest = next(row for row in rows if row[0] == "最近一次跟进")
    assert latest[2].startswith(f"2026年10月1日 李强 {CALLED[1]} {other}")
    assert not [row for row in rows if row[0] in ("跟进内容", "下一步日期")]
    chosen = dict(page.form().filled({}, None))
    assert (chosen["take-0-talk"], chosen["take-0-step"]) == ("staying", "staying")
    browser.submit(page, {"take-0-step": "going"})
    with writing(sqlite_app) as session:
        record = session.scalars(select(Customer).where(Customer.number == number)).one()
        assert held(session, record) == (*SIGNED[:2], *CALLED[2:])
