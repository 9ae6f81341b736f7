"""New customers: planned one by one, and made together, by as few statements for a hundred as for one (M24, M40)."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import numbers, rows
from formsvc.customers.finding import marking
from formsvc.customers.models import Audience, Customer, Situation
from formsvc.customers.record import Source, held_of, say
from formsvc.fields import Value
from formsvc.statements import together


class Creation:
    """New customers with values of one source: `plan` each, then `make` them. Whoever makes them ends with `make`."""

    def __init__(self, session: Session, source: Source, now: datetime, actor: str = audit.SYSTEM) -> None:
        self._session, self._source, self._now, self._actor = session, source, now, actor
        self._planned: list[tuple[Customer, Mapping[str, Value]]] = []

    def plan(
        self, values: Mapping[str, Value], *, audience: Audience, situation: Situation = Situation.NEW,
        owner_id: int | None = None, number: str | None = None,
    ) -> Customer:  # fmt: skip
        """A customer with `values` and a contact, who has neither an id nor, unless `number` is given, a number yet."""
        customer = Customer(
            number=number or "", audience=audience, situation=situation, owner_id=owner_id, name="", name_core="",
            version=1, created_at=self._now, updated_at=self._now, primary_contact=1,
        )  # fmt: skip
        say(customer, values)
        self._planned.append((customer, values))
        return customer

    def make(self) -> None:
        """Make all who are planned; their numbers are the next of the month unless they have one. Records each."""
        planned, self._planned = self._planned, []
        if not planned:
            return
        new = [customer for customer, _ in planned]
        self._number(new)
        self._session.add_all(new)
        self._session.flush()
        with together(self._session.connection()):
            rows.add_contacts(self._session, new, self._now)
            rows.add_versions(self._session, new, at=self._now, **vars(self._source.change))
            held = (held_of(customer, values, self._source, self._now) for customer, values in planned)
            rows.hold(self._session, (row for each in held for row in each))
            marking.begin(self._session, planned)
            facts = {customer.subject: {"fields": sorted(values)} for customer, values in planned}
            audit.record_all(self._session, self._actor, "customer.created", facts, self._now)

    def _number(self, new: list[Customer]) -> None:
        """Numbers that someone gave are reserved first, so that none of them is taken for another one."""
        zone: ZoneInfo = current_app.extensions["config"].time_zone
        numbers.reserve(self._session, (customer.number for customer in new if customer.number))
        unnumbered = [customer for customer in new if not customer.number]
        taken = numbers.take(self._session, len(unnumbered), self._now, zone)
        for customer, number in zip(unnumbered, taken, strict=True):
            customer.number = number


def create(
    session: Session, values: Mapping[str, Value], source: Source, now: datetime,
    *, audience: Audience, situation: Situation = Situation.NEW, owner_id: int | None = None,
    actor: str = audit.SYSTEM,
) -> Customer:  # fmt: skip
    """A new customer with `values` and a contact; its number is the next of the month."""
    creation = Creation(session, source, now, actor)
    customer = creation.plan(values, audience=audience, situation=situation, owner_id=owner_id)
    creation.make()
    return customer
