"""Submissions: the customer's page, and what is kept of an answer."""

from flask import Flask

from config import Config
from formsvc.submissions import address_pages, addresses, asked, file_pages, pages, proof_pages, recording_pages
from formsvc.submissions.reading import DeadLink, UnknownLink
from formsvc.submissions.ways import way_names
from formsvc.web import csrf


def init_app(app: Flask, config: Config) -> None:
    addresses.init_app(app, config)
    for module in (pages, proof_pages, address_pages, file_pages, recording_pages):
        app.register_blueprint(module.blueprint)
    app.extensions["kept-when-signed-out"].add("recording.act")
    app.register_error_handler(UnknownLink, pages.unknown_link)
    app.register_error_handler(DeadLink, pages.dead_link)
    app.url_value_preprocessor(file_pages.widen)
    app.extensions["sheets"] = {}
    app.jinja_env.globals["way_names"] = way_names
    for act in (pages.act, recording_pages.act):
        csrf.exempt(act)  # the form checks its token itself: a token that is too old must not eat the answers
    app.extensions["customer-filters"][2:2] = asked.parts()
