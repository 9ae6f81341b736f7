"""What every page shares: access, errors, headers, language, limits, health."""

import hashlib

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer

from config import Config
from formsvc.crypto import TimedTokens
from formsvc.web import errors, headers, health, language, show, tokens, urls

csrf = CSRFProtect()
MAX_BODY = 512 * 1024  # many times the longest answers; no page takes a file


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, with a signer that is made once: Flask makes two for each request."""

    def __init__(self, app: Flask) -> None:
        keys = [*app.config["SECRET_KEY_FALLBACKS"], app.config["SECRET_KEY"]]  # the last one signs
        signing = {"key_derivation": self.key_derivation, "digest_method": hashlib.sha1}
        self._serializer = TimedTokens(keys, salt=self.salt, serializer=self.serializer, signer_kwargs=signing)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        return self._serializer


def init_app(app: Flask, config: Config) -> None:
    secure = config.base_url.startswith("https://")
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=1000,
        SESSION_COOKIE_NAME="__Host-formsvc" if secure else "formsvc",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: an hour is shorter than a long form
    )
    app.session_interface = Sessions(app)
    urls.init_app(app)
    csrf.init_app(app)
    tokens.init_app(app)
    language.init_app(app)
    show.init_app(app)
    errors.init_app(app)
    headers.init_app(app)
    app.register_blueprint(health.blueprint)
