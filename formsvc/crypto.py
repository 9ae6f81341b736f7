"""Values that are encrypted at rest under the installation's keys, newest first (M51)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app
from itsdangerous import Serializer, Signer, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode, want_bytes
from itsdangerous.url_safe import URLSafeSerializerMixin
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator


class KeyMissing(Exception):
    """A value was encrypted with a key that the installation does not have."""


class EncryptedJSON(TypeDecorator[Any]):
    """A JSON value that the database sees as Fernet text only. Any of the keys reads it; the newest writes it.

    To read it raises KeyMissing where none of them does.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else encrypted(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else decrypted(value)


class _KeysOnce(Signer):
    """Derives its keys once: itsdangerous does that for each token."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._derived = {secret: super(_KeysOnce, self).derive_key(secret) for secret in self.secret_keys}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return self._derived[self.secret_key if secret_key is None else want_bytes(secret_key)]


class _TimedKeysOnce(_KeysOnce, TimestampSigner):
    """The same, with the time of the signature."""


class _Once(URLSafeSerializerMixin):
    """Makes its signer once, and compresses nothing that is short: both take longer than the signature."""

    SHORT = 100  # bytes: below, compression saves a few at most

    @cached_property
    def _signer(self) -> Signer:
        return super().make_signer()

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        return self._signer if salt in (None, self.salt) else super().make_signer(salt)

    def dump_payload(self, obj: Any) -> bytes:
        text = Serializer.dump_payload(self, obj)
        return base64_encode(text) if len(text) < self.SHORT else super().dump_payload(obj)


class Tokens(_Once, URLSafeSerializer):
    """Signs what links say; itsdangerous reads and writes the same."""

    default_signer = _KeysOnce


class TimedTokens(_Once, URLSafeTimedSerializer):
    """Signs what cookies and forms say, with the time; itsdangerous reads and writes the same."""

    default_signer = _TimedKeysOnce


def init_app(app: Flask, keys: Sequence[str]) -> None:
    """Give `app` the keys for values, and the purposes derived from them: each purpose has a key of its own."""
    app.config["SECRET_KEY"] = derive(keys[0], "session").hex()
    app.config["SECRET_KEY_FALLBACKS"] = [derive(key, "session").hex() for key in keys[1:]]
    app.extensions["fernet"] = MultiFernet([Fernet(base64.urlsafe_b64encode(derive(key, "values"))) for key in keys])
    app.extensions["blind-index"] = derive(keys[-1], "blind-index")


def encrypted(value: Any) -> str:
    """What the database has of `value` in an EncryptedJSON."""
    return _fernet().encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()


def decrypted(text: str) -> Any:
    """What the database has as `text` of an EncryptedJSON. Raises KeyMissing."""
    try:
        return json.loads(_fernet().decrypt(text))
    except InvalidToken:
        raise KeyMissing from None


def derive(key: str, purpose: str) -> bytes:
    """32 bytes for `purpose` from `key`, by HKDF (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())


def blind_index(text: str) -> str:
    """32 hexadecimal digits by which equal texts can be found without keeping the text."""
    return hmac.new(current_app.extensions["blind-index"], text.encode(), hashlib.sha256).hexdigest()[:32]


def _fernet() -> MultiFernet:
    fernet: MultiFernet = current_app.extensions["fernet"]
    return fernet
