"""Each value knows when the customer last stated it in a submission that was approved (M24)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from formsvc.customers import record
from formsvc.customers.held import history
from formsvc.customers.models import Customer, Origin
from formsvc.customers.record import Source
from formsvc.review import verbs
from tests.factories import ENTERPRISE, customer, invitation, staff_account, submission
from tests.installation import NOW
from tests.review.deciding import ALL, ANSWERS, LATER, approve

SENT = NOW + timedelta(minutes=10)


def verified(session: Session, held: Customer) -> dict[str, datetime | None]:
    session.expire_all()
    return {row.field: row.verified_at for row in history(session, held) if row.until is None}


def test_what_is_accepted_and_what_was_answered_as_held_is_verified_when_it_was_sent(session: Session) -> None:
    made = submission(session, values=ANSWERS, now=SENT)
    approve(session, made, staff_account(session))
    assert verified(session, made.invitation.customer) == dict.fromkeys(ANSWERS, SENT)


def test_what_is_kept_against_the_answer_is_not_verified(session: Session) -> None:
    made = submission(session, values=ANSWERS, now=SENT)
    approve(session, made, staff_account(session), {**ALL, "contacts.name": "keep"})
    found = verified(session, made.invitation.customer)
    assert [key for key, time in found.items() if time is None] == ["contacts.name"]


def test_what_was_not_answered_is_not_verified(session: Session) -> None:
    held = customer(session, staff_account(session), values={"basic.id_number": "E12345678", "needs.term": "long"})
    made = submission(session, invitation(session, held), now=SENT)
    approve(session, made, staff_account(session))
    assert verified(session, held) == {
        **dict.fromkeys(ENTERPRISE, SENT),
        "basic.id_number": None,
        "needs.term": None,
    }


def test_a_worksheet_verifies_nothing_and_what_it_replaces_is_verified_no_more(session: Session) -> None:
    made = submission(session, now=SENT)
    approve(session, made, staff_account(session))
    held = made.invitation.customer
    record.change(session, held, {"contacts.name": "王芳"}, Source(Origin.WORKSHEET), LATER, seen=held.version)
    assert verified(session, held) == {**dict.fromkeys(ENTERPRISE, SENT), "contacts.name": None}


def test_an_older_answer_does_not_take_a_newer_one_back(session: Session) -> None:
    held = customer(session, staff_account(session))
    newer = Source(Origin.WORKSHEET, verified_at=LATER)
    record.change(session, held, {}, newer, LATER, seen=1, confirmed=ENTERPRISE)
    approve(session, submission(session, invitation(session, held), now=SENT), staff_account(session))
    assert verified(session, held) == dict.fromkeys(ENTERPRISE, LATER)


@pytest.mark.parametrize("verb", [verbs.return_, verbs.reject])
def test_only_an_approval_verifies(session: Session, verb: object) -> None:
    made = submission(session, now=SENT)
    assert callable(verb)
    verb(session, made, staff_account(session), "请核对", LATER)
    assert verified(session, made.invitation.customer) == dict.fromkeys(ENTERPRISE)
