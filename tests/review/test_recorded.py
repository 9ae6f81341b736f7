"""What a colleague recorded is merged as confirmed where it was confirmed with the customer on the spot (M24, M28)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.customers.models import CustomerValue
from formsvc.review import verbs as review
from formsvc.review.diff import Decision
from formsvc.submissions.models import Submission, Way
from tests.factories import ENTERPRISE, answers, invitation, sent, staff_account
from tests.installation import NOW

LATER = NOW + timedelta(hours=1)
SECRETS = {"basic.id_number": "11010519491231002X"}


def recorded(session: Session, way: Way, is_confirmed: bool) -> Submission:
    recorder = staff_account(session).id if way in (Way.CALL, Way.VISIT) else None
    given: dict[str, Any] = {"way": way, "recorded_by": recorder, "is_confirmed": is_confirmed}
    return sent(session, invitation(session), answers({**ENTERPRISE, "contacts.position": "总监"}, SECRETS, **given))


@pytest.mark.parametrize(
    ("way", "is_confirmed", "verified_at"),
    [
        (Way.LINK, False, NOW),
        (Way.FILE, False, NOW),
        (Way.CALL, True, NOW),
        (Way.VISIT, False, None),  # what is entered anew, and what is held and was said again
    ],
)
def test_who_confirmed_what(session: Session, way: Way, is_confirmed: bool, verified_at: datetime | None) -> None:
    made = recorded(session, way, is_confirmed)
    decisions = dict.fromkeys(made.all_answers, Decision("accept"))
    review.approve(session, made, staff_account(session), decisions, "", made.invitation.customer.version, LATER)
    held = session.scalars(select(CustomerValue).where(CustomerValue.field.in_(made.all_answers))).all()
    assert {row.verified_at for row in held} == {verified_at}
    assert all(row.consent_id for row in held if row.submission_id)
