"""Files that a browser is given, and that it sends."""

import io
from urllib.parse import urlsplit

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, stream_encode_multipart

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
    chosen = {"file": FileStorage(io.BytesIO(content), name)} if content else {}
    body, _, boundary = stream_encode_multipart(MultiDict({**fields, **chosen}), use_tempfile=False)
    target = form.target(page.path)
    assert form.element.get("enctype") == "multipart/form-data"
    response = browser.client.post(
        target, data=body.read(), content_type=f"multipart/form-data; boundary={boundary}", base_url=f"http://{HOST}",
        headers={"Accept-Language": browser.language},
    )  # fmt: skip
    assert response.status_code == status, f"{urlsplit(target).path}: {response.status_code}"
    check_headers(response)
    answer = Page(response, target)
    check_page(answer.root)
    return answer
