"""A questionnaire that asks for a code, and what was sent."""

import re
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.mail.models import OutboxMessage
from formsvc.questionnaires.definition import default_data
from formsvc.questionnaires.verbs import publish
from tests.factories import writing
from tests.filling import Invited, invited
from tests.installation import NOW


def ask_code(session: Session) -> None:
    """From now on the questionnaire shows what is held to whom the invited address has brought a code."""
    publish(session, default_data() | {"ask_code": True}, NOW)


def guarded(app: Flask, **given: Any) -> Invited:
    """A new customer with an invitation that asks for a code."""
    with writing(app) as session:
        ask_code(session)
    return invited(app, **given)


def sent(session: Session, kind: str) -> list[OutboxMessage]:
    """The messages of a kind, oldest first."""
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)))


def code_in(message: OutboxMessage) -> str:
    """The six digits in `message`."""
    found = re.search(r"(?<![\w-])[0-9]{6}(?![\w-])", str(message.content))
    assert found
    return found[0]


def last_code(app: Flask, kind: str = "code") -> str:
    """The code that was sent last."""
    with writing(app) as session:
        return code_in(sent(session, kind)[-1])


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**6:06}"
