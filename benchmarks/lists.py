"""The list of customers, its filters and its search, and the week's report: among a million customers and a few."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sqlalchemy import Table, func, select, text
from sqlalchemy.orm import Session

from benchmarks import duplicates, sites
from benchmarks.load import Load
from benchmarks.sites import Site
from formsvc.customers.finding.marking import CustomerMark
from formsvc.customers.models import Contact, Customer, CustomerVersion
from formsvc.db import transaction
from formsvc.staff.models import Role
from tests.browser import Browser
from tests.factories import staff_account
from tests.installation import HOST, running

MANAGERS = 50
ALL, OWN = "all@example.com", "manager1@example.com"  # who sees all customers, and who sees those of one manager
ASKED = {
    "list": (ALL, "/customers/"),
    "filter": (ALL, "/customers/?category=interested&urgency=high&due=overdue"),
    "common search": (ALL, "/customers/?q=科技"),
    "rare search": (ALL, "/customers/?q=鑫瑞"),
    "own": (OWN, "/customers/"),
    "report": (ALL, "/reports/work"),
}
DRAWN = 20_000  # customers that are drawn at least; there are more by copying them
SAID = (
    "UPDATE customers SET owner_id = :first + id % :managers, next_on = CASE id % 3 WHEN 0 THEN '2026-01-05' END, "
    "urgency = CASE id % 7 WHEN 0 THEN 'high' WHEN 1 THEN 'medium' ELSE 'low' END, source = 'fair', "
    "created_at = CASE id % 1000 WHEN 0 THEN created_at ELSE '2026-01-05 00:00:00.000000' END, "
    "category = CASE id % 5 WHEN 0 THEN 'interested' WHEN 1 THEN 'won' ELSE 'prospect' END"
)


def fill(site: Site, count: int) -> None:
    """Have `count` customers of MANAGERS account managers, with their marks."""
    duplicates.fill(site, min(count, DRAWN))
    with sites.application(site):
        with transaction() as session:
            staff_account(session, role=Role.ADMINISTRATOR, email=ALL)
            made = [staff_account(session, email=f"manager{number}@example.com") for number in range(MANAGERS)]
            session.execute(text(SAID), {"first": made[0].id, "managers": MANAGERS})
            there = session.scalar(select(func.max(Customer.id))) or 0
        while there < count:
            with transaction() as session:
                _copy(session, there, min(there, count - there))
            there += min(there, count - there)
    sites.settle(site)


def load(site: Site, work: str) -> Load:
    """The page of ASKED for who asks for it."""
    email, path = ASKED[work]
    with running(site.config) as app:
        browser = Browser(app)
        browser.sign_in(email)
        page = browser.get(path)
        cookie = browser.client.get_cookie("formsvc", HOST)
    assert cookie
    return Load((quote(path, safe="/?=&"),), cookie=f"{cookie.key}={cookie.value}", page_size=len(page.html))


def _copy(session: Session, there: int, count: int) -> None:
    """The first `count` of the customers once more, behind the last of those who are `there`."""
    other = {"id": f"id + {there}", "number": f"'CX1991' || (id + {there})"}
    _again(session, Customer, f"id <= {count}", other)
    for model in (Contact, CustomerVersion, CustomerMark):
        _again(session, model, f"customer_id <= {count}", {"customer_id": f"customer_id + {there}"})


def _again(session: Session, model: Any, which: str, other: Mapping[str, str]) -> None:
    table: Table = model.__table__
    names = [column.name for column in table.columns if column.name != "id" or "id" in other]
    shown = ", ".join(other.get(name, name) for name in names)
    session.execute(
        text(f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {shown} FROM {table.name} WHERE {which}")  # noqa: S608
    )
