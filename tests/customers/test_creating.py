"""New customers: planned one by one, and made together (M24, M40)."""

from collections.abc import Mapping

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers.creating import Creation
from formsvc.customers.finding.marking import CustomerMark
from formsvc.customers.finding.marks import Kind
from formsvc.customers.held import held_values
from formsvc.customers.models import Audience, Contact, Customer, CustomerValue, CustomerVersion, Origin
from formsvc.customers.record import Source
from formsvc.db import db, transaction
from formsvc.fields import Value
from tests.factories import ENTERPRISE, INDIVIDUAL, staff_account
from tests.installation import NOW, running
from tests.processes import Processes

EACH = 5
SHEET = Source(Origin.WORKSHEET)


def called(number: int) -> Mapping[str, Value]:
    return {**ENTERPRISE, "basic.full_name": f"苏州{number}号精密机械有限公司", "x.list": ["a", str(number)]}


def plan(creation: Creation, values: Mapping[str, Value], number: str | None = None) -> Customer:
    return creation.plan(values, audience=Audience.ENTERPRISE, number=number)


def test_each_holds_its_own_values_with_their_source(session: Session) -> None:
    who = staff_account(session)
    creation = Creation(session, Source(Origin.WORKSHEET, who.id), NOW, who.actor)
    planned = [plan(creation, called(number)) for number in range(3)]
    person = creation.plan(INDIVIDUAL, audience=Audience.INDIVIDUAL, owner_id=who.id)
    creation.make()
    session.expire_all()
    assert [held_values(session, each) for each in planned] == [called(number) for number in range(3)]
    assert held_values(session, person) == INDIVIDUAL
    assert [(each.version, each.primary_contact) for each in planned] == [(1, 1)] * 3
    assert (person.name, person.mobile, person.owner_id) == ("李静", "+8613900010002", who.id)
    for model in (Contact, CustomerVersion):
        assert session.scalars(select(model.customer_id).order_by(model.customer_id)).all() == [
            each.id for each in (*planned, person)
        ]
    sources = select(CustomerValue.origin, CustomerValue.staff_id, CustomerValue.since, CustomerValue.set_at).distinct()
    assert session.execute(sources).all() == [(Origin.WORKSHEET, who.id, 1, NOW)]
    facts = select(AuditFact.subject, AuditFact.detail).where(AuditFact.action == "customer.created")
    assert session.execute(facts.order_by(AuditFact.id)).all() == [
        (each.subject, {"fields": sorted(values)})
        for each, values in zip((*planned, person), (*map(called, range(3)), INDIVIDUAL), strict=True)
    ]


def test_each_is_found_by_its_own_marks_and_due(session: Session) -> None:
    creation = Creation(session, SHEET, NOW)
    planned = [plan(creation, {**called(number), "contacts.mobile": f"+861390001000{number}"}) for number in range(2)]
    creation.make()
    for kind, texts in (
        (Kind.NUMBER, [each.number for each in planned]),
        (Kind.MOBILE, ["8613900010000", "8613900010001"]),
        (Kind.DUE, ["1", "1"]),
    ):
        marks = select(CustomerMark.text).where(CustomerMark.kind == kind).order_by(CustomerMark.customer_id)
        assert session.scalars(marks).all() == texts


def test_a_number_that_somebody_gave_is_taken_for_no_other(session: Session) -> None:
    creation = Creation(session, SHEET, NOW)
    given = (None, "CX202611001", None, "CX202405007")
    planned = [plan(creation, called(place), number) for place, number in enumerate(given)]
    creation.make()
    assert [each.number for each in planned] == ["CX202611002", "CX202611001", "CX202611003", "CX202405007"]


def test_many_cost_as_few_statements_as_two(session: Session) -> None:
    counts = []
    for count in (2, 40):
        creation = Creation(session, SHEET, NOW)
        for number in range(count):
            plan(creation, called(number))
        statements: list[str] = []

        def listen(*given: object, told: list[str] = statements) -> None:
            told.append(str(given[2]))

        event.listen(session.connection(), "before_cursor_execute", listen)
        creation.make()
        event.remove(session.connection(), "before_cursor_execute", listen)
        counts.append(len([each for each in statements if not each.startswith("INSERT INTO customers ")]))
    assert counts[0] == counts[1]  # SQLite gives customers their ids one by one


def test_what_is_made_is_made_once(session: Session) -> None:
    creation = Creation(session, SHEET, NOW)
    first = plan(creation, called(1))
    creation.make()
    second = plan(creation, called(2))
    creation.make()
    creation.make()
    assert [first.number, second.number] == ["CX202611001", "CX202611002"]
    assert session.scalar(select(func.count()).select_from(Customer)) == 2


def test_batches_that_are_made_at_once_have_numbers_of_their_own(config: Config, processes: Processes) -> None:
    made = processes.at_once(2, config, _batches)
    given = sorted(number for some in made for number in some)
    assert given == [f"CX202611{serial:03d}" for serial in range(1, len(given) + 1)]
    with running(config) as app, app.app_context():
        assert len(given) == 4 * EACH == db.session.scalar(select(func.count()).select_from(CustomerVersion))


def _batches() -> list[str]:
    numbers = []
    for _ in range(2):
        with transaction() as session:
            creation = Creation(session, SHEET, NOW)
            planned = [plan(creation, called(number)) for number in range(EACH)]
            creation.make()
        numbers += [each.number for each in planned]
    return numbers
