"""Reports: what the work adds up to."""

from flask import Flask

from config import Config
from formsvc.reports import pages, work_pages
from formsvc.reports.blueprint import blueprint

ROUTES = pages, work_pages


def init_app(app: Flask, config: Config) -> None:
    app.register_blueprint(blueprint)
