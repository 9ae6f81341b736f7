"""A rejection is taken back: its answers wait as they did, unless others count by now (M23)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers import contacts, record
from formsvc.customers.models import Origin
from formsvc.customers.record import Source
from formsvc.db import db, transaction
from formsvc.invitations import moves
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import LIVE, Invitation, InvitationState
from formsvc.invitations.moves import NotPossible
from formsvc.invitations.verbs import AlreadyInvited
from formsvc.review import claims, verbs
from formsvc.review.reopening import AskedAgain, reopen
from formsvc.review.verbs import TooLate
from formsvc.staff.models import Staff
from formsvc.submissions.models import ReviewStep, Submission, SubmissionState
from tests.factories import answers, customer, invitation, staff_account, submission, writing
from tests.factories import sent as sent_again
from tests.installation import NOW, running
from tests.processes import Processes
from tests.review.deciding import ANSWERS, LATER, approve, sent

AFTER = LATER + timedelta(hours=1)


def rejected(session: Session, invited: Invitation | None = None) -> Submission:
    made = submission(session, invited, values=ANSWERS)
    verbs.reject(session, made, staff_account(session), "重复", LATER)
    return made


def test_rejected_answers_wait_again_and_are_checked_anew(session: Session) -> None:
    made, reviewer = submission(session, values=ANSWERS), staff_account(session)
    claims.claim(session, made.id, reviewer, LATER)
    verbs.reject(session, made, reviewer, "重复", LATER)
    reopen(session, made, reviewer, AFTER)
    assert (made.state, made.decided_at, made.reviewer) == (SubmissionState.WAITING, None, None)
    assert (made.claimant, made.claimed_at) == (None, None)
    assert (made.next_step, made.due_at, made.seen_version) == (ReviewStep.CHECK, AFTER, None)
    assert (made.note, made.invitation.state) == ("重复", InvitationState.ANSWERED)
    facts = session.execute(select(AuditFact.actor, AuditFact.at).where(AuditFact.action == "submission.reopened"))
    assert facts.all() == [(reviewer.actor, AFTER)]


def test_they_are_decided_about_as_ever(session: Session) -> None:
    made, reviewer = rejected(session), staff_account(session)
    reopen(session, made, reviewer, AFTER)
    assert approve(session, made, reviewer) == ["contacts.name", "needs.term"]
    assert sent(session) == ["invitation", "thank-you"]


def test_the_customer_can_send_again_until_somebody_decides(session: Session) -> None:
    made = rejected(session)
    reopen(session, made, staff_account(session), AFTER)
    newer = sent_again(session, made.invitation, answers(seen=1), AFTER)
    session.refresh(made)
    assert (made.state, newer.state) == (SubmissionState.SUPERSEDED, SubmissionState.WAITING)


def test_only_a_rejection_is_taken_back_and_once(session: Session) -> None:
    made, reviewer = rejected(session), staff_account(session)
    reopen(session, made, reviewer, AFTER)
    approved = submission(session, values=ANSWERS)
    approve(session, approved, reviewer)
    for each in (made, approved):
        with pytest.raises(TooLate):
            reopen(session, each, reviewer, AFTER)


def decide(session: Session, asked: Invitation) -> None:
    verbs.reject(session, submission(session, asked), staff_account(session), "重复", LATER)


def revoke(session: Session, asked: Invitation) -> None:
    invitations.revoke(session, asked, "system", LATER)


def end(session: Session, asked: Invitation) -> None:
    asked.closes_at = AFTER
    session.flush()


def end_returned(session: Session, asked: Invitation) -> None:
    verbs.return_(session, submission(session, asked), staff_account(session), "请核对", LATER)
    end(session, asked)


def end_answered(session: Session, asked: Invitation) -> None:
    submission(session, asked)
    end(session, asked)


@pytest.mark.parametrize(
    ("becomes", "counts"),
    [(lambda *_: None, True), (submission, True), (decide, True), (revoke, False), (end, False),
     (end_returned, False), (end_answered, True)],
)  # fmt: skip
def test_what_was_asked_again_counts_unless_it_was_revoked_or_its_time_is_over(
    session: Session, becomes: Callable[[Session, Invitation], object], counts: bool
) -> None:
    made, reviewer = rejected(session), staff_account(session)
    again = invitation(session, made.invitation.customer, AFTER)
    becomes(session, again)
    if not counts:
        reopen(session, made, reviewer, AFTER)
        assert (again.state, made.invitation.state) == (InvitationState.REVOKED, InvitationState.ANSWERED)
        return
    with pytest.raises(AskedAgain), session.begin_nested():
        reopen(session, made, reviewer, AFTER)
    session.expire_all()
    assert (made.state, made.invitation.state) == (SubmissionState.REJECTED, InvitationState.CLOSED)


def test_the_later_one_of_two_rejections_is_taken_back(session: Session) -> None:
    asked = rejected(session).invitation.customer
    later = rejected(session, invitation(session, asked, AFTER))
    reopen(session, later, staff_account(session), AFTER)
    assert later.state is SubmissionState.WAITING


def test_token_outlives_answers_of_who_left_wait_behind_a_dead_link(session: Session) -> None:
    made, reviewer = rejected(session), staff_account(session)
    held, source = made.invitation.customer, Source(Origin.WORKSHEET)
    number = contacts.next_number(session, held)
    record.change(session, held, {"contacts.name": "李娜"}, source, AFTER, seen=1, contact=number, primary=number)
    contacts.add(session, held, number, AFTER)
    contacts.leave(session, held, 1, number, AFTER)
    moves.end_links(session, held, 1)
    session.expire_all()
    reopen(session, made, reviewer, AFTER)
    assert (made.state, made.invitation.link_number) == (SubmissionState.WAITING, 2)
    with pytest.raises(verbs.ContactLeft), session.begin_nested():
        verbs.return_(session, made, reviewer, "请核对", AFTER)
    session.expire_all()
    assert "needs.term" in approve(session, made, reviewer)


def take_back(submission_id: int) -> str:
    try:
        with transaction() as session:
            reviewer = session.scalars(select(Staff).order_by(Staff.id)).first()
            assert reviewer
            reopen(session, session.get_one(Submission, submission_id), reviewer, AFTER)
    except (TooLate, AskedAgain):
        return "told"
    return "done"


def ask_again(submission_id: int) -> str:
    try:
        with transaction() as session:
            asked = session.get_one(Submission, submission_id).invitation.customer
            invitations.issue(session, asked, "system", None, AFTER)
    except AlreadyInvited:
        return "told"
    return "done"


def send_an_old_link_again(invitation_id: int) -> str:
    try:
        with transaction() as session:
            invitations.reissue(session, session.get_one(Invitation, invitation_id), "system", AFTER)
    except NotPossible:
        return "told"
    return "done"


@pytest.mark.parametrize("other", [take_back, ask_again])
def test_lost_update_who_is_second_is_told(config: Config, processes: Processes, other: Callable[[int], str]) -> None:
    with running(config) as app:
        with writing(app) as session:
            id_ = rejected(session).id
        found = processes.beside(config, partial(take_back, id_), partial(other, id_))
        assert sorted(found) == ["done", "told"]
        with app.app_context():
            assert len(db.session.scalars(select(Invitation).where(Invitation.state.in_(LIVE))).all()) == 1


def test_lost_update_a_link_that_is_issued_again_meanwhile(config: Config, processes: Processes) -> None:
    with running(config) as app, writing(app) as session:
        older = invitation(session, customer(session))
        invitations.revoke(session, older, "system", NOW)
        id_, link = rejected(session, invitation(session, older.customer)).id, older.id
    found = processes.beside(config, partial(take_back, id_), partial(send_an_old_link_again, link))
    assert sorted(found) == ["done", "told"]
