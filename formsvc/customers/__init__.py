"""The master record: customers and their numbers, every value with its source, duplicates, the worksheet."""

from flask import Flask

from config import Config
from formsvc.customers import archiving_pages, editing_pages, merging_pages, merging_split_pages, pages

ROUTES = (merging_split_pages,)  # of a blueprint that another file makes


def init_app(app: Flask, config: Config) -> None:
    app.extensions["customer-panels"] = []
    app.extensions["customer-changes"] = []  # what is called within the transaction of each: (session, customer, now)
    app.extensions["customer-ends"] = []  # what is called before nobody is asked any more: see `ends`
    for each in (pages, editing_pages, merging_pages, archiving_pages):
        app.register_blueprint(each.blueprint)
