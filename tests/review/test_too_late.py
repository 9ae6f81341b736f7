"""The reviewer who comes too late is told, and overwrites nothing (M23)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers import record
from formsvc.customers.held import held_values
from formsvc.customers.models import CustomerValue, Origin
from formsvc.customers.record import Source, StaleRecord
from formsvc.db import db, transaction
from formsvc.fields import Value
from formsvc.invitations import links
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import InvitationState
from formsvc.mail.models import OutboxMessage
from formsvc.review import verbs
from formsvc.review.diff import Undecided
from formsvc.review.verbs import TooLate
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission, SubmissionState
from tests.factories import ENTERPRISE, staff_account, submission, writing
from tests.installation import NOW, running
from tests.processes import Processes
from tests.review.deciding import ALL, ANSWERS, LATER, approve, decided, sent


def test_lost_update_who_saw_an_older_record_is_told_and_nothing_is_changed(session: Session) -> None:
    made, reviewer = submission(session, values=ANSWERS), staff_account(session)
    customer = made.invitation.customer
    newer: dict[str, Value] = {"contacts.name": "李娜"}
    record.change(session, customer, newer, Source(Origin.WORKSHEET), NOW, seen=1)
    with pytest.raises(StaleRecord), session.begin_nested():
        verbs.approve(session, made, reviewer, decided(ALL), "", 1, LATER)
    session.expire_all()
    assert (made.state, made.invitation.state) == (SubmissionState.WAITING, InvitationState.ANSWERED)
    assert held_values(session, customer)["contacts.name"] == "李娜"
    assert sent(session) == ["invitation"]


def test_who_comes_second_is_told(session: Session) -> None:
    made, second = submission(session, values=ANSWERS), staff_account(session)
    verbs.reject(session, made, staff_account(session), "重复", LATER)
    facts = len(session.scalars(select(AuditFact)).all())
    with pytest.raises(TooLate):
        approve(session, made, second)
    for verb in (verbs.return_, verbs.reject):
        with pytest.raises(TooLate):
            verb(session, made, second, "重复", LATER)
    assert len(session.scalars(select(AuditFact)).all()) == facts
    assert held_values(session, made.invitation.customer) == ENTERPRISE


def test_what_the_customer_sent_again_is_reviewed_in_its_newest_revision(session: Session) -> None:
    first = submission(session)
    submission(session, first.invitation, ANSWERS, seen=1)
    with pytest.raises(TooLate):
        approve(session, first, staff_account(session))


def test_answers_whose_link_was_revoked_can_still_be_approved(session: Session) -> None:
    made = submission(session, values=ANSWERS)
    invitations.revoke(session, made.invitation, "system", NOW)
    assert approve(session, made, staff_account(session)) == ["contacts.name", "needs.term"]


def test_token_outlives_a_return_after_a_revocation_brings_a_new_link(session: Session) -> None:
    made = submission(session, values=ANSWERS)
    invitations.revoke(session, made.invitation, "system", NOW)
    verbs.return_(session, made, staff_account(session), "请核对", LATER)
    mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "returned")).one()
    assert links.url(made.invitation_id, 2) == mail.content["context"]["url"]


def test_lost_update_two_reviewers_at_once_decide_once(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            made, _ = submission(session, values=ANSWERS), staff_account(session)
        assert sorted(processes.at_once(2, config, _approved, made.id)) == ["approved", "too late"]
        with app.app_context():
            assert (
                len(db.session.scalars(select(CustomerValue).where(CustomerValue.submission_id == made.id)).all()) == 2
            )
            assert list(db.session.scalars(select(OutboxMessage.kind))).count("thank-you") == 1


def _approved(submission_id: int) -> str:
    try:
        with transaction() as session:
            reviewer = session.scalars(select(Staff).order_by(Staff.id)).first()
            assert reviewer
            verbs.approve(session, session.get_one(Submission, submission_id), reviewer, decided(ALL), "", 1, LATER)
    except (TooLate, StaleRecord, Undecided):
        return "too late"
    return "approved"
