"""What colleagues record is one submission, whoever presses or sends at the same moment (M14, M28)."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers.models import Customer
from formsvc.db import db, transaction
from formsvc.fields import Value
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.invitations.verbs import AlreadyInvited, issue
from formsvc.questionnaires.verbs import current
from formsvc.staff.models import Staff
from formsvc.submissions import recording
from formsvc.submissions.models import Submission, SubmissionState, Way
from formsvc.submissions.verbs import AlreadyDecided, SentMeanwhile, withdraw
from tests.factories import (
    ENTERPRISE,
    answers,
    customer,
    invitation,
    opened,
    sent,
    staff_account,
    submission,
    writing,
)
from tests.installation import NOW, running
from tests.processes import COUNT, Processes

OTHER: Mapping[str, Value] = {**ENTERPRISE, "contacts.name": "王芳"}
LATER = NOW + timedelta(days=60)


def record(session: Session, asked: Customer, values: Mapping[str, Value] = ENTERPRISE, known: int = 0) -> Submission:
    """The submission of what the customer's manager types into a new form, made when `known` was the newest one."""
    recorder = asked.owner or session.scalars(select(Staff)).one()
    form, _ = recording.opened(session, asked, current(session), NOW)
    given = answers(values, seen=form.revision, way=Way.CALL, recorded_by=recorder.id)
    id_ = recording.record(session, asked, form, given, recorder, known, NOW)
    return session.get_one(Submission, id_, populate_existing=True)


def test_a_customer_who_was_not_asked_gets_an_invitation_of_which_no_mail_tells(session: Session) -> None:
    made = record(session, customer(session, staff_account(session)))
    assert (made.invitation.is_recorded, made.state, made.revision) == (True, SubmissionState.WAITING, 1)
    facts = session.scalars(select(AuditFact.action).where(AuditFact.actor == f"staff:{made.recorded_by}")).all()
    assert sorted(facts) == ["invitation.made", "submission.submitted"]


def test_a_live_invitation_takes_the_answers_and_one_that_has_ended_does_not(session: Session) -> None:
    invited = invitation(session)
    assert record(session, invited.customer).invitation == invited
    ended = invitation(session, customer(session, staff_account(session)), NOW - timedelta(days=90))
    assert record(session, ended.customer).invitation != ended
    session.refresh(ended)
    assert ended.state is InvitationState.REVOKED


def test_an_invitation_in_which_answers_wait_is_in_the_way_of_another(session: Session) -> None:
    made = record(session, customer(session, staff_account(session)))
    with pytest.raises(AlreadyInvited):
        issue(session, made.invitation.customer, "system", None, LATER)


def test_lost_update_what_waits_is_not_replaced_by_a_colleague(session: Session) -> None:
    made = submission(session)
    for values in (ENTERPRISE, OTHER):
        with pytest.raises(SentMeanwhile):
            record(session, made.invitation.customer, values)
    assert session.scalars(select(Submission)).all() == [made]


def test_what_was_decided_since_the_form_was_made_is_told(session: Session) -> None:
    made = submission(session)
    made.invitation.state = InvitationState.CLOSED
    session.flush()
    with pytest.raises(AlreadyDecided):
        record(session, made.invitation.customer, OTHER)
    assert record(session, made.invitation.customer, OTHER, known=made.invitation_id).revision == 1


def test_the_customer_can_replace_and_take_back_what_was_recorded(session: Session) -> None:
    made = record(session, customer(session, staff_account(session)))
    again = sent(session, made.invitation, answers(OTHER, seen=1))
    assert (again.revision, again.channel, again.recorded_by) == (2, Way.LINK, None)
    withdraw(session, opened(session, made.invitation), NOW)
    session.refresh(again)
    assert again.state is SubmissionState.WITHDRAWN


def test_retry_duplicates_colleagues_at_once_make_one_submission(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            asked = customer(session, staff_account(session)).id
        assert len(set(processes.at_once(COUNT, config, _recorded, asked))) == 1
        with app.app_context():
            assert len(db.session.scalars(select(Submission)).all()) == 1
            assert len(db.session.scalars(select(Invitation)).all()) == 1


def test_lost_update_a_colleague_and_the_customer_at_once(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            invited = invitation(session)
            ids = invited.customer_id, invited.id
        done = processes.beside(config, partial(_recorded, ids[0]), partial(_sent, ids[1]))
        assert sorted(map(bool, done)) == [False, True]


def _recorded(customer_id: int) -> int:
    """The id of the submission of what a colleague typed into a new form; 0 where it is refused."""
    try:
        with transaction() as session:
            asked = session.get_one(Customer, customer_id)
            form, _ = recording.opened(session, asked, current(session), NOW)
            given = answers(way=Way.CALL, recorded_by=asked.owner_id)
            recorder = session.get_one(Staff, asked.owner_id)
            return recording.record(session, asked, form, given, recorder, 0, NOW)
    except SentMeanwhile:
        return 0


def _sent(invitation_id: int) -> int:
    """The id of the submission of what the customer sent; 0 where it is refused."""
    try:
        with transaction() as session:
            return sent(session, session.get_one(Invitation, invitation_id), answers(OTHER)).id
    except SentMeanwhile:
        return 0
