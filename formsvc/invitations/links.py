"""The signed link of an invitation: under 90 characters of path, so that no mail program breaks it (M10)."""

import hashlib
from typing import Any

from flask import Flask, current_app
from itsdangerous import BadData
from itsdangerous.encoding import base64_decode, base64_encode

from config import Config
from formsvc.crypto import Tokens, derive
from formsvc.web.urls import absolute

PREFIX = "/q/"


def init_app(app: Flask, config: Config) -> None:
    app.extensions["links"] = signer(config, "invitation")


def signer(config: Config, purpose: str) -> Tokens:
    """Signs tokens for one purpose only, with the newest key; all keys verify."""
    keys = [derive(key, purpose) for key in reversed(config.secret_keys)]  # the last one signs
    return Tokens(keys, purpose, signer_kwargs={"digest_method": hashlib.sha256})


def token(invitation_id: int, link_number: int) -> str:
    """The token of an invitation's link; a higher `link_number` makes another one."""
    return sign(_serializer(), [invitation_id, link_number])


def read(token: str) -> tuple[int, int] | None:
    """What a token says, after its signature was checked; None for one that was not made here."""
    said = signed(_serializer(), token)
    return (int(said[0]), int(said[1])) if said else None


def sign(serializer: Tokens, said: Any) -> str:
    """A token that says `said`."""
    made: str | bytes = serializer.dumps(said)
    return made if isinstance(made, str) else made.decode()


def signed(serializer: Tokens, token: str) -> Any:
    """What a token says, after its signature was checked; None for one that `serializer` did not make."""
    signature = token.rpartition(".")[2]
    try:
        said = serializer.loads(token)
        # Base64 has several spellings of one signature, and we wrote one of them
        return said if base64_encode(base64_decode(signature)).decode() == signature else None
    except (BadData, ValueError, TypeError):
        return None


def url(invitation_id: int, link_number: int) -> str:
    """The link for a mail or a message."""
    return absolute(PREFIX + token(invitation_id, link_number))


def _serializer() -> Tokens:
    serializer: Tokens = current_app.extensions["links"]
    return serializer
