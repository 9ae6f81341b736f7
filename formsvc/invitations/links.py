"""The signed link of an invitation: under 90 characters of path, so that no mail program breaks it (M10)."""

import hashlib

from flask import Flask, current_app
from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from config import Config
from formsvc.crypto import derive
from formsvc.web.urls import absolute

PREFIX = "/q/"


def init_app(app: Flask, config: Config) -> None:
    keys = [derive(key, "invitation") for key in reversed(config.secret_keys)]  # the last one signs, all verify
    app.extensions["links"] = URLSafeSerializer(keys, "invitation", signer_kwargs={"digest_method": hashlib.sha256})


def token(invitation_id: int, link_number: int) -> str:
    """The token of an invitation's link; a higher `link_number` makes another one."""
    signed: str | bytes = _serializer().dumps([invitation_id, link_number])
    return signed if isinstance(signed, str) else signed.decode()


def read(token: str) -> tuple[int, int] | None:
    """What a token says, after its signature was checked; None for one that was not made here."""
    signature = token.rpartition(".")[2]
    try:
        invitation_id, link_number = _serializer().loads(token)
        if base64_encode(base64_decode(signature)).decode() != signature:
            return None  # Base64 has several spellings of one signature, and we wrote one of them
    except (BadData, ValueError, TypeError):
        return None
    return int(invitation_id), int(link_number)


def url(invitation_id: int, link_number: int) -> str:
    """The link for a mail or a message."""
    return absolute(PREFIX + token(invitation_id, link_number))


def _serializer() -> URLSafeSerializer:
    serializer: URLSafeSerializer = current_app.extensions["links"]
    return serializer
