"""Each role walks all links from its start page: none is refused, nothing is offered that it may not press (M46)."""

import io
import zipfile
from collections import deque
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask

from formsvc.staff.models import GRANTS, Permission, Role
from formsvc.web.access import PUBLIC, access_of
from tests.browser import Browser, Page
from tests.forms import text_of
from tests.installation import HOST
from tests.staff.world import MARK, MOBILES, OWN, World, addresses, may, routes, world

MOST = 400
FILES = (".xlsx", "/left")  # addresses of what is no page
# What lists are asked for besides: none of it stands on a page by being asked for
QUERIES = (
    "q=CX2026", f"q={MOBILES[MARK][3:]}", "q=.example", "before=999", "after=0", "state=answered", "state=given",
    "state=approved", "owner=none", "owner=7", "flag=uscc", "age=fresh", "questionnaire=customer-info",
)  # fmt: skip
ENTRIES = {
    Role.MANAGER: ["审核", "客户", "变更", "邀请", "用时", "工作情况"],
    Role.LEAD: ["审核", "客户", "变更", "邀请", "用时", "工作情况"],
    Role.SERVICE: ["客户", "变更", "工作情况"],
    Role.FINANCE: ["客户", "变更", "工作情况"],
    Role.AUDITOR: ["审核", "客户", "变更", "邀请", "用时", "工作情况"],
    Role.ADMINISTRATOR: ["审核", "客户", "变更", "邀请", "用时", "工作情况", "邮件"],
}


@pytest.fixture
def made(sqlite_app: Flask) -> World:
    return world(sqlite_app)


def crawled(browser: Browser, app: Flask) -> list[Page]:
    """All pages that links lead to from the start page, public ones left out. Fails where one is refused."""
    seen, todo, pages = {"/"}, deque(["/"]), list[Page]()
    while todo and len(pages) < MOST:
        path = todo.popleft()
        if path.partition("?")[0].endswith(FILES):
            with browser.client.get(path, base_url=f"http://{HOST}") as file:
                assert (file.status_code, file.headers["Content-Disposition"][:10]) == (200, "attachment"), path
            continue
        pages.append(page := browser.get(path, is_mail=path.endswith("/html")))
        for link in (urljoin(page.path, a.get("href") or "") for a in page.root.iter("a")):
            target = link.partition("#")[0]
            if target not in seen and _is_staffs(app, target):
                seen.add(target)
                todo.append(target)
    assert len(pages) < MOST
    return pages


def _is_staffs(app: Flask, target: str) -> bool:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not addresses(app).test(parts.path, "GET"):
        return False
    endpoint, _ = addresses(app).match(parts.path, "GET")
    return access_of(app.view_functions[endpoint]) != PUBLIC


def _pressed(app: Flask, page: Page) -> set[str]:
    """What the forms of a page ask for: the permissions that their routes declare."""
    asked = set()
    for form in page.root.iter("form"):
        method = (form.get("method") or "get").upper()
        if method == "DIALOG":
            continue
        others = list(filter(None, (button.get("formaction") for button in form.iter("button"))))
        own = [] if others and not form.get("action") else [form.get("action") or page.path]
        for action in {urljoin(page.path, each) for each in (*own, *others)}:
            endpoint, _ = addresses(app).match(urlsplit(action).path, method)
            asked.add(access_of(app.view_functions[endpoint]) or "")
    return asked - {PUBLIC}


@pytest.mark.parametrize("role", Role)
def test_a_role_is_offered_what_it_may_press_and_nothing_else(
    browser: Browser, sqlite_app: Flask, made: World, role: Role
) -> None:
    start = browser.sign_in(made.staff[role])
    entries = [text_of(a).split()[0] for nav in start.find_all("nav")[:1] for a in nav.iter("a")]
    assert entries == ENTRIES[role]
    pages = crawled(browser, sqlite_app)
    assert [
        (page.path, access) for page in pages for access in _pressed(sqlite_app, page) if not may(role, access)
    ] == []
    may_invite, reads = (may(role, access) for access in (Permission.INVITE, Permission.READ_ANSWERS))
    text = "\n".join(page.html for page in pages)
    assert ("/q/" in text) is may_invite
    assert (f"{OWN}的答复" in text, "data-claim" in text, "review.js" in text) == (reads, may_invite, may_invite)
    assert ("此页仅供查阅" in text) is (reads and not may(role, Permission.REVIEW))
    assert (OWN in text, MARK in text) == (True, Permission.ALL_CUSTOMERS in GRANTS[role])


@pytest.mark.parametrize("role", [Role.MANAGER, Role.LEAD])
def test_foreign_id_no_page_shows_anything_of_another_team(
    browser: Browser, sqlite_app: Flask, made: World, role: Role
) -> None:
    """Lists, searches, exports and counts, whatever they are asked for."""
    browser.sign_in(made.staff[role])
    asked = [f"{path}?{query}" for path in _lists(sqlite_app, role) for query in ("", *QUERIES)]
    shown = {path: _said(browser, path) for path in asked}
    wanted = (MARK, str(made.records["customer"]))
    assert [path for path, text in shown.items() if any(mark in text for mark in wanted)] == []
    assert sum(OWN in text for text in shown.values()) > len(QUERIES)


def _lists(app: Flask, role: Role) -> list[str]:
    return [rule.rule for rule, method, access in routes(app) if method == "GET" and not rule.arguments
            and may(role, access)]  # fmt: skip


def _said(browser: Browser, path: str) -> str:
    """What an address answers: a page, or all that is in a workbook."""
    response = browser.client.get(path, base_url=f"http://{HOST}")
    assert response.status_code in (200, 404), (path, response.status_code)
    body = response.get_data()
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return body.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
