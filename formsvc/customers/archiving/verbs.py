"""Put a record aside, and bring it back: it keeps all that it holds, and nobody is asked (M26).

No version of the record says so, only a fact, which knows the reason as one of a few words (M52).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.audit import AuditFact
from formsvc.customers import rows
from formsvc.customers.ends import end
from formsvc.customers.models import Customer
from formsvc.staff.models import Staff

ARCHIVED, BACK = "customer.archived", "customer.brought-back"


class Reason(StrEnum):
    """Why a record is put aside."""

    CLOSED = "closed"  # the company is no more, or the person
    ENDED = "ended"  # no business any more
    SILENT = "silent"  # not to be reached for long
    MISTAKE = "mistake"  # never was a customer
    OTHER = "other"


class TooLate(Exception):
    """The record is archived, or brought back, or merged into another one, already."""


@dataclass(frozen=True)
class Archived:
    """Who put the record aside, when and why; `who` is None where a program did."""

    at: datetime
    who: Staff | None
    reason: Reason


def archive(session: Session, customer: Customer, who: Staff, reason: Reason, now: datetime) -> None:
    """Put the record aside; its open links die. Raises TooLate, StillWaiting."""
    rows.lock(session, customer)
    if not customer.is_asked:
        raise TooLate(customer.number)
    end(session, customer, who, now)
    customer.archived_at = now
    audit.record(session, who.actor, ARCHIVED, customer.subject, now, reason=reason)


def bring_back(session: Session, customer: Customer, who: Staff, now: datetime) -> None:
    """The record is one of a customer again; links that died stay dead. Raises TooLate."""
    rows.lock(session, customer)
    if customer.archived_at is None:
        raise TooLate(customer.number)
    customer.archived_at = None
    audit.record(session, who.actor, BACK, customer.subject, now)


def archived(session: Session, customer: Customer) -> Archived | None:
    """What is known of how the record was put aside, while it is."""
    if customer.archived_at is None:
        return None
    of_it = AuditFact.subject == customer.subject, AuditFact.action == ARCHIVED
    fact = session.scalars(select(AuditFact).where(*of_it).order_by(AuditFact.id.desc()).limit(1)).one()
    id_ = int(fact.actor.rpartition(":")[2])
    return Archived(customer.archived_at, session.get(Staff, id_), Reason(fact.detail["reason"]))


def reasons() -> dict[str, str]:
    """Why a record is put aside, in words."""
    return {
        "closed": _("The company is closed, or the person has died"),
        "ended": _("We do no business any more"),
        "silent": _("Not to be reached for a long time"),
        "mistake": _("Entered by mistake: never was a customer"),
        "other": _("Another reason"),
    }
