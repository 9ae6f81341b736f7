"""What was said with a customer, and what is to be done next, by whom and until when (M35)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers import reach, record
from formsvc.customers.editing.verbs import NotTheirs
from formsvc.customers.held import held_values
from formsvc.customers.models import Channel, Customer, CustomerValue, Origin
from formsvc.customers.modules import may_change
from formsvc.customers.record import Source
from formsvc.customers.worksheet.columns import NEXT_ON, NEXT_OWNER, NEXT_STEP, SAID, STEP, TALKED_BY, TALKED_ON
from formsvc.fields import Value
from formsvc.staff.models import Staff
from formsvc.workdays import add_workdays

DAYS = {"high": 7, "medium": 30}  # until the next step, by urgency (M42)
RECENT = 20  # facts among which one and the same form is looked for
FOLLOWED_UP = "customer.followed_up"


class IsArchived(Exception):
    """Whose record is put aside is brought back first."""


class NotTheStep(Exception):
    """The next step is another one by now."""


@dataclass(frozen=True)
class NextStep:
    """`on` is an ISO 8601 date."""

    what: str
    owner: Staff
    on: str


@dataclass(frozen=True)
class FollowUp:
    """What was `said` on the day `on`, an ISO 8601 date, and how; `form` marks the form that it was typed into.

    Without a `next` step the one that is open stays, unless it is `done`: then this is the version that set it.
    `besides` are other values that the talk changed.
    """

    on: str
    channel: Channel
    said: str
    next: NextStep | None = None
    done: int | None = None
    besides: Mapping[str, Value] = field(default_factory=dict)
    form: str = ""


def follow_up(session: Session, customer: Customer, talk: FollowUp, who: Staff, now: datetime) -> int:
    """Record what was said; the version of the record that says so.

    It does not depend on what was held: of several colleagues at once each has a version, one after the other. A form
    that comes twice is recorded once. What was said before the latest talk is told and not held. Raises NotTheirs for
    what `who` may not change besides, and IsArchived.
    """
    if foreign := sorted(key for key in talk.besides if not may_change(who.role, key)):
        raise NotTheirs(foreign)
    _take_turn(session, customer)
    if talk.form and _is_recorded(session, customer, talk.form):
        return customer.version
    if not customer.is_asked:
        raise IsArchived(customer.number)
    said: dict[str, Value] = {
        TALKED_ON: talk.on,
        TALKED_BY: who.name,
        SAID: talk.said,
    }
    is_settled = talk.next is not None or (talk.done is not None and talk.done == _since(session, customer))
    source = Source(Origin.ENTRY, who.id, channel=talk.channel)
    is_latest = talk.on >= str(held_values(session, customer, fields=[TALKED_ON]).get(TALKED_ON, ""))
    values = {**talk.besides, **(_step(talk.next) if is_settled else {})}
    version = _enter(session, customer, said | values if is_latest else values, source, now)
    if not is_latest:
        record.tell(session, customer, said, source, now)
    if is_settled:
        customer.next_owner_id = talk.next.owner.id if talk.next else None
    audit.record(session, who.actor, FOLLOWED_UP, customer.subject, now, fields=sorted(said | values), form=talk.form)
    return version


def finish(session: Session, customer: Customer, since: int, who: Staff, now: datetime) -> None:
    """The next step that the version `since` set is done: there is none any more. Raises NotTheStep."""
    _take_turn(session, customer)
    if _since(session, customer) != since:
        raise NotTheStep(customer.number)
    _enter(session, customer, _step(None), Source(Origin.ENTRY, who.id), now)
    customer.next_owner_id = None
    audit.record(session, who.actor, "customer.next_step_done", customer.subject, now)


def proposed(urgency: Value, today: date) -> date | None:
    """The working day by which something should happen; None where nothing presses. Pure."""
    days = DAYS.get(urgency) if isinstance(urgency, str) else None
    return None if days is None else add_workdays(today + timedelta(days=days - 1), 1)


def _enter(session: Session, customer: Customer, values: Mapping[str, Value], source: Source, now: datetime) -> int:
    return record.change(session, customer, values, source, now, seen=customer.version)


def _step(step: NextStep | None) -> dict[str, Value]:
    if step is None:
        return dict.fromkeys(STEP)
    return {NEXT_STEP: step.what, NEXT_OWNER: step.owner.name, NEXT_ON: step.on}


def _take_turn(session: Session, customer: Customer) -> None:
    """The record as it is now; nobody else changes it until the transaction ends."""
    session.refresh(customer, with_for_update={"key_share": True})


def _since(session: Session, customer: Customer) -> int | None:
    """Which version set the next step that is held."""
    held = CustomerValue.customer_id == customer.id, CustomerValue.field == NEXT_STEP, CustomerValue.until.is_(None)
    return session.scalar(select(CustomerValue.since).where(*held, CustomerValue.value.is_not(None)))


def _is_recorded(session: Session, customer: Customer, form: str) -> bool:
    """Whether the form was recorded of the customer, or of a record that was merged into it since."""
    fact = audit.AuditFact
    parts = session.scalars(select(Customer).where(Customer.id.in_(reach.those_of(customer)))).all()
    subjects = [part.subject for part in parts]
    facts = select(fact.detail).where(fact.subject.in_(subjects), fact.action == FOLLOWED_UP)
    return any(detail.get("form") == form for detail in session.scalars(facts.order_by(fact.at.desc()).limit(RECENT)))
