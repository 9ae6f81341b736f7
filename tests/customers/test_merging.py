"""Merge two records: what is held then and where it is from, what happens to links, and who is too late (M26)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers import contacts, reach, record
from formsvc.customers.ends import StillWaiting
from formsvc.customers.held import held_values
from formsvc.customers.merging import verbs as merging
from formsvc.customers.merging.choices import Choices
from formsvc.customers.merging.sides import Side
from formsvc.customers.merging.verbs import CannotMerge
from formsvc.customers.models import (
    Audience,
    Cause,
    CustomerValue,
    CustomerVersion,
    Origin,
    Situation,
)
from formsvc.customers.record import Source, StaleRecord
from formsvc.customers.sources import sources
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import InvitationState
from formsvc.invitations.moves import NotPossible
from formsvc.review import reopening, undo, verbs
from formsvc.review.diff import Decision, Kind
from formsvc.review.reading import compared
from formsvc.review.undo_steps import Why, undoable
from formsvc.staff.models import Role, Staff
from tests.customers.merged import LATER, OTHER, WANG, add_contact, merge, state, two
from tests.factories import answers as answers_of
from tests.factories import customer, invitation, sent, staff_account, submission
from tests.installation import NOW
from tests.review.undoing import merged as approved


def test_values_come_with_the_source_that_they_had(session: Session) -> None:
    staying, going = two(session)
    source = Source(Origin.EDIT, staying.owner_id, reason="客户来电")
    record.change(session, going, {"basic.address": "合肥市高新区"}, source, NOW, seen=1)
    version = merge(session, staying, going)
    row = session.scalars(select(CustomerValue).where(CustomerValue.customer_id == staying.id,
                                                      CustomerValue.field == "basic.address")).one()  # fmt: skip
    assert (row.content, row.origin, row.reason) == ("合肥市高新区", Origin.EDIT, "客户来电")
    assert (row.set_at, row.since) == (NOW, version)
    made = session.get_one(CustomerVersion, (staying.id, version))
    assert (made.cause, made.other_id, made.staff_id) == (Cause.MERGE, going.id, staying.owner_id)
    assert held_values(session, staying)["basic.industry"] == "物联网"
    assert (staying.version, going.version, going.merged_into_id) == (2, 2, staying.id)


def test_a_value_of_a_submission_still_knows_who_answered(session: Session) -> None:
    made = approved(session)
    going = made.invitation.customer
    staying = customer(session, going.owner, values={"contacts.name": "张敏"})
    merge(session, staying, going)
    row = session.scalars(select(CustomerValue).where(CustomerValue.customer_id == staying.id,
                                                      CustomerValue.submission_id == made.id)).first()  # fmt: skip
    assert row
    told = sources(session, staying, [row])[row.id]
    assert (told.by, told.consent is not None, told.row.verified_at) == ("张敏", True, made.submitted_at)
    assert told.merged
    assert told.merged.other_id == going.id


def test_choices_decide_and_may_empty(session: Session) -> None:
    staying, going = two(session, {"basic.industry": "软件", "basic.address": "合肥"})
    chosen = {"0-basic.industry": Side.STAYING, "0-basic.address": Side.GOING, "0-basic.full_name": Side.GOING}
    merge(session, staying, going, Choices(chosen))
    held = held_values(session, staying)
    assert (held["basic.industry"], held.get("basic.address")) == ("软件", None)
    assert (staying.name, staying.name_core) == (OTHER["basic.full_name"], going.name_core)


def test_sensitive_values_come_along_encrypted(session: Session) -> None:
    staying, going = two(session)
    secret = {"basic.bank_account": "6222020200000001234"}
    record.change(session, going, secret, Source(Origin.WORKSHEET), NOW, seen=1, sensitive=set(secret))
    merge(session, staying, going)
    row = session.scalars(select(CustomerValue).where(CustomerValue.customer_id == staying.id,
                                                      CustomerValue.field == "basic.bank_account")).one()  # fmt: skip
    assert (row.secret, row.value) == ("6222020200000001234", None)


def test_another_contact_becomes_a_further_one_and_others_come_along(session: Session) -> None:
    staying, going = two(session, theirs={**OTHER, **WANG})
    add_contact(session, going, {"contacts.name": "赵磊", "contacts.mobile": "+8613900010010"}, followed=True)
    merge(session, staying, going)
    people = contacts.of(session, staying)
    assert [(each.name, each.is_primary, bool(each.contact.left_at)) for each in people] == [
        ("张敏", True, False), ("赵磊", False, False), ("王芳", False, True),
    ]  # fmt: skip
    followed_by = {each.name: each.contact.followed_by for each in people}
    assert followed_by["王芳"] == next(each.contact.number for each in people if each.name == "赵磊")
    assert staying.contact == "张敏"


def test_a_contact_may_be_left_out(session: Session) -> None:
    staying, going = two(session, theirs={**OTHER, **WANG})
    merge(session, staying, going, Choices(left_out=[1]))
    assert [each.name for each in contacts.of(session, staying)] == ["张敏"]


def test_an_existing_customer_stays_one_and_the_next_step_keeps_its_owner(session: Session) -> None:
    staying, going = two(session)
    other = staff_account(session)
    going.situation, going.next_owner_id = Situation.EXISTING, other.id
    record.change(session, going, {"record.next_owner": "陈晨"}, Source(Origin.WORKSHEET), NOW, seen=1)
    merge(session, staying, going)
    assert (staying.situation, staying.next_owner_id) == (Situation.EXISTING, other.id)


def test_one_fact_says_it(session: Session) -> None:
    staying, going = two(session)
    before = len(session.scalars(select(AuditFact)).all())
    version = merge(session, staying, going)
    facts = session.scalars(select(AuditFact).order_by(AuditFact.id)).all()
    assert len(facts) == before + 1
    detail = facts[-1].detail
    assert (facts[-1].action, facts[-1].subject) == ("customer.merged", staying.subject)
    assert (detail["version"], detail["other"]) == (version, going.number)
    assert str(OTHER["basic.full_name"]) not in str(detail)


def test_the_number_of_the_one_that_goes_leads_to_the_one_that_stays(session: Session) -> None:
    first, second = two(session)
    third = customer(session, first.owner)
    stranger, administrator = staff_account(session), staff_account(session, role=Role.ADMINISTRATOR)
    merge(session, second, first)
    merge(session, third, second)
    for reader, found in ((first.owner, third), (administrator, third), (stranger, None)):
        assert reader
        assert reach.find(session, reader, first.number) is found
    assert reach.find_any(session, first.number) is third
    assert session.scalars(reach.visible(administrator)).all() == [third]


def test_a_record_of_another_team_is_seen_by_none_of_its_former_one(session: Session) -> None:
    """Never another team's name: the number leads nowhere for who may not see where it leads."""
    staying, going = two(session)
    former = staff_account(session, "周洋")
    going.owner_id = former.id
    session.flush()
    merge(session, staying, going)
    assert reach.find(session, former, going.number) is None


def test_open_links_die_with_the_record_and_nobody_asks_again(session: Session) -> None:
    staying, going = two(session)
    asked = invitation(session, going)
    merge(session, staying, going)
    assert (asked.state, asked.due_at) == (InvitationState.REVOKED, None)
    with pytest.raises(NotPossible):
        invitations.reissue(session, asked, "system", LATER)
    with pytest.raises(invitations.Archived):
        invitations.issue(session, going, "system", None, LATER)
    assert invitations.issue(session, staying, "system", None, LATER).customer_id == staying.id


@pytest.mark.parametrize("is_returned", [False, True])
def test_answers_that_wait_or_were_returned_come_first(session: Session, is_returned: bool) -> None:
    staying, going = two(session)
    made = submission(session, invitation(session, going))
    if is_returned:
        verbs.return_(session, made, staying.owner or Staff(), "请核对", NOW)
    before = state(session, staying)
    with pytest.raises(StillWaiting) as told:
        merge(session, staying, going)
    assert (told.value.submission_id, told.value.is_returned) == (made.id, is_returned)
    assert state(session, staying) == before
    assert going.merged_into_id is None


def test_a_rejection_of_the_one_that_went_cannot_be_taken_back(session: Session) -> None:
    staying, going = two(session)
    made = submission(session, invitation(session, going))
    assert staying.owner
    verbs.reject(session, made, staying.owner, "不是客户", NOW)
    merge(session, staying, going)
    with pytest.raises(reopening.NotACustomer):
        reopening.reopen(session, made, staying.owner, LATER)


def test_an_approval_of_the_one_that_went_cannot_be_undone(session: Session) -> None:
    made = approved(session)
    going = made.invitation.customer
    staying = customer(session, going.owner)
    merge(session, staying, going)
    steps = undoable(session, made)
    assert {step.hindrance.why for step in steps if step.hindrance} == {Why.MERGED}
    with pytest.raises(undo.CannotUndo):
        undo.undo(session, made, [steps[0].key], staying.owner or Staff(), "填错了", going.version, LATER)


def test_a_record_that_went_changes_no_more(session: Session) -> None:
    staying, going = two(session)
    merge(session, staying, going)
    with pytest.raises(StaleRecord):
        record.change(session, going, {"basic.industry": "x"}, Source(Origin.WORKSHEET), LATER, seen=going.version)


def test_a_review_compares_with_what_was_held_before_the_merge(session: Session) -> None:
    """What the merge brought is a change of ours; what the customer changed as well is for a person."""
    staying, going = two(session, {"basic.address": "合肥"}, {**OTHER, "basic.address": "合肥市高新区"})
    asked = invitation(session, staying)
    merge(session, staying, going, Choices({"0-basic.address": Side.GOING, "0-basic.full_name": Side.STAYING}))
    given = {"basic.full_name": staying.name, "basic.address": "芜湖", "basic.industry": None, "needs.term": "long"}
    made = sent(session, asked, answers_of(given), LATER)
    kinds = {row.field.key: row.kind for row in compared(session, made).rows}
    assert (kinds["basic.address"], kinds["basic.industry"]) == (Kind.CONFLICT, Kind.OURS)
    decisions = {"basic.address": Decision("keep"), "needs.term": Decision("accept")}
    assert verbs.approve(session, made, staying.owner or Staff(), decisions, "", 2, LATER) == ["needs.term"]
    held = held_values(session, staying)
    assert (held["basic.address"], held["basic.industry"], held["needs.term"]) == ("合肥市高新区", "物联网", "long")


def test_an_approval_before_a_merge_can_be_undone_after_it_but_for_what_the_merge_changed(session: Session) -> None:
    made = approved(session)
    staying = made.invitation.customer
    going = customer(session, staying.owner, values={"contacts.name": "王小芳"})
    merge(session, staying, going, Choices({"1-contacts.name": Side.GOING}))
    steps = {step.key: step.hindrance and step.hindrance.why for step in undoable(session, made)}
    assert steps == {"needs.term": None, "contacts.name": Why.CHANGED}
    undo.undo(session, made, ["needs.term"], staying.owner or Staff(), "填错了", staying.version, LATER)
    assert "needs.term" not in held_values(session, staying)


@pytest.mark.parametrize("seen", [(1, 2), (2, 1)])
def test_lost_update_who_saw_one_of_the_two_otherwise_is_told(session: Session, seen: tuple[int, int]) -> None:
    staying, going = two(session)
    before = state(session, staying), state(session, going)
    with pytest.raises(StaleRecord):
        merging.merge(session, staying, going, Choices(), staying.owner or Staff(), *seen, LATER)
    assert (state(session, staying), state(session, going)) == before


def test_what_is_merged_is_not_merged_again(session: Session) -> None:
    staying, going = two(session)
    third = customer(session, staying.owner)
    merge(session, staying, going)
    for pair in ((third, going), (going, third), (staying, going)):
        with pytest.raises(StaleRecord):
            merge(session, *pair)


def test_a_company_and_a_person_and_what_is_archived_are_not_merged(session: Session) -> None:
    staying, going = two(session)
    person = customer(session, staying.owner, Audience.INDIVIDUAL)
    for pair in ((staying, person), (person, staying), (staying, staying)):
        with pytest.raises(CannotMerge):
            merge(session, *pair)
    staying.archived_at = NOW
    session.flush()
    with pytest.raises(CannotMerge):
        merge(session, staying, going)
    merge(session, going, staying)
