"""A review: approve, return, reject; one transaction each, and once (M23, M24)."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from formsvc.customers.held import held_values, history
from formsvc.customers.models import Origin
from formsvc.fields import Value
from formsvc.invitations.models import InvitationState
from formsvc.mail.models import OutboxMessage
from formsvc.review import verbs
from formsvc.review.diff import Undecided
from formsvc.review.verbs import NoteMissing
from formsvc.submissions.models import ConsentKind, SubmissionState
from tests.factories import ENTERPRISE, staff_account, submission
from tests.installation import NOW
from tests.review.deciding import ALL, ANSWERS, LATER, approve, sent

SECRETS: Mapping[str, Value] = {"basic.id_number": "11010519491231002X"}


def test_only_accepted_values_are_in_the_record(session: Session) -> None:
    made, reviewer = submission(session, values=ANSWERS), staff_account(session)
    assert approve(session, made, reviewer, {**ALL, "needs.term": "keep"}) == ["contacts.name"]
    held = held_values(session, made.invitation.customer)
    assert held == {**ENTERPRISE, "contacts.name": "王芳"}
    assert (made.state, made.reviewer, made.decided_at) == (SubmissionState.APPROVED, reviewer, LATER)
    assert made.invitation.state is InvitationState.CLOSED


def test_each_value_knows_its_submission_reviewer_time_and_consent(session: Session) -> None:
    made, reviewer = submission(session, values=ANSWERS, secrets=SECRETS), staff_account(session)
    approve(session, made, reviewer)
    session.flush()
    consents = {consent.kind: consent.id for consent in made.consents}
    held = {row.field: row for row in history(session, made.invitation.customer) if row.until is None}
    sources = {key: held[key] for key in ALL}
    assert {(v.origin, v.submission_id, v.staff_id, v.set_at) for v in sources.values()} == {
        (Origin.SUBMISSION, made.id, reviewer.id, LATER)
    }
    assert sources["contacts.name"].consent_id == consents[ConsentKind.PRIVACY]
    assert sources["basic.id_number"].consent_id == consents[ConsentKind.SENSITIVE]
    assert (sources["basic.id_number"].value, sources["basic.id_number"].secret) == (None, SECRETS["basic.id_number"])
    assert held["contacts.email"].origin is Origin.WORKSHEET


def test_the_customers_language_follows_the_submission(session: Session) -> None:
    made = submission(session, values=ANSWERS, language="en")
    approve(session, made, staff_account(session))
    assert made.invitation.customer.language == "en"


def test_the_thanks_are_queued_with_the_note(session: Session) -> None:
    made = submission(session, values=ANSWERS)
    approve(session, made, staff_account(session))
    thanks = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "thank-you")).one()
    assert "谢谢！" in thanks.content["context"]["note"]
    assert thanks.recipient == ENTERPRISE["contacts.email"]


def test_a_changed_field_needs_a_decision(session: Session) -> None:
    made = submission(session, values=ANSWERS)
    with pytest.raises(Undecided) as refusal:
        approve(session, made, staff_account(session), {"contacts.name": "accept"})
    assert (list(refusal.value.fields), made.state) == (["needs.term"], SubmissionState.WAITING)


def test_a_return_asks_the_customer_again_with_the_note(session: Session) -> None:
    made, reviewer = submission(session), staff_account(session)
    link, deadline = made.invitation.link_number, made.invitation.deadline_on
    verbs.return_(session, made, reviewer, "请核对手机号", NOW + timedelta(days=4))
    assert (made.state, made.note, made.reviewer) == (SubmissionState.RETURNED, "请核对手机号", reviewer)
    assert (made.invitation.state, made.invitation.link_number) == (InvitationState.RETURNED, link)
    assert made.invitation.deadline_on > deadline  # three working days at least
    assert sent(session) == ["invitation", "returned"]


def test_a_rejection_closes_and_takes_nothing(session: Session) -> None:
    made = submission(session, values=ANSWERS)
    verbs.reject(session, made, staff_account(session), "不是客户本人", LATER)
    assert (made.state, made.note) == (SubmissionState.REJECTED, "不是客户本人")
    assert made.invitation.state is InvitationState.CLOSED
    assert held_values(session, made.invitation.customer) == ENTERPRISE
    assert sent(session) == ["invitation"]


@pytest.mark.parametrize("verb", [verbs.return_, verbs.reject])
def test_a_refusal_needs_words(session: Session, verb: Callable[..., None]) -> None:
    made, reviewer = submission(session), staff_account(session)
    with pytest.raises(NoteMissing):
        verb(session, made, reviewer, "", LATER)
    made.state, made.decided_at, made.decided_by = SubmissionState.REJECTED, LATER, reviewer.id
    made.next_step = made.due_at = None
    with pytest.raises(IntegrityError, match="refusal_has_note"):
        session.flush()
