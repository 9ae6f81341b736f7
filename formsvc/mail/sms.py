"""The way an SMS leaves: an HTTP gateway, or files for a trial on one machine (M17)."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flask import Flask, current_app

from config import SMS_LOG, Config

TIMEOUT = 10  # seconds for each step of a conversation with the gateway


class SmsError(Exception):
    """The gateway did not take a message; the text says why, without the number and the message."""


class Gateway(Protocol):
    def send(self, number: str, text: str) -> None:
        """Hand `text` over for `number`, which is in E.164. Raises SmsError."""


@dataclass(frozen=True)
class HttpGateway:
    """Posts {"to": …, "text": …} to `url`; any answer but 2xx is a refusal, a redirect too."""

    url: str
    token: str | None = None

    def send(self, number: str, text: str) -> None:
        status = self._post(json.dumps({"to": number, "text": text}, ensure_ascii=False).encode())
        if not 200 <= status < 300:
            raise SmsError(f"HTTP {status}")

    def _post(self, body: bytes) -> int:
        parts = urlsplit(self.url)
        way = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = way(parts.hostname or "", parts.port, timeout=TIMEOUT)
        target = parts._replace(scheme="", netloc="", path=parts.path or "/").geturl()
        try:
            connection.request("POST", target, body, self._headers())
            return connection.getresponse().status
        except (OSError, HTTPException, ValueError) as error:  # ValueError: an address or a token beyond ASCII
            raise SmsError(type(error).__name__) from error
        finally:
            connection.close()

    def _headers(self) -> Mapping[str, str]:
        sender = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"Content-Type": "application/json", "Accept": "application/json", **sender}


@dataclass(frozen=True)
class LogGateway:
    """Writes each message to a file in `folder`, and to no log: there is a code in it."""

    folder: Path

    def send(self, number: str, text: str) -> None:
        name = secrets.token_hex(8)
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            fresh = self.folder / f".{name}"
            fresh.write_text(f"{number}\n{text}\n", "utf-8")
            fresh.rename(self.folder / f"{name}.txt")
        except OSError as error:
            raise SmsError(type(error).__name__) from error


def init_app(app: Flask, config: Config) -> None:
    gateway: Gateway | None = None
    if config.sms_url:
        is_log = config.sms_url == SMS_LOG
        gateway = LogGateway(config.var / "sms") if is_log else HttpGateway(config.sms_url, config.sms_token)
    app.extensions["sms"] = gateway


def is_configured() -> bool:
    """Whether this installation can send an SMS."""
    return current_app.extensions["sms"] is not None


def send(number: str, text: str) -> None:
    """Hand `text` over to this installation's gateway. Raises SmsError."""
    gateway: Gateway | None = current_app.extensions["sms"]
    if gateway is None:
        raise SmsError("no gateway")
    gateway.send(number, text)
