"""Values that are encrypted at rest under the installation's keys, newest first (M51)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator


class EncryptedJSON(TypeDecorator[Any]):
    """A JSON value that the database sees as Fernet text only. Any of the keys reads it; the newest writes it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _fernet().encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else decrypted(value)


def init_app(app: Flask, keys: Sequence[str]) -> None:
    """Give `app` the keys for values, and the purposes derived from them: each purpose has a key of its own."""
    app.config["SECRET_KEY"] = derive(keys[0], "session").hex()
    app.config["SECRET_KEY_FALLBACKS"] = [derive(key, "session").hex() for key in keys[1:]]
    app.extensions["fernet"] = MultiFernet([Fernet(base64.urlsafe_b64encode(derive(key, "values"))) for key in keys])
    app.extensions["blind-index"] = derive(keys[-1], "blind-index")


def decrypted(text: str) -> Any:
    """What the database has as `text` of an EncryptedJSON."""
    return json.loads(_fernet().decrypt(text))


def derive(key: str, purpose: str) -> bytes:
    """32 bytes for `purpose` from `key`, by HKDF (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())


def blind_index(text: str) -> str:
    """32 hexadecimal digits by which equal texts can be found without keeping the text."""
    return hmac.new(current_app.extensions["blind-index"], text.encode(), hashlib.sha256).hexdigest()[:32]


def _fernet() -> MultiFernet:
    fernet: MultiFernet = current_app.extensions["fernet"]
    return fernet
