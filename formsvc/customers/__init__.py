"""The master record: customers and their numbers, every value with its source, duplicates, the worksheet."""

from flask import Flask

from config import Config
from formsvc.customers import pages


def init_app(app: Flask, config: Config) -> None:
    app.extensions["customer-panels"] = []
    app.extensions["customer-changes"] = []  # what is called within the transaction of each: (session, customer, now)
    app.register_blueprint(pages.blueprint)
