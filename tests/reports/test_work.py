"""The report of the work: what was done for the customers of each account manager (M45)."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from formsvc.customers import record
from formsvc.customers.models import Channel, Customer, Origin
from formsvc.customers.record import Source
from formsvc.invitations.models import Invitation
from formsvc.reports.work import Line, Period, lines
from formsvc.reports.work_pages import spent
from formsvc.review.verbs import reject
from formsvc.staff import verbs as staff
from formsvc.staff.models import Role, Staff
from tests.browser import Browser
from tests.factories import customer, invitation, staff_account, submission, writing
from tests.filling import account, answered, invited
from tests.forms import text_of
from tests.installation import NOW, ZONE

WEEK = Period(date(2026, 11, 23), date(2026, 11, 29), date(2026, 11, 25), ZONE)
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)


def line_of(session: Session, reader: Staff, owner: Staff | None, period: Period = WEEK) -> Line:
    found, _total = lines(session, reader, period)
    return next(line for line in found if line.id == (owner.id if owner else None))


def added(session: Session, owner: Staff | None, at: datetime, **columns: object) -> Customer:
    made = customer(session, owner)
    session.execute(update(Customer).where(Customer.id == made.id).values(created_at=at, **columns))
    return made


def test_what_is_of_the_week_counts_from_its_first_instant_to_its_last(session: Session) -> None:
    li = staff_account(session)
    after = MONDAY + timedelta(days=7)
    for at in (MONDAY - timedelta(seconds=1), MONDAY, after - timedelta(seconds=1), after):
        made = added(session, li, at, source="fair")
        link = invitation(session, made, at)
        submission(session, link, now=at)
    found = line_of(session, li, li)
    assert {name: found.figures[name] for name in ("added", "sent", "answered")} == {
        "added": 2, "sent": 2, "answered": 2
    }  # fmt: skip
    assert found.sources == {"fair": 2}


def test_each_figure_counts_what_it_says(session: Session) -> None:
    li = staff_account(session)
    for hours in (2, 10, 4):
        link = invitation(session, customer(session, li), MONDAY)
        reject(
            session, submission(session, link, now=MONDAY + timedelta(hours=hours)), li, "x", MONDAY + timedelta(days=1)
        )
    waits = submission(session, invitation(session, customer(session, li), MONDAY), now=MONDAY)
    late = invitation(session, customer(session, li), MONDAY - timedelta(days=9))
    session.execute(update(Invitation).where(Invitation.id == late.id).values(deadline_on=date(2026, 11, 24)))
    open_still = invitation(session, customer(session, li), MONDAY)
    session.execute(update(Invitation).where(Invitation.id == open_still.id).values(deadline_on=date(2026, 11, 25)))
    followed = customer(session, li)
    said = {"record.follow_up": "电话沟通了报价", "record.next_on": "2026-11-24"}
    record.change(session, followed, said, Source(Origin.ENTRY, li.id, channel=Channel.CALL), MONDAY, seen=1)
    session.flush()
    found = line_of(session, li, li)
    assert (found.figures["reviewed"], found.figures["waiting"], found.figures["unanswered"]) == (3, 1, 1)
    assert (found.figures["follow_ups"], found.figures["overdue"], found.figures["answered"]) == (1, 1, 4)
    assert found.median == 2 * 3600
    assert waits.assigned_to == li.id


def test_who_was_archived_or_merged_is_not_counted(session: Session) -> None:
    li = staff_account(session)
    stays = added(session, li, MONDAY, next_on="2026-11-01")
    added(session, li, MONDAY, next_on="2026-11-01", archived_at=NOW)
    added(session, li, MONDAY, next_on="2026-11-01", merged_into_id=stays.id)
    found = line_of(session, li, li)
    assert (found.figures["added"], found.figures["overdue"]) == (1, 1)


def test_foreign_id_a_report_counts_what_is_in_reach_only(session: Session) -> None:
    lead, boss = staff_account(session, "周敏", Role.LEAD), staff_account(session, "陈晨", Role.ADMINISTRATOR)
    li, other = staff_account(session, "李强"), staff_account(session, "王磊")
    li.lead_id = lead.id
    for owner in (lead, li, other, None):
        made = added(session, owner, MONDAY, next_on="2026-11-01")
        submission(session, invitation(session, made, MONDAY), now=MONDAY)
    session.flush()
    reach = {li: ["李强"], lead: ["周敏", "李强"], boss: ["周敏", "李强", "王磊", ""]}
    for reader, names in reach.items():
        found, total = lines(session, reader, WEEK)
        assert sorted(line.name for line in found if line.figures) == sorted(names)
        for name in ("added", "sent", "answered", "waiting", "overdue"):
            assert total.figures[name] == len(names), name
        if reader is not boss:
            assert "王磊" not in {line.name for line in found}


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", "2026-11-23", "2026-11-29"),
        ("?week=last", "2026-11-16", "2026-11-22"),
        ("?from=2026-11-02&to=2026-11-03", "2026-11-02", "2026-11-03"),
        ("?from=2026-11-03&to=2026-11-02", "2026-11-02", "2026-11-03"),
        ("?from=2026-11-03", "2026-11-03", "2026-11-03"),
        ("?from=1900-01-01&to=2026-11-23", "2025-11-23", "2026-11-23"),  # a year at most
        ("?from=x&to=0000-00-00&week=x", "2026-11-23", "2026-11-29"),
    ],
)
def test_the_days_that_are_asked_for(browser: Browser, sqlite_app: Flask, query: str, first: str, last: str) -> None:
    browser.sign_in(account(sqlite_app))
    page = browser.get(f"/reports/work{query}")
    assert [page.find("input", name=name).get("value") for name in ("from", "to")] == [first, last]


def test_a_figure_leads_to_what_it_counts(browser: Browser, sqlite_app: Flask) -> None:
    email = account(sqlite_app)
    answered(sqlite_app, invited(sqlite_app, email))
    browser.sign_in(email)
    page = browser.get("/reports/work")
    links = [a.get("href") or "" for a in page.find("table").iter("a")]
    assert len(links) == 4
    for link in links:
        assert "合肥云盾" in browser.get(link).text


def test_formula_injection_the_table_is_a_sheet(browser: Browser, sqlite_app: Flask) -> None:
    email = account(sqlite_app, name="=1+1")
    invited(sqlite_app, email)
    browser.sign_in(email)
    sheet = browser.submit(browser.get("/reports/work"), action="/reports/work.csv")
    header, line, total = csv.reader(io.StringIO(sheet.html.removeprefix("\ufeff")))
    assert (header[0], header[1], line[0], line[1], total[0]) == ("客户经理", "新增客户", "'=1+1", "1", "合计")


def test_the_sum_stands_below_several(browser: Browser, sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        staff_account(session, "周敏", Role.ADMINISTRATOR, "boss@example.com")
        owner = staff.find(session, "boss@example.com")
        customer(session, owner)
        customer(session)
    browser.sign_in("boss@example.com")
    rows = browser.get("/reports/work").find_all("tr")[1:]
    assert [[text_of(cell) for cell in row][:2] for row in rows] == [
        ["周敏", "1 未填来源 1"], ["未分配", "1 未填来源 1"], ["合计", "2 未填来源 2"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (3599, "不到 1 小时"), (3600, "1 小时"), (3 * 86400 - 1, "71 小时"), (3 * 86400, "3 天")],
)
def test_a_time_in_words(sqlite_app: Flask, seconds: int | None, words: str) -> None:
    with sqlite_app.test_request_context():
        assert spent(seconds) == words
