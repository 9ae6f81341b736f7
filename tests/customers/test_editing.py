"""A record edited by hand: with a reason, by whoever may, on the version that was looked at (M26, M46)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.audit import AuditFact
from formsvc.customers import contacts
from formsvc.customers.editing import verbs as editing
from formsvc.customers.held import held_values
from formsvc.customers.models import Channel, CustomerVersion, Situation
from formsvc.customers.record import StaleRecord
from formsvc.staff.models import Role
from tests.factories import customer, staff_account
from tests.installation import NOW

NEW = {"basic.address": "深圳市南山区", "contacts.mobile": "+8613900010009"}


def test_an_edit_is_one_version_with_its_reason_and_source(session: Session) -> None:
    who = staff_account(session)
    made = customer(session, who)
    assert editing.edit(session, made, NEW, who, "来电更正", Channel.CALL, 1, NOW) == 2
    version = session.get_one(CustomerVersion, (made.id, 2))
    assert (version.cause, version.channel, version.reason, version.staff_id) == ("edit", "call", "来电更正", who.id)
    assert held_values(session, made)["basic.address"] == "深圳市南山区"
    assert made.mobile == "+8613900010009"
    fact = session.scalars(select(AuditFact).where(AuditFact.action == "customer.edited")).one()
    assert (fact.actor, fact.subject, fact.detail) == (who.actor, made.subject, {"fields": sorted(NEW)})


def test_lost_update_an_edit_of_an_older_version_is_refused(session: Session) -> None:
    who = staff_account(session)
    made = customer(session, who)
    editing.edit(session, made, NEW, who, "来电更正", Channel.CALL, 1, NOW)
    with pytest.raises(StaleRecord):
        editing.edit(session, made, {"basic.address": "广州"}, who, "来电更正", Channel.CALL, 1, NOW)
    assert held_values(session, made)["basic.address"] == "深圳市南山区"


def test_nothing_is_changed_without_a_value_a_reason_or_the_right_to(session: Session) -> None:
    made, manager, finance = customer(session), staff_account(session), staff_account(session, role=Role.FINANCE)
    with pytest.raises(editing.NothingChanged):
        editing.edit(session, made, {}, manager, "来电更正", Channel.CALL, 1, NOW)
    with pytest.raises(editing.ReasonMissing):
        editing.edit(session, made, NEW, manager, "", Channel.CALL, 1, NOW)
    with pytest.raises(editing.NotTheirs, match="mobile"):
        editing.edit(session, made, NEW | {"record.credit": "10"}, finance, "合同", Channel.DOCUMENT, 1, NOW)
    assert made.version == 1


def test_a_customer_who_bought_is_an_existing_one(session: Session) -> None:
    who = staff_account(session)
    made = customer(session, who)
    editing.edit(session, made, {"record.category": "won"}, who, "签约", Channel.DOCUMENT, 1, NOW)
    assert made.situation is Situation.EXISTING


def test_another_contact_stands_beside_the_primary_one_and_is_edited_alone(session: Session) -> None:
    who = staff_account(session)
    made = customer(session, who)
    added = {"contacts.name": "王芳", "contacts.mobile": "+8613900010009"}
    number = editing.add_contact(session, made, added, who, "拜访认识", Channel.VISIT, 1, NOW)
    editing.edit(session, made, {"contacts.name": "王芬"}, who, "写错", Channel.CORRECTION, 2, NOW, contact=number)
    assert [(each.name, each.is_primary) for each in contacts.of(session, made)] == [("张敏", True), ("王芬", False)]
    assert (made.contact, made.mobile) == ("张敏", "+8613856780001")
    with pytest.raises(editing.NothingChanged):
        editing.add_contact(session, made, {"contacts.position": "采购"}, who, "拜访", Channel.VISIT, 3, NOW)
