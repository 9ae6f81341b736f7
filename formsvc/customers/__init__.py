"""The master record: customers and their numbers, every value with its source, duplicates, the worksheet."""

from flask import Flask

from config import Config
from formsvc.customers import (
    archiving_pages,
    editing_pages,
    entering_pages,
    following_up_pages,
    merging_pages,
    merging_split_pages,
    pages,
    saved_filter_pages,
    showing,
)

ROUTES = (merging_split_pages, showing,)  # of a blueprint that another file makes
PAGES = (pages, editing_pages, entering_pages, following_up_pages, merging_pages, archiving_pages, saved_filter_pages)


def init_app(app: Flask, config: Config) -> None:
    app.extensions["customer-panels"] = [following_up_pages.panel]
    app.extensions["customer-changes"] = []  # what is called within the transaction of each: (session, customer, now)
    app.extensions["customer-ends"] = []  # what is called before nobody is asked any more: see `ends`
    app.extensions["filtered-pages"] = {}
    for each in PAGES:
        app.register_blueprint(each.blueprint)
