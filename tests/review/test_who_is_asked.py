"""Whom a link and an answer belong to, where another questionnaire's answers changed the contact meanwhile (M25)."""

from sqlalchemy.orm import Session

from formsvc.customers.models import Customer
from formsvc.customers.relation import Relation
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import InvitationState
from formsvc.questionnaires.verbs import publish
from formsvc.review import verbs
from formsvc.submissions.models import Submission
from tests.asking import KEY, second
from tests.factories import ENTERPRISE, customer, invitation, staff_account, submission
from tests.installation import NOW
from tests.review.deciding import LATER, approve


def visited(session: Session, whom: Customer) -> Submission:
    """Answers that name nobody."""
    publish(session, second(), NOW)
    asked = invitations.issue(session, whom, "system", None, NOW, questionnaire=KEY)
    return submission(session, asked, {"visit.score": 4})


def follow(session: Session, whom: Customer, name: str) -> None:
    """Another contact in place of the one that is held."""
    made = submission(session, invitation(session, whom), {**ENTERPRISE, "contacts.name": name})
    approve(session, made, staff_account(session), {}, Relation.SUCCESSOR)


def test_answers_that_name_nobody_bring_no_contact(session: Session) -> None:
    whom = customer(session)
    approve(session, visited(session, whom), staff_account(session), {"visit.score": "accept"}, Relation.SUCCESSOR)
    assert (whom.primary_contact, whom.contact) == (1, ENTERPRISE["contacts.name"])


def test_token_outlives_a_returned_link_is_dead_once_who_got_it_has_left(session: Session) -> None:
    whom = customer(session)
    made = visited(session, whom)
    follow(session, whom, "王芳")
    verbs.return_(session, made, staff_account(session), "请核对", LATER)
    assert (made.invitation.state, made.invitation.contact) == (InvitationState.RETURNED, 2)
    follow(session, whom, "李娜")
    session.refresh(made.invitation)
    assert made.invitation.state is InvitationState.REVOKED
