"""Whom a link and an answer belong to, where another questionnaire's answers changed the contact meanwhile (M25)."""

from collections.abc import Mapping

import pytest
from sqlalchemy.orm import Session

from formsvc.customers import contacts
from formsvc.customers.held import held_values
from formsvc.customers.models import Customer
from formsvc.customers.relation import Relation
from formsvc.fields import Value
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import InvitationState
from formsvc.invitations.moves import NotPossible
from formsvc.questionnaires.verbs import publish
from formsvc.review import verbs
from formsvc.review.reading import compared
from formsvc.review.verbs import ContactLeft
from formsvc.submissions.models import Submission, SubmissionState
from tests.asking import KEY, field, module, score, second
from tests.factories import ENTERPRISE, customer, invitation, staff_account, submission
from tests.installation import NOW
from tests.review.deciding import LATER, approve

SCORE: Mapping[str, Value] = {"visit.score": 4}


def visited(session: Session, whom: Customer, values: Mapping[str, Value] = SCORE) -> Submission:
    """Answers to the second questionnaire, which asks for a position as well; unless said they name nobody."""
    position = field("contacts.position", "text", "职位")
    publish(session, second(modules=[module("visit", "拜访", score()), module("contacts", "联系人", position)]), NOW)
    asked = invitations.issue(session, whom, "system", None, NOW, questionnaire=KEY)
    return submission(session, asked, values)


def follow(session: Session, whom: Customer, name: str) -> None:
    """Another contact in place of the one that is held."""
    made = submission(session, invitation(session, whom), {**ENTERPRISE, "contacts.name": name})
    approve(session, made, staff_account(session), {"contacts.name": "accept"}, Relation.SUCCESSOR)


def test_answers_that_name_nobody_bring_no_contact(session: Session) -> None:
    whom = customer(session)
    approve(session, visited(session, whom), staff_account(session), {"visit.score": "accept"}, Relation.SUCCESSOR)
    assert (whom.primary_contact, whom.contact) == (1, ENTERPRISE["contacts.name"])


def test_answers_of_who_left_are_not_returned_to_the_follower(session: Session) -> None:
    """The link shows what was typed behind it."""
    whom = customer(session)
    made = visited(session, whom)
    follow(session, whom, "王芳")
    with pytest.raises(ContactLeft), session.begin_nested():
        verbs.return_(session, made, staff_account(session), "请核对", LATER)
    session.refresh(made)
    assert made.state is SubmissionState.WAITING


def test_what_who_left_says_of_the_contact_is_not_said_of_the_follower(session: Session) -> None:
    whom = customer(session, values={**ENTERPRISE, "contacts.position": None})
    made = visited(session, whom, {"visit.score": 4, "contacts.position": "采购"})
    follow(session, whom, "王芳")
    assert [row.field.key for row in compared(session, made).rows] == ["visit.score"]
    approve(session, made, staff_account(session), {"visit.score": "accept", "contacts.position": "accept"})
    assert "contacts.position" not in held_values(session, whom)
    assert [row.field.key for row in compared(session, made).rows] == ["visit.score"]  # nor is it shown as decided


def test_token_outlives_the_link_of_who_left_is_not_issued_again(session: Session) -> None:
    whom = customer(session)
    publish(session, second(), NOW)
    asked = invitations.issue(session, whom, "system", None, NOW, questionnaire=KEY)
    follow(session, whom, "王芳")
    session.refresh(asked)
    assert asked.state is InvitationState.REVOKED
    with pytest.raises(NotPossible):
        invitations.reissue(session, asked, "system", LATER)
    assert invitations.issue(session, whom, "system", None, LATER, questionnaire=KEY).contact == 2


def test_who_confirms_the_contact_brings_no_other_one(session: Session) -> None:
    whom = customer(session)
    made = submission(session, invitation(session, whom))
    approve(session, made, staff_account(session), {}, Relation.SUCCESSOR)
    assert [(each.contact.number, each.contact.left_at) for each in contacts.of(session, whom)] == [(1, None)]
