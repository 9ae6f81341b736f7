"""What tests begin with, made by the same verbs as in use."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from formsvc.customers import creating
from formsvc.customers.models import Audience, Customer, Origin, Situation
from formsvc.customers.record import Source
from formsvc.db import transaction
from formsvc.fields import Value
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation
from formsvc.staff import verbs as staff
from formsvc.staff.models import Role, Staff
from formsvc.submissions import reading
from formsvc.submissions import verbs as submissions
from formsvc.submissions.models import Submission
from formsvc.submissions.reading import Opened
from tests.installation import NOW

PASSWORD = "correct horse battery"
_serials = count(1)

ENTERPRISE: Mapping[str, Value] = {
    "basic.full_name": "合肥云盾科技有限公司",
    "contacts.name": "张敏",
    "contacts.mobile": "+8613856780001",
    "contacts.email": "zhangmin@example.com",
}
INDIVIDUAL: Mapping[str, Value] = {
    "basic.full_name": "李静",
    "contacts.name": "李静",
    "contacts.mobile": "+8613900010002",
    "contacts.email": "lijing@example.com",
}


@contextmanager
def writing(app: Flask) -> Iterator[Session]:
    """A transaction that is committed, for tests whose application acts by itself."""
    with app.app_context(), transaction() as session:
        yield session


def staff_account(session: Session, name: str = "李强", role: Role = Role.MANAGER, email: str | None = None) -> Staff:
    """An account that signs in with PASSWORD."""
    address = email or f"{role}{next(_serials)}@example.com"
    return staff.add(session, address, name, role, PASSWORD, NOW, "0551-65310001")


def customer(
    session: Session,
    owner: Staff | None = None,
    audience: Audience = Audience.ENTERPRISE,
    situation: Situation = Situation.NEW,
    values: Mapping[str, Value] = {},
) -> Customer:
    """A customer with the usual values, and those of `values` instead or besides."""
    usual = ENTERPRISE if audience is Audience.ENTERPRISE else INDIVIDUAL
    given = {**usual, **values}
    return creating.create(
        session, given, Source(Origin.WORKSHEET), NOW,
        audience=audience, situation=situation, owner_id=owner.id if owner else None,
    )  # fmt: skip


def invitation(session: Session, invited: Customer | None = None, now: datetime = NOW, days: int = 5) -> Invitation:
    """An open invitation of `invited`, or of a new customer with a manager."""
    invited = invited or customer(session, staff_account(session))
    return invitations.issue(session, invited, "system", None, now, days)


def answers(
    values: Mapping[str, Value] = ENTERPRISE, secrets: Mapping[str, Value] | None = None, seen: int = 0, **other: Any
) -> submissions.Answers:
    """What a form says; consent for sensitive values is given where there are some, unless `other` says otherwise."""
    consent: dict[str, Any] = {"consent_sensitive": bool(secrets), "language": "zh_CN"}
    return submissions.Answers(values=values, secrets=secrets or {}, seen=seen, **consent | other)


def submission(
    session: Session, invited: Invitation | None = None, values: Mapping[str, Value] = ENTERPRISE,
    now: datetime = NOW, **other: Any,
) -> Submission:  # fmt: skip
    """A submission that waits for its review."""
    return sent(session, invited or invitation(session), answers(values, **other), now)


def opened(session: Session, invited: Invitation, reader: str = "") -> Opened:
    """What the link of `invited` opens."""
    session.flush()
    found = reading.read(session.connection(), invited.id, reader)
    assert found
    return found


def sent(session: Session, invited: Invitation, given: submissions.Answers, now: datetime = NOW) -> Submission:
    """The submission that became of what a form says. Raises what `submit` raises."""
    id_ = submissions.submit(session, opened(session, invited), given, now)
    session.refresh(invited)
    return session.get_one(Submission, id_, populate_existing=True)
