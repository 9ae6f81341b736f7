"""Who works here: accounts, roles, sign-in, and the permission that each route declares."""

from flask import Flask

from config import Config
from formsvc.staff import access, pages


def init_app(app: Flask, config: Config) -> None:
    access.init_app(app)
    app.register_blueprint(pages.blueprint)
