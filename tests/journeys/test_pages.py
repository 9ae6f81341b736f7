"""Every page in every state, for everyone: axe finds nothing, nothing scrolls sideways, nothing is missing (M15)."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from formsvc.staff.models import Role
from tests.factories import PASSWORD
from tests.filling import account
from tests.journeys import states
from tests.journeys.conftest import Contexts, look
from tests.proving import last_code, wrong

FOLDED, SEND, SAVE = "details.fold", ".buttons [value=submit]", ".buttons [value=save]"
MARKED = (".button", ".badge", ".note", ".fold", ".said", ".field.wrong", ".card", "input", "select", "textarea")


@pytest.fixture(params=["zh-CN", "en-US"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def seen(page: Page, path: str = "") -> None:
    """Looked at on the narrowest phone, and as on a screen of 1280 pixels at 200 %."""
    if path:
        page.goto(path)
    look(page)
    page.set_viewport_size({"width": 640, "height": 400})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide at 200 %"
    page.set_viewport_size({"width": 320, "height": 640})


def test_every_state_of_a_link(trial: Flask, people: Contexts, language: str) -> None:
    page = people.person(language=language, width=320)
    for path in states.states(trial).values():
        seen(page, path)


def test_errors_notes_and_what_another_device_typed(trial: Flask, people: Contexts, language: str) -> None:
    page, other = people.person(language=language, width=320), people.person(javascript=False)
    paths = states.states(trial)
    page.goto(paths["fresh"])
    other.goto(paths["fresh"])
    other.locator("[name=contacts-name]").fill("王芳")
    other.locator("[name=contacts-position]").fill("总监")
    other.locator(SAVE).click()
    page.locator("[name=contacts-name]").evaluate("control => { control.value = '李雷'; control.form.submit() }")
    expect(page.locator("#contacts-name-theirs")).to_contain_text("王芳")
    seen(page)
    page.locator("[name=contacts-mobile]").fill("1385678")
    page.locator(SAVE).click()
    expect(page.locator("#kept")).to_be_visible()
    seen(page)
    page.locator(SEND).click()
    expect(page.locator(".error").first).to_be_visible()
    seen(page)
    page.goto(paths["folded"])
    page.locator(FOLDED).first.locator("summary").click()
    page.locator(SEND).click()
    expect(page.locator(".error")).to_have_count(1)
    seen(page)


def test_codes_and_addresses(trial: Flask, people: Contexts, language: str) -> None:
    page = people.person(language=language, width=320)
    given = states.behind_code(trial)
    seen(page, given.path)
    seen(page, f"{given.path}?blank=1")
    page.goto(given.path)
    page.locator("form .button").first.click()
    expect(page.locator("[role=status]")).to_be_visible()
    seen(page)
    page.locator("#code").fill(wrong(last_code(trial)))
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")
    seen(page)
    waiting = states.waiting(trial)
    page.goto(waiting.path)
    page.locator(".note .button").click()
    expect(page.locator("[role=status]")).to_be_visible()
    seen(page)
    page.locator("#code").fill(wrong(last_code(trial, "mobile-code")))
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")
    seen(page)
    page.goto(states.link_in(states.letter(trial, "confirm-address")))
    seen(page)
    page.locator("main .button").click()
    expect(page.locator(".tick")).to_be_visible()
    seen(page)


def test_what_staff_see(trial: Flask, people: Contexts, language: str) -> None:
    states.waiting(trial)
    fresh = states.invited_now(trial)
    page = people.person(language=language, width=320)
    page.goto("/login")
    seen(page)
    page.locator("[name=email]").fill(account(trial, Role.ADMINISTRATOR))
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_be_visible()
    seen(page, "/review/")
    page.locator("tbody [data-row]").last.click()
    expect(page.locator("#note")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    seen(page)
    page.goto(f"/customers/{fresh.number}")
    page.locator(".qr summary").click()
    seen(page)
    for path in (f"/customers/{fresh.number}/edit", f"/customers/{fresh.number}/follow-ups", "/customers/new"):
        page.goto(path)
        page.locator("main form button.button").first.click()
        expect(page.locator("#errors")).to_be_visible()
        seen(page)
    seen(page, "/reports/times")


def test_in_forced_colours_everything_has_a_border(trial: Flask, people: Contexts) -> None:
    page = people.person(width=375, javascript=False, forced_colors="active")
    paths = states.states(trial)
    for name in ("returned", "folded", "waiting"):
        page.goto(paths[name])
        if name == "returned":
            page.locator(SEND).click()
        assert page.evaluate(BARE, MARKED) == [], name


BARE = """(selectors) => selectors.flatMap((selector) => [...document.querySelectorAll(selector)]).filter((element) => {
  const style = getComputedStyle(element);
  const isSeen = element.checkVisibility() && element.type !== "hidden" && !element.matches(".hidden");
  const sides = ["Top", "Right", "Bottom", "Left"].map((side) => parseFloat(style[`border${side}Width`]));
  return isSeen && !element.matches("[type=checkbox], [type=radio]") && Math.max(...sides) === 0;
}).map((element) => element.outerHTML.slice(0, 100))"""


def test_the_first_load_is_light_and_asks_no_other_host(trial: Flask, people: Contexts) -> None:
    page = people.person()
    loaded: list[tuple[str, int]] = []
    page.on("response", lambda answer: loaded.append((answer.url, len(answer.body()))))
    page.goto(states.states(trial)["fresh"], wait_until="networkidle")
    assert {url for url, _size in loaded if not url.startswith(("data:", f"{people.url}/"))} == set()
    assert len(loaded) >= 4
    assert sum(size for _url, size in loaded) < 60_000, loaded
