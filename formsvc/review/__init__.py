"""Review: the queue, held and answered side by side, and the decision that merges into the master record."""

from flask import Flask

from config import Config
from formsvc.customers.listing.saved import FilteredPage
from formsvc.review import (
    assigning,
    assigning_pages,
    claim_pages,
    pages,
    queue_pages,
    queue_sheet,
    reward_pages,
    rewards,
    sources,
    steps,
    thanks_pages,
    timeline_pages,
    undo_pages,
    waiting,
)
from formsvc.review.blueprint import blueprint
from formsvc.review.filters import PAGE, Filter

ROUTES = pages, queue_pages, claim_pages, assigning_pages, thanks_pages, undo_pages


def init_app(app: Flask, config: Config) -> None:
    app.register_blueprint(blueprint)
    app.register_blueprint(timeline_pages.blueprint)
    app.register_blueprint(reward_pages.blueprint)
    queue_sheet.init_app(app)
    app.extensions["filtered-pages"][PAGE] = FilteredPage("review.queue", Filter.read)
    app.extensions["customer-panels"] += [pages.panel, reward_pages.panel]
    app.extensions["customer-changes"].append(steps.check_again)
    app.extensions["customer-waits"].append(waiting.waits)
    app.extensions["customer-parts"] += [assigning.follow, rewards.follow]
    app.extensions["submissions-as-sources"] = sources.answered
