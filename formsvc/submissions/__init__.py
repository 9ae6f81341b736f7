"""Submissions: the customer's page, and what is kept of an answer."""

from flask import Flask

from config import Config
from formsvc.submissions import pages
from formsvc.web import csrf


def init_app(app: Flask, config: Config) -> None:
    app.register_blueprint(pages.blueprint)
    app.extensions["sheets"] = {}
    csrf.exempt(pages.act)  # the form checks its token itself: a token that is too old must not eat the answers
