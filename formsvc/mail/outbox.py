"""Put a message into the outbox, lease what is due, mark what became of it. Nothing here commits, renders or sends."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import Connection, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, defer

from formsvc import queue
from formsvc.db import afterwards, db, rows_changed
from formsvc.mail.models import MailState, OutboxMessage
from formsvc.statements import Bound, Statement, begun

LEASE = timedelta(minutes=10)
BACKOFF = (1, 2, 5, 15, 60, 180, 720)  # minutes after the first failed try, the second, …
SMS = ("mobile-code",)  # these kinds go to a mobile; all others are mail
CODES = ("code", "mobile-code")  # somebody waits for these: they overtake all others, and are of no use later
CODE_LASTS = timedelta(minutes=10)
OVERTAKE = timedelta(days=1)  # how much earlier they are due
REFUSED = ("SMTPRecipientsRefused", "SMTPDataError")  # the errors of `mark_failed` that are the address's
ONCE = {  # built once: a customer waits while the statement runs
    name: Statement(
        insert(OutboxMessage).on_conflict_do_nothing(index_elements=["kind", "subject", "step"]).inline(),
        *("kind", "subject", "step", "recipient", "sender_name", "reply_to", "content", "message_id", "state"),
        *("created_at", "due_at", "attempts"),
    )
    for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


@dataclass(frozen=True)
class Message:
    """A message before it is text: `kind` names its templates under `templates/mail/`.

    `context` is what they are given, as JSON; `recipient` an address, or a number in E.164 for the kinds of SMS. What
    is not urgent wakes no worker: it goes out within a minute. `attachment` is JSON that names what goes with it: its
    `kind` says who makes the file of the rest when the message leaves.
    """

    kind: str
    subject: str
    recipient: str
    language: str
    context: Mapping[str, Any]
    step: str = ""
    is_urgent: bool = True
    sender_name: str | None = None
    reply_to: str | None = None
    attachment: Mapping[str, Any] | None = None

    @property
    def content(self) -> dict[str, Any]:
        """What is kept, encrypted, until it is put into words."""
        said = {"language": self.language, "context": self.context}
        return said | {"attachment": dict(self.attachment)} if self.attachment else said


class Ready(NamedTuple):
    """A message that is encrypted already, and only has to be put."""

    insert: Bound
    is_urgent: bool


def ready(message: Message, now: datetime) -> Ready:
    """`message` for `put_ready`, made before anything is locked. Raises TypeError where its context is not JSON."""
    sender = current_app.extensions["config"].mail.sender
    row = {
        "kind": message.kind, "subject": message.subject, "step": message.step, "recipient": message.recipient,
        "sender_name": message.sender_name, "reply_to": message.reply_to, "content": message.content,
        "message_id": make_msgid(domain=sender.rpartition("@")[2]), "created_at": now,
        "due_at": now - OVERTAKE if message.kind in CODES else now, "state": MailState.QUEUED, "attempts": 0,
    }  # fmt: skip
    dialect = db.engine.dialect
    return Ready(ONCE[dialect.name].bound(dialect, row), message.is_urgent)


def put_ready(session: Session | Connection, message: Ready) -> bool:
    """Queue `message` with this transaction, by one INSERT. False where it was queued before: it is not sent twice."""
    if message.insert.run(begun(session)) == 0:
        return False
    if message.is_urgent:
        afterwards(queue.wake)
    return True


def put(session: Session, message: Message, now: datetime) -> bool:
    """`put_ready` what is made `ready`."""
    return put_ready(session, ready(message, now))


def lease(session: Session, now: datetime, limit: int, due_by: datetime | None = None) -> list[OutboxMessage]:
    """Up to `limit` messages that are due, oldest first, now this worker's own for LEASE.

    Due is what is due at `now`, and what nobody tried yet and is due at `due_by`. What they say is read one by one.
    """
    outbox = OutboxMessage
    is_due = or_(outbox.due_at <= now, and_(outbox.due_at <= (due_by or now), outbox.attempts == 0))
    due = select(outbox).where(outbox.state == MailState.QUEUED, is_due)
    oldest = due.order_by(outbox.due_at, outbox.id).limit(limit)  # one order for all workers: no deadlock
    oldest = oldest.options(defer(outbox.content))
    return [row for row in session.scalars(oldest).all() if _claim(session, row, now)]


def _claim(session: Session, row: OutboxMessage, now: datetime) -> bool:
    outbox, attempts = OutboxMessage, row.attempts
    as_read = outbox.id == row.id, outbox.state == MailState.QUEUED, outbox.attempts == attempts
    claim = update(outbox).where(*as_read).values(attempts=attempts + 1, due_at=now + LEASE)
    is_mine = rows_changed(session, claim) == 1
    session.refresh(row)
    return is_mine


def mark_sent(session: Session, row: OutboxMessage, now: datetime) -> None:
    _mark(session, row, state=MailState.SENT, sent_at=now, last_error=None)


def mark_failed(session: Session, row: OutboxMessage, error: str, final: bool, now: datetime) -> None:
    """Try again after a while, or give up where `final` or where all tries of BACKOFF are used."""
    if final or row.attempts > len(BACKOFF):
        _mark(session, row, state=MailState.FAILED, last_error=error)
    else:
        _mark(session, row, due_at=now + timedelta(minutes=BACKOFF[row.attempts - 1]), last_error=error)


def refused(session: Session, addresses: Collection[str]) -> set[str]:
    """Those of `addresses` where a mail of ours was refused and given up."""
    given_up = OutboxMessage.state == MailState.FAILED, OutboxMessage.last_error.in_(REFUSED)
    rows = select(OutboxMessage.recipient).where(OutboxMessage.recipient.in_(addresses), *given_up)
    return set(session.scalars(rows.distinct())) if addresses else set()


def _mark(session: Session, row: OutboxMessage, **values: Any) -> None:
    """Only while the lease that `row` was read with is the last one."""
    mine = OutboxMessage.id == row.id, OutboxMessage.attempts == row.attempts, OutboxMessage.state == MailState.QUEUED
    session.execute(update(OutboxMessage).where(*mine).values(**values).execution_options(synchronize_session=False))
