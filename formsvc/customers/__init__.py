"""The master record: customers and their numbers, every value with its source, duplicates, the worksheet."""

from flask import Flask

from config import Config
from formsvc import queue
from formsvc.customers import imports, pages, showing
from formsvc.customers.archiving import pages as archiving_pages
from formsvc.customers.duplicates import comparing
from formsvc.customers.duplicates import pages as duplicate_pages
from formsvc.customers.editing import pages as editing_pages
from formsvc.customers.entering import pages as entering_pages
from formsvc.customers.follow_ups import pages as following_up_pages
from formsvc.customers.following import pages as following_pages
from formsvc.customers.following import verbs as following
from formsvc.customers.handing_over import pages as handing_over_pages
from formsvc.customers.listing import filters
from formsvc.customers.listing import pages as list_pages
from formsvc.customers.listing import parts as filter_parts
from formsvc.customers.listing import saved_pages as saved_filter_pages
from formsvc.customers.listing.filters import Filter
from formsvc.customers.listing.saved import FilteredPage
from formsvc.customers.merging import pages as merging_pages
from formsvc.customers.merging import split_pages as merging_split_pages

ROUTES = list_pages, merging_split_pages, showing  # of a blueprint that another file makes
PAGES = (
    pages, editing_pages, entering_pages, following_up_pages, merging_pages, archiving_pages,
    duplicate_pages, handing_over_pages, saved_filter_pages,
)  # fmt: skip


def init_app(app: Flask, config: Config) -> None:
    app.extensions["customer-panels"] = [following_up_pages.panel, handing_over_pages.panel]
    # What is called within the transaction of each: (session, customer, now)
    app.extensions["customer-changes"] = [following.note_change]
    app.extensions["customer-ends"] = []  # what is called before nobody is asked any more: see `ends`
    app.extensions["customer-waits"] = []  # what tells why a record cannot go yet: see `ends`
    app.extensions["customer-parts"] = []  # what is called when two are merged or split: see `merging.parts`
    app.extensions["customer-filters"] = [*filter_parts.OWN]
    # What can be done with several: a template and what it is given, or None for who may not
    app.extensions["customer-bulk"] = [handing_over_pages.offer]
    app.extensions["filtered-pages"] = {filters.PAGE: FilteredPage("customers.index", Filter.read)}
    for each in PAGES:
        app.register_blueprint(each.blueprint)
    following_pages.init_app(app)
    imports.init_app(app)
    queue.add_job(app, comparing.compare_due)
