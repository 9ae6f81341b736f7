"""Files that go with a mail. A row of the outbox names what its file is made of: the same file whenever it is sent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask, current_app

from formsvc.mail.compose import WRONG, Broken
from formsvc.mail.mime import Attachment
from formsvc.mail.models import OutboxMessage
from formsvc.mail.outbox import Message

Maker = Callable[[Mapping[str, Any], str], Attachment]


def init_app(app: Flask) -> None:
    app.extensions["attachments"] = {}


def register(app: Flask, kind: str, maker: Maker) -> None:
    """Have `maker` make the attachments of that kind, of what the message names and its language.

    It makes the same of the same: a message may be sent twice.
    """
    app.extensions["attachments"][kind] = maker


def made(written: Message | OutboxMessage) -> Sequence[Attachment]:
    """The files that go with `written`. Raises Broken."""
    named: Mapping[str, Any] | None = written.content.get("attachment")
    if named is None:
        return ()
    try:
        maker: Maker = current_app.extensions["attachments"][named["kind"]]
        return (maker(named, written.content["language"]),)
    except WRONG as error:
        raise Broken(error) from error
