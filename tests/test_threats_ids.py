"""Threat "SQL injection": what stands in an address in place of a number never gives a server error (M56)."""

import pytest
from flask import Flask

from formsvc.staff.models import Role
from tests.browser import Browser
from tests.factories import staff_account, submission, writing

HUGE = "9" * 30
ROWS = ("/review/{}", "/mail/{}", "/mail/{}/html", "/customers/{}")
MARKS = (
    "/review/?after={}",
    "/review/?before={}",
    "/review/?owner={}",
    "/review/?state={}",
    "/review/?age={}&flag={}&questionnaire={}",
    "/customers/?before={}",
    "/invitations/?before={}",
    "/customers/?q={}",
    "/customers/?order=due&after={}",
    "/customers/?due={}&owner={}&category={}&source={}&urgency={}&audience={}&archived={}",
    "/customers/?asked={}&asked_from={}&asked_to={}&added_from={}&added_to={}",
    "/customers/?asked=expired&asked_from={}&added_to={}",
    "/reports/work?from={}&to={}",
    "/reports/work?week={}",
    "/invitations/?state={}",
)


@pytest.fixture
def signed_in(app: Flask) -> Browser:
    """An administrator, on both engines."""
    with writing(app) as session:
        email = staff_account(session, role=Role.ADMINISTRATOR).email
    browser = Browser(app)
    browser.sign_in(email)
    return browser


@pytest.mark.parametrize("path", ROWS)
def test_a_row_that_is_not_there_is_not_found(signed_in: Browser, path: str) -> None:
    for id_ in ("0", "1", "-1", str(2**31), str(2**63), HUGE, "1%00", "' OR 1=1 --", "%F0%9F%98%80"):
        assert signed_in.get(path.format(id_), status=404).heading


@pytest.mark.parametrize("path", MARKS)
def test_a_page_that_begins_at_no_row_is_a_page(signed_in: Browser, path: str) -> None:
    for mark in ("0", "-1", str(2**31), HUGE, "1%00", "' OR 1=1 --", "%ff", "1; DROP TABLE staff"):
        assert signed_in.get(path.replace("{}", mark)).heading


def test_the_review_of_a_record_that_cannot_be_is_no_error(app: Flask, signed_in: Browser) -> None:
    with writing(app) as session:
        path = f"/review/{submission(session).id}"
    assert signed_in.submit(signed_in.get(path), {"seen": HUGE}, press="approve", action=path).heading
