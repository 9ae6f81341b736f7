"""The worker: woken by the queue, and each minute by itself."""

import logging

from flask import Flask
from huey import crontab

from formsvc import queue


def work(app: Flask) -> None:
    """Run jobs until SIGTERM or SIGINT; what is under way is finished first."""
    huey = app.extensions["queue"]
    huey.periodic_task(crontab(), name="minute")(lambda: queue.run_jobs(app))
    logging.getLogger("huey").setLevel(logging.WARNING)
    with app.app_context():
        queue.wake()  # what fails is logged there, and the worker lives on
    huey.create_consumer(workers=1, initial_delay=0.05, max_delay=1.0, graceful_signal="TERM").run()
