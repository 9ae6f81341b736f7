"""Messages of every kind, with what their templates are given."""

from typing import Any

from formsvc.customers.models import Cause
from formsvc.mail.compose import compose
from formsvc.mail.mime import Mail, message_of
from formsvc.mail.models import OutboxMessage
from formsvc.mail.outbox import Message
from formsvc.questionnaires.definition import Definition, default_data, definition_from_data

LANGUAGES = ("zh_CN", "en")
LINK = "http://formsvc.test/q/WzEyMzQ1LDFd.kR8o3yq0pFJx7m2V1nT5sYwQbZcLhE9uAdGiXoPtKvM"
PAGE = "http://formsvc.test/customers/CX202611001"
SHOWN = {"zh_CN": "2026年11月27日星期五", "en": "Friday, November 27, 2026"}
SENDER = "crm@example.com"
NOTE = "The code does not match the name.\nPlease add an extension."
CODE = "402917"
MASKED = "z•••@example.com"
MOBILE = "+8613856780001"
DEFINITION: Definition = definition_from_data(default_data())
ASKED = {"deadline": "2026-11-27", "url": LINK}  # with every mail that asks for an answer
KINDS: dict[str, dict[str, Any]] = {
    "invitation": ASKED,
    "reminder": {**ASKED, "is_late": False},
    "overdue-manager": {**ASKED, "link": LINK, "url": PAGE},
    "returned": {**ASKED, "note": NOTE},
    "overdue-review": {"url": LINK, "count": 23, "is_theirs": False},
    "record-changed": {"url": LINK, "count": 33},
    "thank-you": {"note": ""},
    "receipt": {"url": LINK, "sent_at": "2026-11-23T02:00:00+00:00"},
    "code": {"code": CODE},
    "confirm-address": {"url": LINK},
    "address-changed": {"masked": MASKED},
}
INTERNAL = ("overdue-manager", "overdue-review", "record-changed")  # to colleagues, from nobody
ALL = [(kind, language) for kind in KINDS for language in LANGUAGES]


def message(kind: str, language: str = "zh_CN", name: str = "张敏", **given: Any) -> Message:
    """A message in which `name` stands wherever a person or a company is named."""
    context: dict[str, Any] = {
        "customer": {"name": name, "contact": name, "has_manager": True},
        "manager": {"name": name, "email": "li.qiang@example.com", "phone": "0551-65310001"},
        "title": DEFINITION.title.in_(language),
        "is_other": False,
        "has_form": False,
        "why": "",
        "reward": "",
    }
    if kind == "invitation":
        context["purpose"] = DEFINITION.privacy.purpose.in_(language)
    if kind in INTERNAL:
        context = {"customer": {"name": name, "contact": name, "number": "CX202611001"}, "reader": {"name": name}}
    if kind == "overdue-review":
        context["reviews"] = [overdue(name, assignee=name), overdue(name, is_theirs=True), overdue(name)]
    if kind == "record-changed":
        context["customers"] = [changed(name, cause) for cause in Cause]
    return Message(
        kind=kind, subject=given.pop("subject", "invitation:1"), step=given.pop("step", ""),
        recipient="min@example.com", language=language, context=context | KINDS[kind] | given,
        sender_name=name, reply_to="li.qiang@example.com",
    )  # fmt: skip


def overdue(name: str, assignee: str | None = None, is_theirs: bool = False) -> dict[str, Any]:
    """A review in the mail about those that wait."""
    customer = {"name": name, "number": "CX202611001"}
    whose = {"assignee": assignee, "is_theirs": is_theirs}
    return {"customer": customer, **whose, "sent_at": "2026-11-23T02:00:00+00:00", "url": PAGE}


def changed(name: str, cause: str, by: str | None = "王磊", **other: Any) -> dict[str, Any]:
    """A customer in the mail about changes; only a worksheet comes from nobody."""
    change = {
        "cause": cause,
        "by": by,
        "other": "CX202611002",
        "reason": NOTE,
        "fields": ["手机号码", "Email"],
        "more": 2,
    } | other
    return {"name": name, "number": "CX202611001", "url": PAGE, "changes": [change], "more": 4}


def sms(language: str = "zh_CN", code: str = CODE, step: str = "1") -> Message:
    return Message("mobile-code", "address:1", MOBILE, language, {"code": code}, step)


def mail(written: Message) -> Mail:
    """What leaves of `written`."""
    row = OutboxMessage(
        kind=written.kind, recipient=written.recipient, sender_name=written.sender_name, reply_to=written.reply_to,
        message_id="<1@formsvc.invalid>",
    )  # fmt: skip
    return message_of(row, compose(written), SENDER)
