"""Submissions are given to a colleague, one or many at once (M20)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.review import assigning
from formsvc.review.assigning import assign
from formsvc.review.verbs import reject
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import Submission
from tests.factories import customer, invitation, staff_account, submission
from tests.installation import NOW


def sent(session: Session, owner: Staff | None) -> Submission:
    return submission(session, invitation(session, customer(session, owner)))


@pytest.fixture
def manager(session: Session) -> Staff:
    return staff_account(session, "李强")


@pytest.fixture
def colleague(session: Session) -> Staff:
    return staff_account(session, "王磊")


def test_each_has_its_fact(session: Session, manager: Staff, colleague: Staff) -> None:
    made = [sent(session, manager) for _ in range(3)]
    ids = [one.id for one in made]
    assert assign(session, [*reversed(ids), ids[0]], colleague, manager, NOW) == ids
    for one in made:
        session.refresh(one)
        assert one.assigned_to == colleague.id
    facts = session.scalars(select(AuditFact).where(AuditFact.action == "submission.assigned")).all()
    assert [(fact.actor, fact.subject, fact.detail) for fact in facts] == [
        (manager.actor, one.subject, {"to": colleague.actor}) for one in made
    ]


def test_foreign_id_what_is_not_seen_is_as_if_it_did_not_exist(
    session: Session, manager: Staff, colleague: Staff
) -> None:
    foreign, own = sent(session, colleague), sent(session, manager)
    assert assign(session, [foreign.id, own.id, 2**31 - 1], manager, manager, NOW) == [own.id]
    session.refresh(foreign)
    assert foreign.assigned_to == colleague.id


def test_what_is_decided_stays_with_who_decided(session: Session, manager: Staff, colleague: Staff) -> None:
    made = sent(session, manager)
    reject(session, made, manager, "x", NOW)
    assert assign(session, [made.id], colleague, manager, NOW) == []
    session.refresh(made)
    assert made.assigned_to == manager.id


def test_who_is_given_one_sees_it_and_can_give_it_on(session: Session, manager: Staff, colleague: Staff) -> None:
    made, third = sent(session, manager), staff_account(session)
    assign(session, [made.id], colleague, manager, NOW)
    assert assign(session, [made.id], third, colleague, NOW) == [made.id]
    assert assign(session, [made.id], colleague, colleague, NOW) == []
    assert assign(session, [made.id], manager, manager, NOW) == [made.id]


def test_only_who_works_here_can_be_given_some(session: Session, manager: Staff, colleague: Staff) -> None:
    lead = staff_account(session, "周敏", Role.LEAD)
    colleague.active = False
    session.flush()
    assert assigning.colleague(session, colleague.id) is None
    assert assigning.colleague(session, lead.id) == lead
    assert set(assigning.colleagues(session)) == {(manager.id, "李强"), (lead.id, "周敏")}
