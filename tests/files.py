"""Files that a browser is given, and that it sends."""

import io
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from tests.browser import Browser, Page
from tests.installation import HOST
from tests.page_checks import check_headers, check_page


def download(browser: Browser, path: str, status: int = 200) -> TestResponse:
    """What is behind `path`, which is no page."""
    response = browser.client.get(path, base_url=f"http://{HOST}", headers={"Accept-Language": browser.language})
    assert response.status_code == status, f"{path}: {response.status_code}"
    check_headers(response)
    return response


def upload(
    browser: Browser, page: Page, action: str, content: bytes, status: int = 200, name: str = "form.xlsx"
) -> Page:
    """The answer to the form to `action` on `page`, with a file chosen."""
    form = page.form(action)
    fields = {name: text for name, text in form.filled({}, None) if name != "file"}
    data = {**fields, "file": (io.BytesIO(content), name)} if content else fields
    target = form.target(page.path)
    assert form.element.get("enctype") == "multipart/form-data"
    response = browser.client.post(
        target, data=data, content_type="multipart/form-data", base_url=f"http://{HOST}",
        headers={"Accept-Language": browser.language},
    )  # fmt: skip
    assert response.status_code == status, f"{urlsplit(target).path}: {response.status_code}"
    check_headers(response)
    answer = Page(response, target)
    check_page(answer.root)
    return answer
