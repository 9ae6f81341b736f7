"""The timeline of a record that was merged into another one, for who may see the one that stays (M24, M26)."""

from flask import Flask
from sqlalchemy import select

from formsvc.customers.editing.verbs import edit
from formsvc.customers.models import Channel, Customer
from tests.browser import Browser
from tests.customers.merged import merge, split, two
from tests.factories import customer, writing
from tests.installation import NOW


def test_the_merge_leads_to_what_happened_before(browser: Browser, sqlite_app: Flask) -> None:
    with writing(sqlite_app) as session:
        staying, going = two(session)
        owner = going.owner
        assert owner
        edit(session, going, {"basic.address": "芜湖"}, owner, "搬迁到芜湖", Channel.CALL, going.version, NOW)
        whole, other, mail = customer(session, owner), customer(session, owner).number, owner.email
        merge(session, staying, going)
        version = merge(session, whole, staying)
        numbers = whole.number, staying.number, going.number
    browser.sign_in(mail)
    page = browser.get(f"/customers/{numbers[0]}/timeline")
    for number in numbers[1:]:
        page = browser.get(page.link(f"{number} 的时间线"))
        assert number in page.text
    assert "搬迁到芜湖" in page.text
    for number in (numbers[0], other, "CX209912001", ""):
        browser.get(f"/customers/{numbers[0]}/timeline?part={number}", status=404)
    with writing(sqlite_app) as session:
        split(session, session.scalars(select(Customer).where(Customer.number == numbers[0])).one(), version)
    assert "的时间线" not in browser.get(f"/customers/{numbers[0]}/timeline").text
    browser.get(f"/customers/{numbers[0]}/timeline?part={numbers[2]}", status=404)
