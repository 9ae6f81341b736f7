"""Headers of every response, and what a browser keeps between them."""

from pathlib import Path

import pytest
from flask import Flask

from config import Config
from tests.browser import Browser
from tests.filling import account, answered, invited
from tests.installation import Databases, config_for, running
from tests.page_checks import check_headers


@pytest.mark.parametrize(
    "path", ["/", "/login", "/nothing", "/q/x", "/review/", "/healthz", "/readyz", "/customers/CX1"]
)
def test_cache_whoever_asks_nothing_private_is_kept(browser: Browser, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        check_headers(browser.client.open(path, method=method))


def test_cache_pages_of_customers_and_staff_are_kept_nowhere(browser: Browser, sqlite_app: Flask) -> None:
    given = invited(sqlite_app)
    number = answered(sqlite_app, given)
    browser.sign_in(given.manager)
    for path in (given.path, "/review/", f"/review/{number}", "/customers/", f"/customers/{given.number}"):
        headers = browser.get(path).response.headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_static_files_are_kept_and_named_after_their_content(browser: Browser) -> None:
    page = browser.get("/login")
    address = page.find("link", rel="stylesheet").get("href") or ""
    assert "?v=" in address
    answer = browser.client.get(address, buffered=True)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert browser.client.get("/static/../__init__.py").status_code == 404
    assert browser.client.get("/static/%2e%2e/__init__.py").status_code == 404


def test_malformed_cookie_a_bad_one_is_no_sign_in_and_no_error(browser: Browser) -> None:
    for cookie in ("x", "", "\x7f", "eyJhIjoxfQ.x.y", ".eJwr", "é", '"', "a" * 9000, ".eJw" * 500):
        for path, status in (("/review/", 302), ("/login", 200), ("/q/x", 404)):
            answer = browser.client.get(path, headers={"Cookie": f"formsvc={cookie}; lang=\\; ;=;"})
            assert answer.status_code == status, (cookie[:20], path)


def test_a_cookie_of_another_installation_is_no_sign_in(
    browser: Browser, sqlite_app: Flask, sqlite: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    browser.sign_in(account(sqlite_app))
    cookie = browser.client.get_cookie("formsvc", domain="formsvc.test")
    assert cookie
    folder = tmp_path_factory.mktemp("other")
    with sqlite.copy(folder) as url, running(other_keys(url, folder)) as app:
        foreign = Browser(app)
        foreign.client.set_cookie("formsvc", cookie.value, domain="formsvc.test")
        assert foreign.get("/review/").path.startswith("/login")


def other_keys(url: str, folder: Path) -> Config:
    return config_for(url, folder, secret_keys=("a-key-of-another-installation",))


def test_cookies_over_https_are_bound_to_the_host(sqlite: Databases, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("secure")
    with sqlite.copy(folder) as url, running(config_for(url, folder, base_url="https://formsvc.test")) as app:
        answer = app.test_client().get("/login", base_url="https://formsvc.test")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-formsvc=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_host_header_that_names_nothing_is_a_bad_request(sqlite_app: Flask) -> None:
    answer = sqlite_app.test_client().get("/login", headers={"Host": ".."})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
