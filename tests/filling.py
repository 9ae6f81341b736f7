"""A customer with a link, what is typed behind it, and all that a database holds."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from formsvc.customers import record
from formsvc.customers.models import Customer, CustomerValue, Origin
from formsvc.customers.record import Source
from formsvc.db import db
from formsvc.fields import Value
from formsvc.invitations import links
from formsvc.invitations.models import Invitation
from formsvc.staff import verbs as staff
from formsvc.staff.models import Role
from formsvc.submissions.models import Submission
from tests import factories
from tests.installation import NOW

Typed = Mapping[str, str | Sequence[str]]

ENTERPRISE: Typed = {
    "consent": "yes",
    "basic-full_name": "合肥云盾科技有限公司",
    "basic-uscc": "914403001922038216",
    "basic-industry": "C",
    "contacts-name": "张敏",
    "contacts-salutation": "ms",
    "contacts-mobile": "13856780001",
    "contacts-email": "zhangmin@example.com",
    "needs-products": ["encryption", "support"],
}
INDIVIDUAL: Typed = {
    "consent": "yes",
    "basic-full_name": "李静",
    "contacts-name": "李静",
    "contacts-salutation": "ms",
    "contacts-mobile": "13900010002",
    "contacts-email": "lijing@example.com",
    "needs-products": ["inventory"],
}
ID_CARD = "11010519491231002X"


@dataclass(frozen=True)
class Invited:
    """A customer who was invited, and the path of the link."""

    number: str
    id: int
    path: str
    manager: str


def account(app: Flask, role: Role = Role.MANAGER, name: str = "李强") -> str:
    """The address of a new account."""
    with factories.writing(app) as session:
        return factories.staff_account(session, name, role).email


def customer(app: Flask, manager: str | None = None, **given: Any) -> str:
    """The number of a new customer of `manager`, or of a manager of its own; `given` describes it."""
    with factories.writing(app) as session:
        owner = staff.find(session, manager) if manager else factories.staff_account(session)
        return factories.customer(session, owner, **given).number


def invited(app: Flask, manager: str | None = None, now: datetime = NOW, **given: Any) -> Invited:
    """A new customer with an open invitation; `given` describes the customer."""
    manager = manager or account(app)
    with factories.writing(app) as session:
        owner = staff.find(session, manager)
        made = factories.invitation(session, factories.customer(session, owner, **given), now)
        return Invited(made.customer.number, made.id, f"/q/{links.token(made.id, made.link_number)}", manager)


def answered(app: Flask, given: Invited, values: Mapping[str, Value] | None = None, **other: Any) -> int:
    """The id of a submission that waits, with the usual answers and those of `values`."""
    with factories.writing(app) as session:
        invitation = session.get_one(Invitation, given.id)
        return factories.submission(session, invitation, {**factories.ENTERPRISE, **(values or {})}, **other).id


def hold_secret(app: Flask, number: str, value: str = ID_CARD, kind: str = "resident-id") -> None:
    """Have the record hold an ID number."""
    with factories.writing(app) as session:
        found = session.scalars(select(Customer).where(Customer.number == number)).one()
        values, source = {"basic.id_type": kind, "basic.id_number": value}, Source(Origin.WORKSHEET)
        record.change(session, found, values, source, NOW, seen=found.version, sensitive={"basic.id_number"})


def submissions(app: Flask) -> list[Submission]:
    """All submissions, oldest first, with their consents."""
    with app.app_context():
        found = select(Submission).order_by(Submission.id).options(joinedload(Submission.consents))
        return list(db.session.scalars(found).unique())


def everything(app: Flask) -> str:
    """All that the database of `app` holds, as SQL."""
    with closing(sqlite3.connect(app.extensions["config"].var / "formsvc.sqlite3")) as connection:
        return "\n".join(connection.iterdump())


def confirm(app: Flask, number: str, at: datetime = NOW, *fields: str) -> None:
    """Have the customer have confirmed what is held, or only `fields`, at that time."""
    with factories.writing(app) as session:
        found = session.scalars(select(Customer).where(Customer.number == number)).one()
        values = update(CustomerValue).where(CustomerValue.customer_id == found.id).values(verified_at=at)
        session.execute(values.where(CustomerValue.field.in_(fields)) if fields else values)
