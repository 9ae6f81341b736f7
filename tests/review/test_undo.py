"""Undo of one approval, by field, without touching what came later (M24, M25)."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers.held import held_values, history
from formsvc.customers.models import Cause, Customer
from formsvc.customers.record import StaleRecord
from formsvc.db import db, transaction
from formsvc.fields import Value
from formsvc.mail.models import OutboxMessage
from formsvc.review import undo
from formsvc.review.undo import CannotUndo, NothingChosen, ReasonMissing, undone
from formsvc.review.undo_steps import CONTACT, Why, undoable
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission, SubmissionState
from tests.factories import ENTERPRISE, invitation, staff_account, submission, writing
from tests.installation import running
from tests.processes import Processes
from tests.review.deciding import ANSWERS, LATER, approve
from tests.review.undoing import FIELDS, UNDO_AT, asked_again, held, merged, steps, take_back

SECRETS: Mapping[str, Value] = {"basic.id_number": "11010519491231002X"}
MOVED = "N2110108MF01234566"


def test_each_merged_field_can_be_undone_and_says_what_comes_back(session: Session) -> None:
    made = merged(session)
    found = {step.key: (step.merged[0].content, [row.content for row in step.back]) for step in undoable(session, made)}
    assert found == {"contacts.name": ("王芳", ["张敏"]), "needs.term": ("long", [])}
    assert steps(session, made) == dict.fromkeys(FIELDS)


def test_an_undo_of_all_fields_holds_the_record_of_before(session: Session) -> None:
    made = merged(session)
    assert take_back(session, made, *FIELDS) == 3
    assert held(session, made) == ENTERPRISE
    customer = made.invitation.customer
    assert (customer.contact, customer.version, customer.updated_at) == ("张敏", 3, UNDO_AT)
    assert held_values(session, customer, 2) == ANSWERS


def test_the_lists_say_the_code_that_a_merge_brought_until_it_is_undone(session: Session) -> None:
    made = merged(session)
    first, second = (
        asked_again(session, made, {**ANSWERS, "basic.uscc": code}) for code in ("914403001922038216", MOVED)
    )
    customer = made.invitation.customer
    said = [customer.code]
    for each in (second, first):
        take_back(session, each, "basic.uscc")
        said.append(customer.code)
    assert said == [MOVED, "914403001922038216", None]


def test_an_undo_of_one_field_leaves_the_others(session: Session) -> None:
    made = merged(session)
    take_back(session, made, "contacts.name")
    assert held(session, made) == {**ENTERPRISE, "needs.term": "long"}
    assert steps(session, made) == {"contacts.name": Why.UNDONE, "needs.term": None}


def test_what_comes_back_has_the_source_that_it_had(session: Session) -> None:
    first = merged(session, {**ANSWERS, "contacts.name": "李娜"}, secrets=SECRETS)
    changed = {"basic.id_number": "E12345678"}
    second = submission(session, invitation(session, first.invitation.customer, LATER), first.answers, LATER,
                        secrets=changed)  # fmt: skip
    approve(session, second, staff_account(session), {"basic.id_number": "accept"})
    session.flush()
    before = next(
        row for row in history(session, first.invitation.customer) if row.content == SECRETS["basic.id_number"]
    )
    take_back(session, second, "basic.id_number")
    rows = history(session, first.invitation.customer)
    back = next(row for row in rows if row.field == "basic.id_number" and row.until is None)
    same = "secret", "value", "origin", "staff_id", "submission_id", "consent_id", "reason", "set_at", "verified_at"
    assert [getattr(back, name) for name in same] == [getattr(before, name) for name in same]
    assert (back.since, back.consent_id) == (4, first.consents[1].id)


def test_what_changed_later_cannot_be_undone_and_says_who_changed_it(session: Session) -> None:
    made = merged(session)
    again = asked_again(session, made, {**ANSWERS, "contacts.name": "赵敏"})
    (name, term) = undoable(session, made)
    assert name.hindrance is not None
    assert name.hindrance.version is not None
    assert (name.hindrance.why, name.hindrance.version.submission_id) == (Why.CHANGED, again.id)
    assert name.hindrance.version.staff is not None
    assert (name.hindrance.version.staff.name, name.hindrance.version.number) == ("陈晨", 3)
    assert (term.hindrance, term.confirmed_at) == (None, None)
    with pytest.raises(CannotUndo):
        take_back(session, made, *FIELDS)
    assert (held(session, made)["contacts.name"], held(session, made)["needs.term"]) == ("赵敏", "long")
    take_back(session, made, "needs.term")
    assert held(session, made) == {**ENTERPRISE, "contacts.name": "赵敏"}


def test_what_the_customer_confirmed_again_says_so_and_can_be_undone(session: Session) -> None:
    made = merged(session)
    asked_again(session, made, ANSWERS, now := LATER + timedelta(days=1))
    assert [step.confirmed_at for step in undoable(session, made)] == [now, now]
    take_back(session, made, *FIELDS)
    assert held(session, made) == ENTERPRISE


def test_what_an_undo_of_a_later_merge_put_back_can_be_undone(session: Session) -> None:
    made = merged(session)
    again = asked_again(session, made, {**ANSWERS, "contacts.name": "赵敏"})
    take_back(session, again, "contacts.name")
    assert steps(session, made) == dict.fromkeys(FIELDS)
    take_back(session, made, "contacts.name")
    assert held(session, made) == {**ENTERPRISE, "needs.term": "long"}
    assert steps(session, made)["contacts.name"] is Why.UNDONE


def test_twice_undone_is_refused(session: Session) -> None:
    made = merged(session)
    take_back(session, made, "contacts.name")
    with pytest.raises(CannotUndo):
        take_back(session, made, "contacts.name")


@pytest.mark.parametrize("item", ["contacts.email", CONTACT, "nothing", ""])
def test_what_was_not_merged_cannot_be_undone(session: Session, item: str) -> None:
    made = merged(session)
    with pytest.raises(CannotUndo):
        take_back(session, made, "contacts.name", item)
    assert held(session, made) == ANSWERS


def test_an_undo_needs_an_item_and_a_reason(session: Session) -> None:
    made = merged(session)
    with pytest.raises(ReasonMissing):
        take_back(session, made, "contacts.name", reason="")
    with pytest.raises(NothingChosen):
        take_back(session, made)


def test_lost_update_who_looked_at_an_older_record_is_told_and_nothing_is_undone(session: Session) -> None:
    made = merged(session)
    with pytest.raises(StaleRecord):
        take_back(session, made, *FIELDS, seen=1)
    assert held(session, made) == ANSWERS


def test_the_undo_is_a_version_and_a_fact_and_the_reason_is_not_in_the_fact(session: Session) -> None:
    made = merged(session)
    take_back(session, made, *FIELDS, reason="张敏没有离职")
    (found,) = undone(session, made)
    assert (found.version.cause, found.version.reason, found.version.at) == (Cause.UNDO, "张敏没有离职", UNDO_AT)
    owner = made.invitation.customer.owner
    assert owner is not None
    assert found.version.staff == owner
    assert [row.field for row in found.rows] == FIELDS
    fact = session.scalars(select(AuditFact).where(AuditFact.action == "submission.undone")).one()
    assert (fact.subject, fact.actor, fact.detail) == (made.subject, owner.actor, {"fields": FIELDS})


def test_the_thank_you_that_went_out_stays_and_the_submission_stays_approved(session: Session) -> None:
    made = merged(session)
    sent = select(OutboxMessage.id).where(OutboxMessage.kind == "thank-you")
    before = session.scalars(sent).all()
    take_back(session, made, *FIELDS)
    assert (session.scalars(sent).all(), made.state) == (before, SubmissionState.APPROVED)
    assert before


def test_where_everything_was_confirmed_nothing_can_be_undone(session: Session) -> None:
    assert undoable(session, merged(session, ENTERPRISE)) == []
    assert undoable(session, submission(session)) == []


def test_lost_update_two_who_undo_at_once_undo_once(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            made = merged(session).id
        assert sorted(processes.at_once(2, config, _undone, made)) == ["told", "undone"]
        with app.app_context():
            customer = db.session.scalars(select(Customer)).one()
            assert (held_values(db.session, customer), customer.version) == (ENTERPRISE, 3)


def _undone(id_: int) -> str:
    try:
        with transaction() as session:
            made, who = session.get_one(Submission, id_), session.scalars(select(Staff)).first()
            assert who
            undo.undo(session, made, FIELDS, who, "填错了", 2, UNDO_AT)
    except (CannotUndo, StaleRecord):
        return "told"
    return "undone"
