"""Each control brings up the right keyboard of a phone, and says what a browser may fill in (M15)."""

import pytest
from flask import Flask

from formsvc.customers.models import Audience, Situation
from tests.browser import Browser, Page
from tests.filling import invited
from tests.proving import guarded

# name: type, inputmode, autocomplete: a token that the HTML standard allows for a control of one line
ENTERPRISE = {
    "basic-full_name": ("text", None, None),
    "basic-uscc": ("text", None, None),
    "basic-founded_on": ("date", None, None),
    "basic-staff_count": ("text", "numeric", None),
    "basic-revenue": ("text", "decimal", None),
    "basic-address": ("text", None, "address-line1"),
    "contacts-name": ("text", None, "name"),
    "contacts-position": ("text", None, "organization-title"),
    "contacts-office_phone": ("tel", "tel", "work tel"),
    "contacts-mobile": ("tel", "tel", "mobile tel"),
    "contacts-email": ("email", "email", "email"),
    "contacts-emergency_name": ("text", None, None),
    "contacts-emergency_phone": ("tel", "tel", None),
    "needs-products-other": ("text", None, None),
    "needs-budget-from": ("text", "decimal", None),
    "needs-budget-to": ("text", "decimal", None),
    "history-since": ("date", None, None),
}
INDIVIDUAL = ("basic-uscc", "basic-founded_on", "basic-staff_count", "basic-revenue", "contacts-position")


def keyboards(page: Page) -> dict[str | None, tuple[str | None, ...]]:
    typed = [e for e in page.root.iter("input") if e.get("type") not in ("hidden", "checkbox", "radio", "file")]
    return {e.get("name"): (e.get("type"), e.get("inputmode"), e.get("autocomplete")) for e in typed}


@pytest.mark.parametrize("audience", Audience)
def test_keyboards_of_the_questionnaire(browser: Browser, sqlite_app: Flask, audience: Audience) -> None:
    expected = dict(ENTERPRISE)
    if audience is Audience.INDIVIDUAL:
        expected = {name: said for name, said in expected.items() if name not in INDIVIDUAL}
        expected["basic-id_number"] = ("text", None, "off")
    page = browser.get(invited(sqlite_app, audience=audience, situation=Situation.EXISTING).path)
    assert keyboards(page) == expected


def test_keyboard_of_a_code(browser: Browser, sqlite_app: Flask) -> None:
    page = browser.get(f"{guarded(sqlite_app).path}/prove")
    assert keyboards(page) == {"code": ("text", "numeric", "one-time-code")}
