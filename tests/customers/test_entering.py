"""A customer made by hand: asked for doubles before, and made once (M26)."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers.duplicates import comparing
from formsvc.customers.duplicates.pairs import DuplicatePair
from formsvc.customers.entering.verbs import Card, NotTheirColleague, ProbablyKnown, enter, name_of
from formsvc.customers.models import Audience, Channel, Customer, CustomerValue, CustomerVersion, Situation
from formsvc.db import db, transaction
from formsvc.staff.models import Role, Staff
from tests.factories import ENTERPRISE, INDIVIDUAL, customer, staff_account, writing
from tests.installation import NOW
from tests.processes import COUNT, Processes


def card(owner: Staff, **other: Any) -> Card:
    return replace(Card(Audience.ENTERPRISE, ENTERPRISE, Channel.CARD, owner.id, "one"), **other)


def made(session: Session, number: str) -> Customer:
    return session.scalars(select(Customer).where(Customer.number == number)).one()


def test_a_card_becomes_a_customer_of_who_typed_it_in(session: Session) -> None:
    who = staff_account(session)
    found = made(session, enter(session, card(who), who, NOW))
    assert (found.name, found.owner_id, found.mobile) == (ENTERPRISE["basic.full_name"], who.id, "+8613856780001")
    version = session.get_one(CustomerVersion, (found.id, 1))
    assert (version.cause, version.channel, version.staff_id) == ("entry", "card", who.id)
    assert set(session.scalars(select(CustomerValue.origin))) == {"entry"}
    actors = select(AuditFact.actor).where(AuditFact.action == "customer.created")
    assert session.scalars(actors).all() == [who.actor]


def test_who_bought_before_is_an_existing_customer(session: Session) -> None:
    who = staff_account(session)
    bought = card(who, values={**ENTERPRISE, "record.category": "won"})
    assert made(session, enter(session, bought, who, NOW)).situation is Situation.EXISTING


@pytest.mark.parametrize("field", ["contacts.mobile", "contacts.email", "basic.full_name"])
def test_who_is_probably_known_is_asked_before_and_made_when_all_were_looked_at(session: Session, field: str) -> None:
    who = staff_account(session)
    known = customer(session, who)
    values = {"basic.full_name": "上海远航贸易有限公司", field: ENTERPRISE[field]}
    with pytest.raises(ProbablyKnown) as asked:
        enter(session, card(who, values=values), who, NOW)
    assert [each.number for each in asked.value.candidates] == [known.number]
    later = customer(session, who, values={"contacts.name": "王芳"})
    with pytest.raises(ProbablyKnown):
        enter(session, card(who, values=values, confirmed=frozenset({known.number})), who, NOW)
    both = frozenset({known.number, later.number})
    assert enter(session, card(who, values=values, confirmed=both), who, NOW) not in both


def test_who_was_looked_at_and_is_another_one_is_not_asked_about_again(session: Session) -> None:
    who = staff_account(session)
    known, hidden = customer(session, who), customer(session)
    with pytest.raises(ProbablyKnown) as asked:
        enter(session, card(who), who, NOW)
    confirmed = frozenset(map(name_of, asked.value.candidates))
    enter(session, card(who, confirmed=confirmed, other="另一家"), who, NOW)
    while comparing.compare(session, NOW):
        pass
    new = func.max(Customer.id)
    found = select(DuplicatePair).where(DuplicatePair.newer_id == select(new).scalar_subquery())
    told = {pair.older_id: (pair.state, pair.settled_by, pair.reason) for pair in session.scalars(found)}
    assert told == {known.id: ("distinct", who.id, "另一家"), hidden.id: ("open", None, None)}


def test_two_people_may_have_one_name(session: Session) -> None:
    who = staff_account(session)
    customer(session, who, Audience.INDIVIDUAL)
    values = {"basic.full_name": INDIVIDUAL["basic.full_name"], "contacts.mobile": "+8613900010009"}
    enter(session, card(who, audience=Audience.INDIVIDUAL, values=values), who, NOW)


def test_guessing_oracle_a_customer_who_may_not_be_seen_has_no_name(session: Session) -> None:
    who = staff_account(session)
    customer(session)
    with pytest.raises(ProbablyKnown) as asked:
        enter(session, card(who), who, NOW)
    (hidden,) = asked.value.candidates
    assert (hidden.number, hidden.name) == (None, None)
    enter(session, card(who, confirmed=frozenset({name_of(hidden)})), who, NOW)


def test_a_lead_gives_to_the_team_and_an_administrator_to_all(session: Session) -> None:
    lead, boss = (staff_account(session, "周敏", role) for role in (Role.LEAD, Role.ADMINISTRATOR))
    own, foreign = staff_account(session), staff_account(session)
    own.lead_id = lead.id
    session.flush()
    values = {**ENTERPRISE, "contacts.mobile": "+8613900010009"}
    assert made(session, enter(session, card(own), lead, NOW)).owner_id == own.id
    for by, to in ((lead, foreign), (own, lead), (boss, staff_account(session, role=Role.SERVICE))):
        with pytest.raises(NotTheirColleague):
            enter(session, card(to, values=values, form="two"), by, NOW)
    seen = frozenset(session.scalars(select(Customer.number)))
    assert made(session, enter(session, card(foreign, form="two", confirmed=seen), boss, NOW)).owner_id == foreign.id


def _enter(email: str, form: str) -> str:
    with transaction() as session:
        who = session.scalars(select(Staff).where(Staff.email == email)).one()
        try:
            return enter(session, card(who, form=form), who, NOW)
        except ProbablyKnown:
            return ""


def test_retry_duplicates_a_form_that_is_sent_twice_makes_one_customer(
    config: Config, processes: Processes, app: Flask
) -> None:
    with writing(app) as session:
        email = staff_account(session).email
    (number,) = set(processes.at_once(COUNT, config, _enter, email, "one"))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Customer)) == 1
        assert _enter(email, "two") == ""
    assert number
