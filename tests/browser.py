"""A browser without JavaScript: it opens pages, fills in their forms, and every page it is given is checked."""

from collections.abc import Mapping, Sequence
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.factories import PASSWORD
from tests.forms import Form, text_of
from tests.installation import HOST
from tests.page_checks import check_headers, check_mail, check_page, parsed

Typed = Mapping[str, str | Sequence[str] | None]
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5


class Page:
    """A response, and the HTML in it."""

    def __init__(self, response: TestResponse, path: str) -> None:
        self.response, self.path, self.status = response, path, response.status_code
        self.html = response.get_data(as_text=True)
        self.root: Element = parsed(self.html) if response.mimetype == "text/html" else Element("html")

    @property
    def text(self) -> str:
        """What a person reads, with single spaces."""
        return text_of(self.root)

    @property
    def heading(self) -> str:
        return text_of(self.find("h1"))

    def find(self, tag: str, **attributes: str) -> Element:
        """The first element with that tag and those attributes (`for_` stands for `for`). Fails without one."""
        found = self.find_all(tag, **attributes)
        assert found, f"no <{tag}> with {attributes} on {self.path}"
        return found[0]

    def find_all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.root.iter(tag) if all(e.get(name) == value for name, value in wanted.items())]

    def form(self, action: str | None = None) -> Form:
        """The form that posts to the path `action`; without it, the one with POST that is not in a header."""
        forms = [Form(self.root, element) for element in self.find_all("form", method="post")]
        wanted = urlsplit(action).path if action else None
        found = [form for form in forms if (form.path(self.path) == wanted if wanted else form.is_main)]
        assert found, f"no form to {action} on {self.path}"
        return found[0]

    def error_of(self, name: str) -> str:
        """The message that the control `name` is described by, "" where it is not marked as wrong."""
        controls = [e for e in self.root.iter() if e.get("name") == name and e.get("aria-invalid") == "true"]
        described = (controls[0].get("aria-describedby") or "").split() if controls else []
        by_id = {e.get("id"): e for e in self.root.iter() if e.get("id")}
        return " ".join(text_of(by_id[id_]) for id_ in described)

    def link(self, label: str) -> str:
        """The address behind the link that says `label`."""
        return next(e.get("href") or "" for e in self.root.iter("a") if label in text_of(e))


class Browser:
    """One person's browser, with cookies of its own. `status` says what is expected where it is not 200."""

    def __init__(self, app: Flask, language: str = "zh-CN") -> None:
        self.client, self.language = app.test_client(), language

    def get(self, path: str, status: int = 200, follow: bool = True, is_mail: bool = False) -> Page:
        page = self._open(path, "GET", None, is_mail)
        return self._arrived(page, status, follow)

    def post(self, path: str, values: Typed | None = None, status: int = 200, follow: bool = True) -> Page:
        """Post `values` as they are, as a program would, without a form and its token."""
        pairs = [(name, [text] if isinstance(text, str) else text or ()) for name, text in (values or {}).items()]
        data = MultiDict((name, text) for name, texts in pairs for text in texts)
        return self._arrived(self._open(path, "POST", data), status, follow)

    def post_from(self, page: str, path: str, values: Typed | None = None, status: int = 200) -> Page:
        """Post `values` as they are, with the token of a form on the page at the path `page`."""
        token = self.get(page).find("input", name="csrf_token").get("value") or ""
        return self.post(path, {**(values or {}), "csrf_token": token}, status)

    def submit(
        self, page: Page, values: Typed | None = None, press: str | None = None, action: str | None = None,
        status: int = 200, follow: bool = True,
    ) -> Page:  # fmt: skip
        """Send the form to `action` as it is on the page, with `values` typed, and the button of value `press`."""
        form = page.form(action)
        data = MultiDict(form.filled(values or {}, press))
        return self._arrived(self._open(form.target(page.path, press), "POST", data), status, follow)

    def sign_in(self, email: str, password: str = PASSWORD, status: int = 200) -> Page:
        return self.submit(self.get("/login"), {"email": email, "password": password}, status=status)

    def _arrived(self, page: Page, status: int, follow: bool) -> Page:
        for _ in range(MOST_REDIRECTS if follow else 0):
            if page.status not in REDIRECTS:
                break
            page = self._open(urljoin(page.path, page.response.headers["Location"]), "GET", None)
        assert page.status == status, f"{page.path}: {page.status}: {page.text[:300]}"
        return page

    def _open(self, path: str, method: str, data: MultiDict[str, str] | None, is_mail: bool = False) -> Page:
        response = self.client.open(
            path, method=method, data=data, base_url=f"http://{HOST}", headers={"Accept-Language": self.language}
        )
        assert response.status_code < 500, f"{path}: {response.status_code}"
        check_headers(response)
        page = Page(response, path)
        if response.mimetype == "text/html" and page.status not in REDIRECTS:
            (check_mail if is_mail else check_page)(page.root)
        return page
