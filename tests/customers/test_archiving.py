"""Put a record aside and bring it back: links die, nobody asks, and no worksheet brings it back (M26)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers import reach
from formsvc.customers.archiving import verbs as archiving
from formsvc.customers.archiving.verbs import Reason
from formsvc.customers.ends import StillWaiting
from formsvc.customers.models import Customer
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import InvitationState
from formsvc.invitations.moves import NotPossible
from formsvc.staff.models import Staff
from tests.customers.merged import LATER, merge, two
from tests.factories import customer, invitation, staff_account, submission


def archive(session: Session, of: Customer) -> Staff:
    who = of.owner or staff_account(session)
    archiving.archive(session, of, who, Reason.ENDED, LATER)
    session.flush()
    return who


def test_it_keeps_what_it_holds_and_one_fact_says_why(session: Session) -> None:
    made = customer(session, staff_account(session))
    who = archive(session, made)
    assert (made.version, made.archived_at) == (1, LATER)
    told = archiving.archived(session, made)
    assert told
    assert (told.at, told.who, told.reason) == (LATER, who, Reason.ENDED)
    facts = session.scalars(select(AuditFact).where(AuditFact.subject == made.subject).order_by(AuditFact.id)).all()
    assert [(fact.action, fact.detail) for fact in facts][1:] == [("customer.archived", {"reason": "ended"})]
    assert reach.find(session, who, made.number) is made


def test_links_die_and_nobody_is_invited_until_it_is_back(session: Session) -> None:
    asked = invitation(session)
    made = asked.customer
    who = archive(session, made)
    assert (asked.state, asked.due_at) == (InvitationState.REVOKED, None)
    with pytest.raises(invitations.Archived):
        invitations.issue(session, made, who.actor, who.id, LATER)
    with pytest.raises(NotPossible):
        invitations.reissue(session, asked, who.actor, LATER)
    archiving.bring_back(session, made, who, LATER)
    session.flush()
    assert archiving.archived(session, made) is None
    assert invitations.issue(session, made, who.actor, who.id, LATER).customer is made


def test_answers_that_wait_come_first(session: Session) -> None:
    made = submission(session)
    with pytest.raises(StillWaiting):
        archive(session, made.invitation.customer)
    assert made.invitation.customer.archived_at is None


def test_lost_update_who_comes_second_is_told(session: Session) -> None:
    made, gone = two(session)
    who = archive(session, made)
    with pytest.raises(archiving.TooLate):
        archive(session, made)
    archiving.bring_back(session, made, who, LATER)
    with pytest.raises(archiving.TooLate):
        archiving.bring_back(session, made, who, LATER)
    merge(session, made, gone)
    with pytest.raises(archiving.TooLate):
        archive(session, gone)
