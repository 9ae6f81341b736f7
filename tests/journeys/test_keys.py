"""The queue by keys: they move, tick and open, `?` shows them, and who does not want them turns them off (M20)."""

from flask import Flask
from playwright.sync_api import expect

from formsvc.staff.models import Role
from tests.factories import PASSWORD
from tests.filling import account
from tests.journeys import states
from tests.journeys.conftest import Contexts, look


def test_the_queue_by_keys(trial: Flask, people: Contexts) -> None:
    for _ in range(2):
        states.waiting(trial)
    page = people.person(width=1280)
    page.goto("/login")
    page.locator("[name=email]").fill(account(trial, Role.ADMINISTRATOR))
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    rows, boxes, dialog = page.locator("[data-row]"), page.locator("[name=ids]"), page.locator("#keys")
    expect(rows.first).to_be_visible()
    for key in ("j", "j", "x", "k"):
        page.keyboard.press(key)
    expect(rows.nth(0)).to_be_focused()
    expect(boxes.nth(0)).not_to_be_checked()
    expect(boxes.nth(1)).to_be_checked()
    page.keyboard.press("Control+x")
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    look(page)
    page.keyboard.press("x")  # nothing while the dialog is open
    dialog.get_by_role("checkbox").uncheck()
    dialog.get_by_role("button").click()
    page.reload()
    page.keyboard.press("j")
    expect(rows.nth(0)).not_to_be_focused()
    page.keyboard.press("?")
    dialog.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    path = rows.nth(0).get_attribute("href")
    page.keyboard.press("o")
    page.wait_for_url(f"**{path}")
