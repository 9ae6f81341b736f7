"""Rounds: what time makes due."""

from flask import Flask

from config import Config
from formsvc import queue
from formsvc.rounds import clock


def init_app(app: Flask, config: Config) -> None:
    queue.add_job(app, clock.remind_due)
    queue.add_job(app, clock.review_due)
    queue.add_job(app, clock.tell_changes)
