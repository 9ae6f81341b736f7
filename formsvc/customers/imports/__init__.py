"""Import in the browser: a worker reads an uploaded worksheet and brings it in, a batch at a time (M43)."""

from flask import Flask

from formsvc import queue
from formsvc.customers.imports import export_pages, job, pages


def init_app(app: Flask) -> None:
    app.extensions["imports"] = []  # those that this process is at
    queue.add_job(app, job.work)
    for module in (pages, export_pages):
        app.register_blueprint(module.blueprint)
