"""The outbox: each message once, leased, sent or tried again. On both engines."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config import Config, MailConfig
from formsvc.db import transaction
from formsvc.mail import delivery
from formsvc.mail.delivery import deliver_due
from formsvc.mail.models import MailState, OutboxMessage
from formsvc.mail.outbox import BACKOFF, LEASE, lease, mark_failed, mark_sent, put
from tests.factories import writing
from tests.installation import NOW, config_for, running
from tests.mail.letters import SENDER, message
from tests.processes import Processes
from tests.services import Mailbox

MINUTE = timedelta(minutes=1)


def rows(session: Session) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def queued(session: Session, **given: Any) -> OutboxMessage:
    assert put(session, message("invitation", **given), NOW)
    session.flush()
    return rows(session)[-1]


def test_a_message_is_put_once(session: Session) -> None:
    assert put(session, message("invitation", step="link-1"), NOW)
    assert not put(session, message("invitation", step="link-1", name="another"), NOW + MINUTE)
    assert put(session, message("invitation", step="link-2"), NOW)
    assert put(session, message("invitation", step="link-1", subject="invitation:2"), NOW)
    assert put(session, message("reminder", step="link-1"), NOW)
    assert len({row.message_id for row in rows(session)}) == len(rows(session)) == 4


def test_to_put_is_one_statement(session: Session) -> None:
    """A customer waits while it runs."""
    statements = list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    engine = session.connection().engine  # the transaction has begun
    event.listen(engine, "before_cursor_execute", note)
    assert [put(session, message("receipt"), NOW) for _ in range(2)] == [True, False]
    event.remove(engine, "before_cursor_execute", note)
    assert [statement.split()[0] for statement in statements] == ["INSERT", "INSERT"]


def test_two_that_put_the_same_at_once_put_it_once(config: Config, processes: Processes) -> None:
    assert sorted(processes.at_once(2, config, _put)) == [False, True]


def _put() -> bool:
    with transaction() as session:
        return put(session, message("receipt"), NOW)


def test_who_waits_for_a_code_is_served_first(session: Session) -> None:
    for step in "12":
        queued(session, step=step)
    for kind in ("code", "receipt"):
        put(session, message(kind), NOW + MINUTE)
    assert [row.kind for row in lease(session, NOW + MINUTE, 10)] == ["code", "invitation", "invitation", "receipt"]


def test_the_database_holds_it_too(session: Session) -> None:
    row = queued(session)
    copy = {column: getattr(row, column) for column in ("kind", "subject", "step", "recipient", "content")}
    session.add(OutboxMessage(**copy, message_id="<another@formsvc.invalid>", created_at=NOW, due_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_lease_moves_what_is_due(session: Session) -> None:
    row = queued(session)
    assert lease(session, NOW - MINUTE, 10) == []
    assert lease(session, NOW, 10) == [row]
    assert (row.attempts, row.due_at) == (1, NOW + LEASE)
    assert lease(session, NOW, 10) == []
    assert lease(session, NOW + LEASE, 10) == [row]
    assert row.attempts == 2


def test_the_oldest_are_leased_first(session: Session) -> None:
    first, second, third = (queued(session, step=str(number)) for number in range(3))
    third.due_at = NOW - MINUTE
    assert lease(session, NOW, 2) == [third, first]
    assert lease(session, NOW, 2) == [second]


def test_what_was_sent_is_not_leased(session: Session) -> None:
    row = queued(session)
    mark_sent(session, row, NOW)
    session.refresh(row)
    assert (row.state, row.sent_at) == (MailState.SENT, NOW)
    assert lease(session, NOW + LEASE, 10) == []


def test_a_failed_message_waits_longer_each_time_then_fails(session: Session) -> None:
    row, now, waits = queued(session), NOW, list[int]()
    while row.state is MailState.QUEUED:
        assert lease(session, now, 10) == [row]
        mark_failed(session, row, "SMTPDataError", final=False, now=now)
        session.refresh(row)
        if row.state is MailState.QUEUED:
            waits.append((row.due_at - now) // MINUTE)
            now = row.due_at
    assert tuple(waits) == BACKOFF
    assert (row.state, row.attempts, row.last_error) == (MailState.FAILED, len(BACKOFF) + 1, "SMTPDataError")


def test_a_refusal_for_good_fails_at_once(session: Session) -> None:
    row = queued(session)
    mark_failed(session, row, "SMTPRecipientsRefused", final=True, now=NOW)
    session.refresh(row)
    assert row.state is MailState.FAILED
    assert lease(session, NOW + LEASE, 10) == []


def _work(now: datetime) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "BATCH", 4)
        return deliver_due(now).sent


def test_two_workers_send_each_message_once(config: Config, processes: Processes, box: Mailbox) -> None:
    mail = MailConfig(box.host, box.port, sender=SENDER)
    given = config_for(config.database_url, config.var, mail=mail)
    with running(given) as app, writing(app) as session:
        for number in range(40):
            put(session, message("invitation", subject=f"invitation:{number}"), NOW)
    sent = processes.at_once(2, given, _work, NOW)
    assert sum(sent) == 40
    assert set(Counter(mail["Message-ID"] for mail in box.wait(40)).values()) == {1}
    with running(given) as app, app.app_context(), transaction() as session:
        assert session.scalar(select(func.count()).where(OutboxMessage.state == MailState.SENT)) == 40
