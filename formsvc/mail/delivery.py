"""Send what is due: a batch over one connection, with a timeout and a verified certificate."""

import logging
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr
from pathlib import Path

import flask_mail
from flask import Flask, current_app

from config import Config
from formsvc.db import transaction
from formsvc.mail import outbox
from formsvc.mail.models import OutboxMessage
from formsvc.web.show import now as clock

log = logging.getLogger(__name__)
TIMEOUT = 20  # seconds for each step of a conversation with the mail server
BATCH = 50


@dataclass
class Delivered:
    """How many messages went out, and how many could not."""

    sent: int = 0
    failed: int = 0


def init_app(app: Flask, config: Config) -> None:
    mail = config.mail
    app.config.update(
        MAIL_SERVER=mail.server, MAIL_PORT=mail.port, MAIL_USERNAME=mail.username, MAIL_PASSWORD=mail.password,
        MAIL_USE_TLS=mail.security == "starttls", MAIL_USE_SSL=mail.security == "tls",
        MAIL_DEFAULT_SENDER=mail.sender, MAIL_SUPPRESS_SEND=False,
    )  # fmt: skip
    flask_mail.Mail(app)


def deliver_due(now: datetime | None = None) -> Delivered:
    """Send every message that is due at `now` (this instant unless said), each marked as soon as it is sent."""
    done = Delivered()
    while batch := _lease(now or clock()):
        _deliver(batch, now or clock(), done)
    return done


def _lease(now: datetime) -> list[OutboxMessage]:
    with transaction() as session:
        return outbox.lease(session, now, BATCH)


def _deliver(batch: list[OutboxMessage], now: datetime, done: Delivered) -> None:
    connection = connect()
    with connection:
        for row in batch:
            error, final = _attempt(connection, row)
            with transaction() as session:
                if error is None:
                    outbox.mark_sent(session, row.id, now)
                else:
                    outbox.mark_failed(session, row.id, row.attempts, error, final, now)
            done.sent += error is None
            done.failed += error is not None


def _attempt(connection: "Connection", row: OutboxMessage) -> tuple[str | None, bool]:
    """What went wrong, as the name of the error (its text may hold an address), and whether for good."""
    try:
        connection.send(_mime(row))
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        codes = [code for code, _ in error.recipients.values()] if isinstance(
            error, smtplib.SMTPRecipientsRefused) else [error.smtp_code]  # fmt: skip
        return _named(error), all(code >= 500 for code in codes)
    except (OSError, smtplib.SMTPException) as error:
        connection.drop()
        return _named(error), False
    except flask_mail.BadHeaderError as error:
        return _named(error), True
    return None, False


def _named(error: Exception) -> str:
    log.warning("a message could not be sent: %s", type(error).__name__)
    return type(error).__name__


def _mime(row: OutboxMessage) -> flask_mail.Message:
    mail = flask_mail.Message(
        subject=row.content["subject"],
        recipients=[row.recipient],
        body=row.content["text"],
        html=row.content["html"],
        sender=formataddr((row.sender_name or "", current_app.extensions["config"].mail.sender)),
        reply_to=row.reply_to,
        extra_headers={"X-Formsvc-Kind": row.kind, "Auto-Submitted": "auto-generated"},
    )
    mail.msgId = row.message_id
    return mail


class Connection(flask_mail.Connection):
    """Flask-Mail's connection, opened at the first message, with what it lacks: a timeout, certificates checked.

    After an error the next message opens it again; within a batch it stays open.
    """

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.host is not None:
            try:
                self.host.quit()
            except (OSError, smtplib.SMTPException) as error:
                log.info("the mail server left before the goodbye: %s", type(error).__name__)

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        if self.host is None:
            self.host = self.configure_host()
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
        if self.mail.use_tls:
            host.starttls(context=context)
        if self.mail.username and self.mail.password:
            host.login(self.mail.username, self.mail.password)
        return host


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
