"""Inviting on the console by the number of a record that was merged or archived (M26)."""

import time_machine
from flask import Flask
from sqlalchemy import select

from formsvc.customers.archiving import verbs as archiving
from formsvc.customers.archiving.verbs import Reason
from formsvc.customers.models import Customer
from formsvc.staff.models import Staff
from tests.customers.merged import merge, two
from tests.factories import writing
from tests.installation import NOW
from tests.test_cli import said


def test_the_number_of_the_one_that_went_invites_the_one_that_stays(
    sqlite_app: Flask, clock: time_machine.Traveller
) -> None:
    with writing(sqlite_app) as session:
        staying, going = two(session)
        merge(session, staying, going)
        numbers = staying.number, going.number
    assert said(sqlite_app, ["invite", numbers[1]]).stdout.startswith(f"{numbers[0]}\t")
    assert "is invited already" in said(sqlite_app, ["invite", numbers[0]], status=1).stderr


def test_an_archived_customer_is_not_invited(sqlite_app: Flask, clock: time_machine.Traveller) -> None:
    with writing(sqlite_app) as session:
        two(session)
        found, who = session.scalars(select(Customer)).all()[0], session.scalars(select(Staff)).one()
        archiving.archive(session, found, who, Reason.ENDED, NOW)
        number = found.number
    assert "is archived" in said(sqlite_app, ["invite", number], status=1).stderr
