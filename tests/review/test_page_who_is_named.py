"""A review links the customers whom its reader may see, and no others (M26, M46)."""

from flask import Flask
from sqlalchemy import select

from formsvc.review.assigning import assign
from formsvc.staff.models import Staff
from tests.browser import Browser, Page
from tests.factories import writing
from tests.filling import account, answered, customer, invited
from tests.forms import text_of
from tests.installation import NOW


def linked(page: Page) -> list[str]:
    """The customers whom the page links, by number."""
    paths = [link.get("href") or "" for link in page.root.iter("a")]
    return [path.removeprefix("/customers/") for path in paths if path.startswith("/customers/CX")]


def test_another_customer_in_a_finding_is_a_link(browser: Browser, sqlite_app: Flask) -> None:
    manager = account(sqlite_app)
    other = customer(sqlite_app, manager, values={"basic.full_name": "苏州安达物流有限公司"})
    given = invited(sqlite_app, manager)
    answered(sqlite_app, given)
    browser.sign_in(manager)
    page = browser.get("/review/1")
    assert set(linked(page)) == {given.number, other}
    assert page.link(f"{other} 苏州安达物流有限公司") == f"/customers/{other}"
    assert browser.get(f"/customers/{other}").heading == "苏州安达物流有限公司"


def test_foreign_id_a_colleagues_customer_is_neither_linked_nor_named(browser: Browser, sqlite_app: Flask) -> None:
    other = customer(sqlite_app, values={"basic.full_name": "苏州安达物流有限公司"})
    given = invited(sqlite_app)
    answered(sqlite_app, given)
    browser.sign_in(given.manager)
    page = browser.get("/review/1")
    assert linked(page) == [given.number]
    assert "其他同事的一位客户" in page.text
    assert [text for text in (other, "苏州安达") if text in page.html] == []


def test_what_sounds_the_same_of_several_colleagues_customers_is_said_once(browser: Browser, sqlite_app: Flask) -> None:
    for name in ("苏州安达物流有限公司", "无锡安达物流有限公司"):
        customer(sqlite_app, values={"basic.full_name": name})
    given = invited(sqlite_app)
    answered(sqlite_app, given)
    browser.sign_in(given.manager)
    said = [text_of(flag) for flag in browser.get("/review/1").find_all("li", class_="flag is-warning")]
    assert len([text for text in said if "可能是同一客户" in text]) == 1
    assert len(said) == len(set(said))


def test_who_reviews_for_a_colleague_gets_no_link_to_the_colleagues_page(browser: Browser, sqlite_app: Flask) -> None:
    given, colleague = invited(sqlite_app), account(sqlite_app, name="王磊")
    answered(sqlite_app, given)
    with writing(sqlite_app) as session:
        owner, to = (
            session.scalars(select(Staff).where(Staff.email == email)).one() for email in (given.manager, colleague)
        )
        assert assign(session, [1], to, owner, NOW) == [1]
    browser.sign_in(colleague)
    page = browser.get("/review/1")
    assert given.number in text_of(page.find("span", class_="number"))
    assert linked(page) == []
    browser.get(f"/customers/{given.number}", status=404)
