"""Response headers: nothing from another host, nothing kept by a cache, no address handed on."""

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # a link's token never leaves with a click
}
PAGES = {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"}
FILES = {"Cache-Control": "public, max-age=31536000, immutable"}  # their addresses carry a mark of what is in them


def init_app(app: Flask) -> None:
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.update(ALWAYS | (FILES if request.endpoint == "static" else PAGES))
    return response
