"""Invitations: one customer asked for one questionnaire, by a signed link, until a deadline."""

from flask import Flask

from config import Config
from formsvc.invitations import last_links, links, pages, verbs


def init_app(app: Flask, config: Config) -> None:
    links.init_app(app, config)
    app.register_blueprint(pages.blueprint)
    app.extensions["customer-links"] = last_links
    app.extensions["customer-panels"].append(pages.panel)
    app.extensions["customer-ends"].append(verbs.revoke_open)
