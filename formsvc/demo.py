"""Sample staff and customers for a trial. Passwords are made for this installation and kept beside its data."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer
from formsvc.customers.worksheet import files
from formsvc.customers.worksheet.checking import check_row
from formsvc.customers.worksheet.columns import columns
from formsvc.customers.worksheet.reading import SheetRow, read
from formsvc.db import transaction
from formsvc.invitations import links, verbs
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.questionnaires.verbs import known_fields
from formsvc.staff import verbs as staff
from formsvc.staff.models import Role

SAMPLE = Path(__file__).with_name("sample.csv")
LEAD = "zhou.min@example.com"
PEOPLE: tuple[tuple[str, str, Role, str, str | None], ...] = (
    ("chen.chen@example.com", "陈晨", Role.ADMINISTRATOR, "0755-86530000", None),
    (LEAD, "周敏", Role.LEAD, "0755-86530003", None),
    ("li.qiang@example.com", "李强", Role.MANAGER, "0755-86530001", LEAD),
    ("wang.lei@example.com", "王磊", Role.MANAGER, "0755-86530002", LEAD),
    ("liu.yang@example.com", "刘洋", Role.SERVICE, "0755-86530004", None),
    ("huang.ting@example.com", "黄婷", Role.FINANCE, "0755-86530005", None),
    ("xu.hui@example.com", "徐慧", Role.AUDITOR, "0755-86530006", None),
)


@dataclass(frozen=True)
class SignIn:
    """How to sign in as one of the sample staff."""

    email: str
    password: str
    role: Role


def load(now: datetime) -> list[SignIn]:
    """Load the samples where they are not there yet; how to sign in, administrator first."""
    signs = [_account(*person, now) for person in PEOPLE]
    rows = read(SAMPLE)
    with transaction() as session:
        _import(session, rows, now)
    return [sign for sign in signs if sign]


def link(now: datetime) -> str | None:
    """The link of a sample customer who can still answer, inviting one who never was; None where all are done."""
    numbers = [row.cells["客户编号"] for row in read(SAMPLE)]
    samples = select(Customer).where(Customer.number.in_(numbers)).order_by(Customer.id)
    with transaction() as session:
        for customer in session.scalars(samples).all():
            invited = select(Invitation).where(Invitation.customer_id == customer.id).order_by(Invitation.id.desc())
            invitation = session.scalars(invited).first() or verbs.issue(session, customer, "system", None, now)
            if invitation.state in (InvitationState.OPEN, InvitationState.RETURNED) and invitation.closes_at > now:
                return links.url(invitation.id, invitation.link_number)
    return None


def _account(email: str, name: str, role: Role, phone: str, lead: str | None, now: datetime) -> SignIn | None:
    """The account and its password; None where someone else made the account."""
    path: Path = current_app.extensions["config"].var / "sign-in" / email
    with transaction() as session:
        known = staff.find(session, email) is not None
        if not known:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_text(secrets.token_urlsafe(12))
            path.chmod(0o600)
            staff.add(session, email, name, role, path.read_text(), now, phone, lead)
    return SignIn(email, path.read_text(), role) if path.exists() else None


def _import(session: Session, rows: list[SheetRow], now: datetime) -> None:
    known, report = columns(known_fields(session)), files.Report()
    files.import_batch(session, [check_row(row, known, now.date(), "en") for row in rows], None, now, report)
    if report.refused:
        raise ValueError(f"the sample's row {report.refused[0].row.number}: {report.refused[0].problems}")
