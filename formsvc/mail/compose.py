"""A message in words: its templates in its language, made when it leaves and not when it is queued."""

from datetime import date, datetime
from typing import Any

from babel import UnknownLocaleError
from flask import render_template
from flask_babel import force_locale
from jinja2 import TemplateError

from formsvc.crypto import KeyMissing
from formsvc.mail.mime import one_line
from formsvc.mail.models import OutboxMessage
from formsvc.mail.outbox import SMS, Message

READ = {"deadline": date.fromisoformat, "sent_at": datetime.fromisoformat}  # ISO 8601, as a context is JSON

WRONG = KeyMissing, TemplateError, UnknownLocaleError, AttributeError, LookupError, TypeError, ValueError


class Broken(Exception):
    """A message that cannot be put into words, and stops no other; the text is the name of what went wrong.

    `for_good` is False where the key is missing that it was encrypted with: that can be mended.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.for_good = not isinstance(error, KeyMissing)


def compose(written: Message | OutboxMessage) -> dict[str, str]:
    """The subject line, text and HTML of `written` in its language; an SMS has no HTML. Raises Broken."""
    subject = subject_of(written)
    if written.kind in SMS:
        return {"subject": subject, "text": subject, "html": ""}
    return {"subject": subject, "text": _part(written, "body.txt").strip() + "\n", "html": _part(written, "body.html")}


def subject_of(written: Message | OutboxMessage) -> str:
    """The subject line, or the whole text of an SMS. Raises Broken."""
    return one_line(_part(written, "sms.txt" if written.kind in SMS else "subject.txt"))


def _part(written: Message | OutboxMessage, name: str) -> str:
    try:
        language, context = written.content["language"], written.content["context"]
        with force_locale(language):
            return render_template(f"mail/{written.kind}/{name}", language=language, **_read(context))
    except WRONG as error:
        raise Broken(error) from error


def _read(value: Any, key: str = "") -> Any:
    """What JSON says under that key, with its dates and instants."""
    if isinstance(value, dict):
        return {name: _read(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_read(inner) for inner in value]
    return READ[key](value) if key in READ else value
