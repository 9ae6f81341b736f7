"""Mail: a message as a value, the outbox that holds it with the change it belongs to, and its delivery."""

from flask import Flask

from config import Config
from formsvc import queue
from formsvc.mail import attachments, delivery, pages, sms


def init_app(app: Flask, config: Config) -> None:
    attachments.init_app(app)
    delivery.init_app(app, config)
    sms.init_app(app, config)
    queue.add_job(app, delivery.deliver_due)
    if config.is_local:
        app.register_blueprint(pages.blueprint)
