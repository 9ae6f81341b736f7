"""Messages of every kind, with what their templates are given."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from formsvc.mail.models import OutboxMessage
from formsvc.mail.outbox import Message, compose
from formsvc.questionnaires.definition import Definition, default_data, definition_from_data

LANGUAGES = ("zh_CN", "en")
LINK = "http://formsvc.test/q/WzEyMzQ1LDFd.kR8o3yq0pFJx7m2V1nT5sYwQbZcLhE9uAdGiXoPtKvM"
PAGE = "http://formsvc.test/customers/CX202611001"
DEADLINE = date(2026, 11, 27)
SHOWN = {"zh_CN": "2026年11月27日星期五", "en": "Friday, November 27, 2026"}
SENDER = "crm@example.com"
NOTE = "The code does not match the name.\nPlease add an extension."
DEFINITION: Definition = definition_from_data(default_data())
ACTIVE = SimpleNamespace(active=True)
KINDS: dict[str, dict[str, Any]] = {
    "invitation": {},
    "reminder": {"is_late": False},
    "overdue-manager": {"link": LINK, "url": PAGE},
    "returned": {"note": NOTE},
    "thank-you": {"note": ""},
}
ALL = [(kind, language) for kind in KINDS for language in LANGUAGES]


def message(kind: str, language: str = "zh_CN", name: str = "张敏", **given: Any) -> Message:
    """A message in which `name` stands wherever a person or a company is named."""
    manager = SimpleNamespace(name=name, email="li.qiang@example.com", phone="0551-65310001")
    customer = SimpleNamespace(name=name, contact=name, number="CX202611001", email="min@example.com", owner=ACTIVE)
    context = {
        "customer": customer,
        "manager": manager,
        "reader": manager,
        "definition": DEFINITION,
        "deadline": DEADLINE,
        "url": LINK,
    }
    return Message(
        kind=kind, subject=given.pop("subject", "invitation:1"), step=given.pop("step", ""),
        recipient="min@example.com", language=language, context=context | KINDS[kind] | given,
        sender_name=name, reply_to="li.qiang@example.com",
    )  # fmt: skip


def row(written: Message) -> OutboxMessage:
    """The row of `written`, outside any session."""
    return OutboxMessage(
        kind=written.kind, recipient=written.recipient, sender_name=written.sender_name, reply_to=written.reply_to,
        content=compose(written), message_id="<1@formsvc.invalid>",
    )  # fmt: skip
