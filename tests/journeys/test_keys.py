"""The queue and the review by keys: they move, tick and open, `?` shows them, and who does not want them turns them off
(M20). What is not saved yet is not left without a question.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from formsvc.staff.models import Role
from tests.factories import PASSWORD
from tests.filling import account
from tests.journeys import states
from tests.journeys.conftest import Contexts, look


@pytest.fixture(scope="module")
def administrator(trial: Flask, chromium_browser: Browser) -> Iterator[Page]:
    """Signed in once, for a queue in which two wait."""
    for _ in range(2):
        states.waiting(trial)
    people = Contexts(chromium_browser, trial.extensions["config"].base_url)
    page = people.person()
    page.goto("/login")
    page.locator("[name=email]").fill(account(trial, Role.ADMINISTRATOR))
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    yield page
    people.close()


@pytest.fixture
def page(administrator: Page) -> Page:
    """The queue, on a large screen."""
    administrator.set_viewport_size({"width": 1280, "height": 800})
    administrator.goto("/review/")
    return administrator


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_business_cards_by_keys(page: Page) -> None:
    page.goto("/customers/new")
    name = page.locator("#basic-full_name")
    name.fill("苏州远航贸易有限公司")
    page.locator("#contacts-email").fill("wang@suzhou.example")
    press(page, "Enter")
    expect(page.locator("#kept[role=status]")).to_contain_text("苏州远航贸易有限公司")
    expect(name).to_be_focused()
    expect(name).to_have_value("")


def test_the_queue_by_keys(page: Page) -> None:
    rows, boxes, dialog = page.locator("[data-row]"), page.locator("[name=ids]"), page.locator("#keys")
    press(page, "j", "j", "x", "k")
    expect(rows.nth(0)).to_be_focused()
    expect(boxes.nth(0)).not_to_be_checked()
    expect(boxes.nth(1)).to_be_checked()
    press(page, "Control+x", "?")
    expect(dialog).to_be_visible()
    look(page)
    press(page, "x")  # nothing while the dialog is open
    dialog.get_by_role("checkbox").uncheck()
    dialog.get_by_role("button").click()
    page.reload()
    press(page, "j")
    expect(rows.nth(0)).not_to_be_focused()
    press(page, "?")
    dialog.get_by_role("checkbox").check()
    press(page, "Escape", "j")
    path = rows.nth(0).get_attribute("href")
    press(page, "o")
    page.wait_for_url(f"**{path}")


def test_all_of_a_page_are_ticked_at_once(page: Page) -> None:
    ticked, everything = page.locator("[name=ids]:checked"), page.locator("thead [type=checkbox]")
    waiting = page.locator("[name=ids]").count()
    press(page, "*")
    expect(ticked).to_have_count(waiting)
    expect(everything).to_be_checked()
    press(page, "j", "x")
    expect(ticked).to_have_count(waiting - 1)
    expect(everything).to_be_checked(indeterminate=True)
    page.set_viewport_size({"width": 375, "height": 700})
    everything.click()
    expect(ticked).to_have_count(waiting)
    everything.click()
    expect(ticked).to_have_count(0)
    look(page)


def test_what_is_not_saved_is_not_left_without_a_question(page: Page) -> None:
    page.locator("[data-row]").first.click()
    note, asked = page.locator("#note"), page.locator("#leaving")
    expect(note).to_be_visible()
    press(page, "r")
    expect(note).to_be_focused()
    press(page, "j", "Escape")
    expect(note).not_to_be_focused()
    here = page.url
    press(page, "j")
    expect(asked).to_be_visible()
    look(page)
    press(page, "j", "Enter")  # the first button stays
    expect(asked).to_be_hidden()
    assert (page.url, note.input_value()) == (here, "j")
    press(page, "j")
    asked.locator("[value=leave]").click()
    page.wait_for_url(lambda url: url != here)
    press(page, "c")
    comment = page.locator("details.comment input").first
    expect(comment).to_be_focused()
    press(page, "Escape", "k")  # nothing was typed
    page.wait_for_url(here)


def test_on_a_small_screen_the_decision_is_at_hand_and_hides_nothing_that_has_the_focus(page: Page) -> None:
    page.locator("[data-row]").first.click()
    approve = page.locator("[data-key=approve]")
    expect(approve).to_be_visible()
    for size in ({"width": 375, "height": 667}, {"width": 1280, "height": 650}):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.evaluate("scrollTo(0, 0)")
        expect(approve).to_be_in_viewport(ratio=1)
        assert page.evaluate(COVERED) == []


COVERED = """() => {
  const controls = document.querySelectorAll("form[data-decision] :is(input, summary, textarea, button)");
  const isCovered = (control) => {
    if (!control.checkVisibility() || control.closest(".buttons")) return false;
    control.focus();
    const at = control.getBoundingClientRect();
    const bar = document.querySelector(".decide-bar .buttons").getBoundingClientRect();
    return document.activeElement === control && at.bottom > bar.top && at.top < bar.bottom;
  };
  return [...controls].filter(isCovered).map((control) => control.outerHTML.slice(0, 100));
}"""
