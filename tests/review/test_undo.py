"""Undo of one approval, by field, without touching what came later (M24, M25)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers import contacts, record
from formsvc.customers.held import held_values, history
from formsvc.customers.models import Cause, Customer, Origin
from formsvc.customers.record import Source, StaleRecord
from formsvc.db import db, transaction
from formsvc.fields import Value
from formsvc.invitations import verbs as invitations
from formsvc.mail.models import OutboxMessage
from formsvc.review import undo
from formsvc.review.undo import CannotUndo, NothingChosen, ReasonMissing, undone
from formsvc.review.undo_steps import CONTACT, Why, undoable
from formsvc.staff.models import Staff
from formsvc.submissions.models import ConsentKind, Submission, SubmissionState
from tests.factories import ENTERPRISE, invitation, staff_account, submission, writing
from tests.installation import NOW, running
from tests.processes import Processes
from tests.review.deciding import ANSWERS, LATER, approve

UNDO_AT = NOW + timedelta(days=3)
SECRETS: Mapping[str, Value] = {"basic.id_number": "11010519491231002X"}
FIELDS = ["contacts.name", "needs.term"]
NEW = {"contacts.name": "王芳", "contacts.mobile": "+8613900010009"}


def merged(session: Session, values: Mapping[str, Value] = ANSWERS, **other: Any) -> Submission:
    made = submission(session, values=values, **other)
    approve(session, made, made.invitation.customer.owner or staff_account(session))
    session.flush()
    return made


def asked_again(session: Session, made: Submission, values: Mapping[str, Value], now: Any = LATER) -> Submission:
    """Another submission of the same customer, approved."""
    again = submission(session, invitation(session, made.invitation.customer, now), values, now)
    approve(session, again, staff_account(session, "陈晨"), dict.fromkeys(values, "accept"))
    session.flush()
    return again


def added(session: Session, is_successor: bool) -> Submission:
    """A submission whose merge added a contact, as a review does."""
    made = submission(session, values={**ENTERPRISE, **NEW})
    customer, reviewer = made.invitation.customer, staff_account(session)
    old, number = customer.primary_contact, contacts.next_number(session, customer)
    consent = next(consent.id for consent in made.consents if consent.kind is ConsentKind.PRIVACY)
    source = Source(Origin.SUBMISSION, reviewer.id, made.id, consent, verified_at=NOW)
    made.state, made.decided_by, made.decided_at = SubmissionState.APPROVED, reviewer.id, LATER
    made.next_step = made.due_at = None
    values = {**NEW, "needs.term": "long"}
    record.change(session, customer, values, source, LATER, seen=1, contact=number,
                  primary=number if is_successor else None)  # fmt: skip
    contacts.add(session, customer, number, LATER)
    if is_successor:
        contacts.leave(session, customer, old, number, LATER)
    invitations.mark_closed(session, made.invitation)
    session.flush()
    return made


def take_back(session: Session, made: Submission, *items: str, reason: str = "填错了", seen: int | None = None) -> int:
    seen = seen or made.invitation.customer.version
    who = made.invitation.customer.owner or staff_account(session)
    version = undo.undo(session, made, items, who, reason, seen, UNDO_AT)
    session.flush()
    return version


def held(session: Session, made: Submission) -> dict[str, Any]:
    return held_values(session, made.invitation.customer)


def steps(session: Session, made: Submission) -> dict[str, Why | None]:
    """Why each item cannot be undone, by key."""
    return {step.key: step.hindrance.why if step.hindrance else None for step in undoable(session, made)}


def known(session: Session, made: Submission) -> list[tuple[str | None, bool, int | None]]:
    """The name, whether it is primary, and who followed, of each contact."""
    found = contacts.of(session, made.invitation.customer)
    return [(each.name, each.is_primary, each.contact.followed_by) for each in found]


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


def test_a_successor_is_undone_as_one_and_who_left_is_back(session: Session) -> None:
    made = added(session, is_successor=True)
    assert known(session, made) == [("王芳", True, None), ("张敏", False, 2)]
    assert steps(session, made) == {"needs.term": None, CONTACT: None}
    take_back(session, made, CONTACT)
    assert known(session, made) == [("张敏", True, None)]
    assert held(session, made) == {**ENTERPRISE, "needs.term": "long"}
    customer = made.invitation.customer
    assert (customer.primary_contact, customer.contact, customer.email) == (1, "张敏", ENTERPRISE["contacts.email"])
    assert steps(session, made) == {"needs.term": None, CONTACT: Why.UNDONE}
    assert held_values(session, customer, 2)["contacts.name"] == "王芳"


def test_a_second_contact_is_undone_as_one(session: Session) -> None:
    made = added(session, is_successor=False)
    take_back(session, made, CONTACT, "needs.term")
    assert known(session, made) == [("张敏", True, None)]
    assert held(session, made) == ENTERPRISE


@pytest.mark.parametrize("values", [{"contacts.mobile": "+8613900010008"}, {"contacts.position": "总监"}])
def test_a_contact_of_whom_anything_changed_later_stays(session: Session, values: Mapping[str, Value]) -> None:
    made = added(session, is_successor=True)
    record.change(session, made.invitation.customer, values, Source(Origin.WORKSHEET), UNDO_AT, seen=2)
    session.flush()
    assert steps(session, made)[CONTACT] is Why.CHANGED


def test_a_contact_whom_another_one_followed_stays(session: Session) -> None:
    made = added(session, is_successor=True)
    found = made.invitation.customer
    record.change(session, found, {"contacts.name": "赵敏"}, Source(Origin.WORKSHEET), UNDO_AT, seen=2, contact=3,
                  primary=3)  # fmt: skip
    contacts.add(session, found, 3, UNDO_AT)
    contacts.leave(session, found, 2, 3, UNDO_AT)
    session.flush()
    assert steps(session, made)[CONTACT] is Why.FOLLOWED


def test_a_contact_who_is_being_asked_stays(session: Session) -> None:
    made = added(session, is_successor=True)
    invitation(session, made.invitation.customer, UNDO_AT)
    assert steps(session, made)[CONTACT] is Why.ASKED


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
