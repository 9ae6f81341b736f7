"""The token that a form carries against forgery: Flask-WTF's own, made and read with a signer that is made once."""

import hashlib
import secrets
from hmac import compare_digest

from flask import Flask, current_app, g, session
from itsdangerous import BadData

from formsvc.crypto import TimedTokens

FIELD, SALT = "csrf_token", "wtf-csrf-token"


def init_app(app: Flask) -> None:
    signing = {"digest_method": hashlib.sha1}
    app.extensions["form-tokens"] = TimedTokens(app.config["SECRET_KEY"], salt=SALT, signer_kwargs=signing)
    app.jinja_env.globals["csrf_token"] = form_token


def form_token() -> str:
    """What Flask-WTF's `generate_csrf` would say: `validate_csrf` takes it."""
    token: str | None = g.get(FIELD)
    if token is None:
        raw = session.setdefault(FIELD, secrets.token_hex(20))
        token = g.csrf_token = str(current_app.extensions["form-tokens"].dumps(raw))
    return token


def is_form_token(given: str) -> bool:
    """Whether a form of this session carried `given`: what Flask-WTF's `validate_csrf` would say."""
    try:
        said = current_app.extensions["form-tokens"].loads(given)
    except BadData:
        return False
    return FIELD in session and compare_digest(session[FIELD], said)
