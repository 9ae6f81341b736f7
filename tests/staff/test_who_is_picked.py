"""Whom the program picks by role: who decides, who has customers, who is given a link (M46)."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source
from formsvc.customers.worksheet.checking import check_row
from formsvc.customers.worksheet.columns import columns
from formsvc.customers.worksheet.importing import Importing
from formsvc.customers.worksheet.reading import read
from formsvc.invitations.schedule import Step
from formsvc.mail.models import OutboxMessage
from formsvc.questionnaires.verbs import known_fields
from formsvc.review import assigning
from formsvc.rounds import reminders
from formsvc.staff import verbs
from formsvc.staff.models import Role, Staff
from tests.customers.sheets import ROW, as_csv
from tests.factories import PASSWORD, customer, invitation, staff_account, submission
from tests.filling import account
from tests.installation import NOW
from tests.test_cli import said

READERS = [Role.SERVICE, Role.FINANCE, Role.AUDITOR]
DECIDERS = [Role.MANAGER, Role.LEAD, Role.ADMINISTRATOR]


def became(session: Session, role: Role) -> Staff:
    """A customer's manager who has another role by now."""
    owner = staff_account(session)
    owner.role = role
    session.flush()
    return owner


@pytest.mark.parametrize("role", Role)
def test_answers_are_given_to_who_decides(session: Session, role: Role) -> None:
    owner = became(session, role)
    made = submission(session, invitation(session, customer(session, owner)))
    assert made.assigned_to == (owner.id if role in DECIDERS else None)
    assert [id_ for id_, _ in assigning.colleagues(session)] == [owner.id] * (role in DECIDERS)
    assert (assigning.colleague(session, owner.id) is owner) is (role in DECIDERS)


@pytest.mark.parametrize("role", Role)
def test_the_link_goes_to_a_manager_who_may_invite_and_else_to_administrators(session: Session, role: Role) -> None:
    """An auditor must never hold a customer's key."""
    owner, chief = became(session, role), staff_account(session, role=Role.ADMINISTRATOR)
    asked = invitation(session, customer(session, owner))
    assert reminders.remind(session, asked, NOW + timedelta(days=14)) is Step.MANAGER
    mails = session.scalars(select(OutboxMessage.recipient).where(OutboxMessage.kind == "overdue-manager")).all()
    assert mails == [owner.email if role in DECIDERS else chief.email]


@pytest.mark.parametrize("role", Role)
def test_a_worksheet_names_who_may_have_customers(session: Session, tmp_path: Path, role: Role) -> None:
    named = staff_account(session, "刘洋", role)
    path = as_csv(tmp_path / "sheet.csv", {**ROW, "跟进人": "刘洋"})
    [row] = read(path)
    checked = check_row(row, columns(known_fields(session)), NOW.date(), "en")
    importing = Importing(session, [checked], None, Source(Origin.WORKSHEET), NOW)
    importing.bring_in(checked)
    importing.make()
    assert session.scalars(select(Customer.owner_id)).all() == [named.id if role in DECIDERS else None]


@pytest.mark.parametrize("role", Role)
def test_customers_are_imported_for_who_may_have_them(sqlite_app: Flask, tmp_path: Path, role: Role) -> None:
    path, owner = as_csv(tmp_path / "sheet.csv", ROW), account(sqlite_app, role)
    status = 0 if role in DECIDERS else 1
    result = said(sqlite_app, ["customers", "import", str(path), "--owner", owner], status=status)
    assert ("cannot have customers" in result.stderr) is bool(status)


@pytest.mark.parametrize("role", READERS)
def test_who_may_only_read_leads_no_team(session: Session, role: Role) -> None:
    leader = staff_account(session, role=role)
    with pytest.raises(verbs.AccountError, match="lead"):
        verbs.add(session, "new@example.com", "王磊", Role.MANAGER, PASSWORD, NOW, lead=leader.email)
