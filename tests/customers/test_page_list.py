"""The list of customers, and its search (M45)."""

import pytest
from flask import Flask
from sqlalchemy import select

from formsvc.customers.archiving.verbs import Reason, archive
from formsvc.customers.listing import reading as listing
from formsvc.customers.models import Audience, Customer
from formsvc.staff.models import Staff
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import account, customer
from tests.forms import text_of
from tests.installation import NOW


@pytest.fixture
def manager(browser: Browser, sqlite_app: Flask) -> str:
    """The address of a manager who is signed in."""
    email = account(sqlite_app)
    browser.sign_in(email)
    return email


def numbers(page: Page) -> list[str]:
    cells = [a for a in page.root.iter("a") if (a.get("href") or "").startswith("/customers/CX")]
    return [(cell.get("href") or "").removeprefix("/customers/") for cell in cells]


def test_the_newest_customers_come_first_with_what_identifies_them(
    browser: Browser, sqlite_app: Flask, manager: str
) -> None:
    customer(sqlite_app, manager, values={"record.category": "won"})
    customer(sqlite_app, manager, audience=Audience.INDIVIDUAL)
    page = browser.get("/customers/")
    assert numbers(page) == ["CX202611002", "CX202611001"]
    for text in ("合肥云盾科技有限公司", "张敏", "13856780001", "zhangmin@example.com", "成交客户", "李强", "李静"):
        assert text in page.text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("云盾", 1), ("CX202611", 2), ("ｃｘ２０２６１１００１", 1), ("１３８５６７８", 1), ("lijing@", 1),
        (" 李静 ", 1),
        ("%", 0), ("_", 0), ("%云%", 0), ("100%", 0), ("\\", 0), ("' OR '1'='1", 0), ("x" * 5000, 0),
        ("\0", 2), ("", 2),
    ],
)  # fmt: skip
def test_wildcard_a_search_means_what_it_says(
    browser: Browser, sqlite_app: Flask, manager: str, text: str, found: int
) -> None:
    customer(sqlite_app, manager)
    customer(sqlite_app, manager, audience=Audience.INDIVIDUAL)
    page = browser.get("/customers/")
    typed = Page(browser.client.get("/customers/", query_string={"q": text}, base_url="http://formsvc.test"), page.path)
    assert len(numbers(typed)) == found


def test_an_empty_list_and_an_empty_search_say_what_to_do(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    assert browser.get("/customers/").find_all("a", href="/customers/import")
    customer(sqlite_app, manager)
    assert "nobody%" in browser.get("/customers/?q=nobody%25").text


def test_pages_go_on_by_key_and_keep_the_search(
    browser: Browser, sqlite_app: Flask, manager: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for _ in range(3):
        customer(sqlite_app, manager)
    first = browser.get("/customers/?q=%E4%BA%91")
    second = browser.get(next(a.get("href") or "" for a in first.find_all("a", rel="next")))
    assert numbers(first) + numbers(second) == ["CX202611003", "CX202611002", "CX202611001"]
    assert {q.get("value") for q in second.find_all("input", name="q")} == {"云"}
    assert second.find_all("a", rel="next") == []


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=0", "before=99999999999999999999999", "before=%00"])
def test_a_key_that_is_none_is_passed_over(browser: Browser, sqlite_app: Flask, manager: str, query: str) -> None:
    customer(sqlite_app, manager)
    for path in ("/customers/", "/invitations/"):
        browser.get(f"{path}?{query}")


def test_an_order_that_lists_nobody_says_why_and_leads_back(
    browser: Browser, sqlite_app: Flask, manager: str
) -> None:  # fmt: skip
    customer(sqlite_app, manager)
    page = browser.get(browser.get("/customers/").link("只列有日期的"))
    assert "没有定了下一步日期的客户" in page.text
    assert "没有符合条件的客户" not in page.text
    back = {a.get("href") or "" for a in page.root.iter("a") if "最新录入在前" in text_of(a)}
    assert [numbers(browser.get(address)) for address in back] == [["CX202611001"]]


def put_aside(app: Flask, owner: str) -> str:
    """The number of an archived customer."""
    number = customer(app, owner)
    with writing(app) as session:
        found = session.scalars(select(Customer).where(Customer.number == number)).one()
        archive(session, found, session.get_one(Staff, found.owner_id), Reason.ENDED, NOW)
    return number


def test_a_search_in_vain_leads_to_the_archived_ones(browser: Browser, sqlite_app: Flask, manager: str) -> None:
    number = put_aside(sqlite_app, manager)
    page = browser.get("/customers/?q=云盾")
    assert numbers(page) == []
    found = browser.get(page.link("在已归档的客户中查找"))
    assert numbers(found) == [number]
    nobody = browser.get("/customers/?q=nobody&archived=only")
    assert "在已归档的客户中查找" not in nobody.text


def test_foreign_id_the_number_of_an_archived_customer_leads_to_it_who_may_see_it(
    browser: Browser, sqlite_app: Flask, manager: str
) -> None:
    mine, other = put_aside(sqlite_app, manager), put_aside(sqlite_app, account(sqlite_app))
    assert numbers(browser.get(f"/customers/?q={mine.lower()}")) == [mine]
    assert numbers(browser.get(f"/customers/?q={other}")) == []


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("展会2026", "展会2026"), ("其他：展会2026", "其他：展会2026"), ("other:展会2026", "展会2026"),
        ("key-service", "重点服务"), ("重点服务", "重点服务"), ("展会2026、重点服务", "展会2026、重点服务"),
    ],
)  # fmt: skip
def test_a_tag_is_found_by_its_own_text_as_by_its_name(
    browser: Browser, sqlite_app: Flask, manager: str, tag: str, shown: str
) -> None:
    tagged = customer(sqlite_app, manager, values={"maintenance.tags": ["key-service", "other:展会2026"]})
    customer(sqlite_app, manager, values={"maintenance.tags": ["at-risk"]})
    page = browser.get(f"/customers/?tag={tag}")
    assert numbers(page) == [tagged]
    typed = page.find("input", name="tag", list="tag-offered")
    assert typed.get("value") == shown
    assert numbers(browser.get(f"/customers/?tag={shown}")) == [tagged]
