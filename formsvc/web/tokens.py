"""The token that a form carries against forgery: Flask-WTF's own, made with a signer that is made once."""

import hashlib
import secrets

from flask import Flask, current_app, g, session
from flask_wtf.csrf import generate_csrf

from formsvc.crypto import TimedTokens

FIELD, SALT = "csrf_token", "wtf-csrf-token"


def init_app(app: Flask) -> None:
    signing = {"digest_method": hashlib.sha1}
    app.extensions["form-tokens"] = TimedTokens(app.config["SECRET_KEY"], salt=SALT, signer_kwargs=signing)


def form_token() -> str:
    """What Flask-WTF's `generate_csrf` would say: `validate_csrf` takes it."""
    if FIELD not in session:
        session[FIELD] = secrets.token_hex(20)
    if FIELD not in g:
        g.csrf_token = current_app.extensions["form-tokens"].dumps(session[FIELD])
    return str(generate_csrf())
