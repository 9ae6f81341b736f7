"""Who brings a worksheet in by the browser."""

import pytest
from flask import Flask

from formsvc.staff.models import Staff
from tests.browser import Browser
from tests.factories import staff_account, writing


@pytest.fixture
def manager(sqlite_app: Flask, browser: Browser) -> Staff:
    """Who is signed in."""
    with writing(sqlite_app) as session:
        account = staff_account(session)
    browser.sign_in(account.email)
    return account
