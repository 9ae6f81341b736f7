"""What every page shares: access, errors, headers, language, limits, health."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from config import Config
from formsvc.web import bodies, errors, headers, health, language, sessions, show, tokens, urls

csrf = CSRFProtect()
MAX_BODY = 512 * 1024  # many times the longest answers; no page takes a file


def init_app(app: Flask, config: Config) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=1000,
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: an hour is shorter than a long form
    )
    sessions.init_app(app, config)
    bodies.init_app(app)
    urls.init_app(app)
    csrf.init_app(app)
    tokens.init_app(app)
    language.init_app(app)
    show.init_app(app)
    errors.init_app(app)
    headers.init_app(app)
    app.register_blueprint(health.blueprint)
