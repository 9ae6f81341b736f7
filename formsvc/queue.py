"""The queue wakes workers and may lose messages: what is to be done stands in the database."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from config import Config
from formsvc.crypto import derive

log = logging.getLogger(__name__)
Job = Callable[[], object]


def init_app(app: Flask, config: Config) -> None:
    """Give `app` its queue: in a file of its own under `var`, or on the server at FORMSVC_QUEUE_URL."""
    huey: Huey
    # Tasks are pickled: only what this installation signed is read
    signed = SignedSerializer(secret=derive(config.secret_keys[-1], "queue").hex())
    if config.queue_url:
        once = Retry(NoBackoff(), 0)  # a queue that is down must not hold up a request
        pool = ConnectionPool.from_url(config.queue_url, socket_connect_timeout=1, socket_timeout=5, retry=once)
        huey = RedisHuey("formsvc", connection_pool=pool, results=False, serializer=signed)
    else:
        huey = SqliteHuey("formsvc", filename=str(config.var / "queue.sqlite3"), results=False, serializer=signed)
    app.extensions["queue"] = huey
    app.extensions["jobs"] = []

    app.extensions["wake"] = huey.task(name="wake")(partial(run_jobs, app))


def add_job(app: Flask, job: Job) -> None:
    """Have workers call `job` whenever they are woken."""
    app.extensions["jobs"].append(job)


def run_jobs(app: Flask) -> None:
    """Call each job in an application context of its own. One that fails raises at the end, and holds up no other."""
    with ExitStack() as jobs:
        for job in reversed(app.extensions["jobs"]):
            jobs.callback(_run, app, job)


def wake() -> None:
    """Wake a worker. A queue that is down delays the work to the worker's next minute, and fails nothing."""
    try:
        if not current_app.extensions["queue"].pending_count():  # whoever takes that one sees what was committed
            current_app.extensions["wake"]()
    except (RedisError, sqlite3.Error, OSError) as error:
        log.warning("the queue is out of reach: %s", type(error).__name__)


def _run(app: Flask, job: Job) -> None:
    with app.app_context():
        job()
