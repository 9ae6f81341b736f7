"""Send what is due: a batch over one connection, each message put into words, sent, and marked at once."""

import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from time import monotonic

import flask_mail
from flask import Flask, current_app
from sqlalchemy.orm import Session

from config import Config
from formsvc.db import db, transaction
from formsvc.mail import outbox, sms
from formsvc.mail.attachments import made
from formsvc.mail.compose import Broken, compose
from formsvc.mail.connection import Connection, connect
from formsvc.mail.mime import Attachment, message_of
from formsvc.mail.models import OutboxMessage
from formsvc.web.show import now as clock

log = logging.getLogger(__name__)
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


def deliver_due(now: datetime | None = None, due_by: datetime | None = None) -> Delivered:
    """Send every message that is due at `now` (this instant unless said) or at `due_by`, each marked as it is sent.

    Where the mail server is out of reach, what is not in the batch stays as it is.
    """
    done, reached = Delivered(), True
    while reached and (batch := _lease(now or clock(), due_by)):
        reached = _deliver(batch, now or clock(), done)
    return done


def _lease(now: datetime, due_by: datetime | None) -> list[OutboxMessage]:
    with transaction() as session:
        return outbox.lease(session, now, BATCH, due_by)


def _deliver(batch: list[OutboxMessage], now: datetime, done: Delivered) -> bool:
    """Send `batch` over one connection; False where it could not be opened."""
    connection, leased = connect(), monotonic()
    with connection:
        for row in batch:
            if monotonic() - leased > outbox.LEASE.total_seconds() / 2:
                break  # a slow server: the rest falls due again when the lease ends, and is sent once
            error, final = _attempt(connection, row, now)
            with transaction() as session:
                if error is None:
                    outbox.mark_sent(session, row, now)
                else:
                    outbox.mark_failed(session, row, error, final, now)
            done.sent += error is None
            done.failed += error is not None
    return connection.unreachable is None


def _attempt(connection: Connection, row: OutboxMessage, now: datetime) -> tuple[str | None, bool]:
    """What went wrong, as the name of the error (its text may hold an address), and whether for good."""
    if row.kind in outbox.CODES and now - row.created_at >= outbox.CODE_LASTS:
        return _named("Expired"), True
    try:
        words, files = _words(row)
        if row.kind not in outbox.SMS:
            return _send_mail(connection, row, words, files)
        sms.send(row.recipient, words["text"])
    except Broken as error:
        return _named(str(error)), error.for_good
    except sms.SmsError as error:
        return _named(f"SmsError: {error}"), False
    return None, False


def _words(row: OutboxMessage) -> tuple[dict[str, str], Sequence[Attachment]]:
    """What `row` says and carries, read by itself: where its key is lost, the others go out. Raises Broken."""
    with Session(db.engine) as session:
        session.add(row)
        return compose(row), made(row)


def _send_mail(
    connection: Connection, row: OutboxMessage, words: dict[str, str], files: Sequence[Attachment]
) -> tuple[str | None, bool]:
    try:
        connection.send(message_of(row, words, current_app.extensions["config"].mail.sender, files))
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        return _named(type(error).__name__), all(code >= 500 for code in _codes(error))
    except (OSError, smtplib.SMTPException) as error:  # a refused sender too: that is the installation's, not the row's
        connection.drop()
        return _named(type(error).__name__), False
    except (flask_mail.BadHeaderError, MessageError, ValueError) as error:  # ValueError: an address beyond ASCII
        connection.drop()
        return _named(type(error).__name__), True
    return None, False


def _codes(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> list[int]:
    if isinstance(error, smtplib.SMTPDataError):
        return [error.smtp_code]
    return [code for code, _text in error.recipients.values()]


def _named(error: str) -> str:
    log.warning("a message could not be sent: %s", error)
    return error
