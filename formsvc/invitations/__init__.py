"""Invitations: one customer asked for one questionnaire, by a signed link, until a deadline."""

from flask import Flask

from config import Config
from formsvc.invitations import forms, last_links, links, many_pages, pages, verbs
from formsvc.mail import attachments


def init_app(app: Flask, config: Config) -> None:
    links.init_app(app, config)
    attachments.register(app, forms.KIND, forms.attachment)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(many_pages.blueprint)
    app.extensions["customer-bulk"].insert(0, many_pages.offer)
    app.extensions["customer-links"] = last_links
    app.extensions["customer-panels"].append(pages.panel)
    app.extensions["customer-ends"].append(verbs.revoke_open)
