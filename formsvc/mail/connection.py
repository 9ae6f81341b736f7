"""The way mail leaves: a mail server, or files where there is none."""

import logging
import smtplib
import ssl
from pathlib import Path

import flask_mail
from flask import current_app

log = logging.getLogger(__name__)
TIMEOUT = 20  # seconds for each step of a conversation with the mail server


class Connection(flask_mail.Connection):
    """Flask-Mail's connection, opened at the first message, with what it lacks: a timeout, certificates checked.

    It stays open within a batch. A lost one is opened again; one that could not be opened is not tried again.
    """

    unreachable: Exception | None = None

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.host is not None:
            try:
                self.host.quit()
            except (OSError, smtplib.SMTPException) as error:
                log.info("the mail server left before the goodbye: %s", type(error).__name__)

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        was_open = self.host is not None
        self._open()
        try:
            super().send(message, envelope_from)
        except smtplib.SMTPServerDisconnected:
            if not was_open:
                raise
            self.drop()
            self._open()
            super().send(message, envelope_from)

    def drop(self) -> None:
        """Forget a connection that failed."""
        if self.host is not None:
            self.host.close()
            self.host = None

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        context = ssl.create_default_context()
        if self.mail.use_ssl:
            host: smtplib.SMTP = smtplib.SMTP_SSL(self.mail.server, self.mail.port, timeout=TIMEOUT, context=context)
        else:
            host = smtplib.SMTP(self.mail.server, self.mail.port, timeout=TIMEOUT)
        try:
            if self.mail.use_tls:
                host.starttls(context=context)
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except (OSError, smtplib.SMTPException):
            host.close()
            raise
        return host

    def _open(self) -> None:
        if self.unreachable:
            raise self.unreachable
        if self.host is None:
            try:
                self.host = self.configure_host()
            except (OSError, smtplib.SMTPException) as error:
                self.unreachable = error
                raise


class FileConnection(Connection):
    """Writes each message to a file: a trial on one machine needs no mail server."""

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        if message.has_bad_headers():
            raise flask_mail.BadHeaderError
        folder: Path = current_app.extensions["config"].var / "mail"
        folder.mkdir(mode=0o700, exist_ok=True)
        name = (message.msgId or "").strip("<>").split("@")[0]
        kind = (message.extra_headers or {})["X-Formsvc-Kind"]
        fresh = folder / f".{name}"
        fresh.write_bytes(message.as_bytes())
        fresh.rename(folder / f"{name}-{kind}.eml")


def connect() -> Connection:
    """The way out of this installation, not opened yet."""
    kind = FileConnection if current_app.extensions["config"].is_local else Connection
    return kind(current_app.extensions["mail"])
