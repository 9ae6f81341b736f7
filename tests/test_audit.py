"""Each verb leaves one fact, and no fact holds a person's data (M52)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.audit import AuditFact
from formsvc.invitations import verbs as invitations
from formsvc.review import verbs as review
from formsvc.review.diff import Decision
from tests.factories import ENTERPRISE, staff_account, submission
from tests.installation import NOW

SECRET = "11010519491231002X"


def test_a_fact_says_who_did_what_to_what_and_when(session: Session) -> None:
    audit.record(session, "staff:3", "thing.done", "thing:8", NOW, count=2)
    fact = session.scalars(select(AuditFact).where(AuditFact.action == "thing.done")).one()
    assert (fact.actor, fact.subject, fact.at, fact.detail) == ("staff:3", "thing:8", NOW, {"count": 2})


def test_a_walk_leaves_one_fact_for_each_verb_without_personal_data(session: Session) -> None:
    session.execute(select(1))
    answered = submission(session, secrets={"basic.id_number": SECRET})
    reviewer = staff_account(session, "王磊")
    invitation, customer = answered.invitation, answered.invitation.customer
    decisions = dict.fromkeys(answered.all_answers, Decision("accept"))
    review.approve(session, answered, reviewer, decisions, "谢谢您", customer.version, NOW)
    facts = session.scalars(select(AuditFact).where(AuditFact.action != "staff.added").order_by(AuditFact.id)).all()
    assert [(fact.actor, fact.action, fact.subject) for fact in facts] == [
        ("system", "questionnaire.published", "questionnaire:customer-info"),
        ("system", "customer.created", customer.subject),
        ("system", "invitation.issued", invitation.subject),
        (customer.subject, "submission.submitted", answered.subject),
        (reviewer.actor, "submission.approved", answered.subject),
    ]
    said = repr([(fact.actor, fact.subject, fact.detail) for fact in facts])
    personal = [str(value) for value in ENTERPRISE.values()] + [SECRET, "王磊", "谢谢您"]
    assert [text for text in personal if text in said] == []


def test_a_verb_that_is_refused_leaves_no_fact(session: Session) -> None:
    answered = submission(session)
    before = len(session.scalars(select(AuditFact)).all())
    for refused in (review.return_, review.reject):
        try:
            refused(session, answered, staff_account(session), "", NOW)
        except review.NoteMissing:
            before += 1  # the account's own fact
    invitations.revoke(session, answered.invitation, "system", NOW)
    assert len(session.scalars(select(AuditFact)).all()) == before + 1
