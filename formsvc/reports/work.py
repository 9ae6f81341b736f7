"""What was done for the customers of each account manager within some days (M45).

Each customer counts for who is its account manager now. Every figure comes from an index: of the period, or of what is
open still; none looks at all customers.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median_low
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select, text, true
from sqlalchemy.orm import Session

from formsvc.customers import colleagues
from formsvc.customers.models import Customer, CustomerValue, CustomerVersion
from formsvc.customers.worksheet.columns import SAID
from formsvc.invitations.models import Invitation
from formsvc.staff.models import Staff
from formsvc.staff.verbs import is_in_reach
from formsvc.submissions.asked import ANSWERS, OPEN_SQL
from formsvc.submissions.models import Submission, SubmissionState

LONGEST = 366  # days
_ENTERED_SQL = text("customer_versions.cause = 'entry'")  # as the index says it
Found: TypeAlias = Select[*tuple[Any, ...]]


class Period(NamedTuple):
    """From `first` to `last`, both included, in `zone`; `today` is the day of the report there."""

    first: date
    last: date
    today: date
    zone: ZoneInfo

    def holds(self, column: Any) -> ColumnElement[bool]:
        """Whether an instant is in the period."""
        begins, ends = (datetime.combine(day, time(), self.zone) for day in (self.first, self.last + timedelta(days=1)))
        found: ColumnElement[bool] = (column >= begins) & (column < ends)
        return found


@dataclass
class Line:
    """The figures of one account manager, of nobody (`id` None), or of all.

    Those of the period: customers `added`, also by source, links `sent`, links `answered`, the `median` seconds from
    the link to its answer, submissions `reviewed`, `follow_ups`, links `unanswered` when their deadline passed. Those
    of now: submissions `waiting` for a review of theirs, next steps `overdue`.
    """

    id: int | None
    name: str
    figures: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    times: list[int] = field(default_factory=list)

    @property
    def median(self) -> int | None:
        return median_low(self.times) if self.times else None


def lines(session: Session, reader: Staff, period: Period) -> tuple[list[Line], Line]:
    """A line for each account manager whom `reader` may see, by name, and their sum."""
    whose = is_in_reach(reader, Staff.id)
    found: dict[int | None, Line] = {id_: Line(id_, name) for id_, name in colleagues.of(session, reader)}
    names = {account.id: account.name for account in session.execute(select(Staff.id, Staff.name).where(whose))}

    def line(owner: int | None) -> Line:
        return found.setdefault(owner, Line(owner, names.get(owner or 0, "")))

    for name, counted in _counts(period, whose).items():
        for owner, count in session.execute(counted):
            line(owner).figures[name] += count
    for owner, source, count in session.execute(_added(period, whose)):
        line(owner).figures["added"] += count
        line(owner).sources[source or ""] += count
    for owner, (links, times) in _answered(session, period, whose).items():
        line(owner).figures["answered"] = links
        line(owner).times = times
    every = sorted(found.values(), key=lambda each: (each.id is None, each.name, each.id))
    return every, _sum(every)


def _counts(period: Period, whose: ColumnElement[bool]) -> Mapping[str, Found]:
    """Figures by account manager, each one statement."""
    of_link = select(_owner_of(Invitation.customer_id).label("owner"))
    said = (CustomerValue.customer_id == CustomerVersion.customer_id) & (CustomerValue.since == CustomerVersion.number)
    follow_ups = select(_owner_of(CustomerVersion.customer_id).label("owner"))
    follow_ups = follow_ups.select_from(CustomerVersion).join(CustomerValue, said)
    entered = _ENTERED_SQL, period.holds(CustomerVersion.at), CustomerValue.field == SAID
    until = min(period.last, period.today - timedelta(days=1))
    unanswered = OPEN_SQL, Invitation.revision == 0, Invitation.deadline_on.between(period.first, until)
    overdue = Customer.next_on < period.today.isoformat(), *_is_customer()
    waits = Submission.state == SubmissionState.WAITING
    found = {
        "sent": of_link.where(period.holds(Invitation.issued_at)),
        "reviewed": select(_owner_of(_of_link(Invitation.customer_id)).label("owner"))
        .select_from(Submission)
        .where(period.holds(Submission.decided_at)),
        "follow_ups": follow_ups.where(*entered),
        "unanswered": of_link.where(*unanswered),
        "overdue": select(Customer.owner_id.label("owner")).where(*overdue),
        "waiting": select(Submission.assigned_to.label("owner")).where(waits),
    }
    return {name: _by_owner(rows.subquery(), whose) for name, rows in found.items()}


def _by_owner(rows: Any, whose: ColumnElement[bool]) -> Found:
    return select(rows.c.owner, func.count()).where(_is_among(rows.c.owner, whose)).group_by(rows.c.owner)


def _owner_of(customer: Any) -> Any:
    """The account manager of the customer with that id, looked up: of a join, PostgreSQL reads all customers."""
    return select(Customer.owner_id).where(Customer.id == customer).correlate_except(Customer).scalar_subquery()


def _of_link(column: Any) -> Any:
    """What the link of a submission says in that column."""
    return select(column).where(Invitation.id == Submission.invitation_id).correlate(Submission).scalar_subquery()


def _added(period: Period, whose: ColumnElement[bool]) -> Found:
    columns = Customer.owner_id, Customer.source
    asked = period.holds(Customer.created_at), *_is_customer(), _is_among(Customer.owner_id, whose)
    return select(*columns, func.count()).where(*asked).group_by(*columns)


def _answered(
    session: Session, period: Period, whose: ColumnElement[bool]
) -> Mapping[int | None, tuple[int, list[int]]]:
    """By account manager: how many links were answered, and the seconds that each first answer took."""
    links, times = defaultdict[int | None, set[int]](set), defaultdict[int | None, list[int]](list)
    for owner, link, revision, issued_at, submitted_at in session.execute(_answers(period, whose)):
        links[owner].add(link)
        if revision == 1 and submitted_at >= issued_at:
            times[owner].append(int((submitted_at - issued_at).total_seconds()))
    return {owner: (len(found), times[owner]) for owner, found in links.items()}


def _answers(period: Period, whose: ColumnElement[bool]) -> Found:
    columns = (
        _owner_of(_of_link(Invitation.customer_id)).label("owner"),
        Submission.invitation_id, Submission.revision, Submission.submitted_at,
        _of_link(Invitation.issued_at).label("issued_at"),
    )  # fmt: skip
    asked = Submission.state.in_(ANSWERS), period.holds(Submission.submitted_at)
    rows = select(*columns).select_from(Submission).where(*asked).subquery().c
    shown = rows.owner, rows.invitation_id, rows.revision, rows.issued_at, rows.submitted_at
    return select(*shown).where(_is_among(rows.owner, whose)).execution_options(yield_per=1000)


def _is_among(owner: Any, whose: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an account is one of those; who sees all sees what is nobody's."""
    found: ColumnElement[bool] = true() if whose.compare(true()) else owner.in_(select(Staff.id).where(whose))
    return found


def _is_customer() -> tuple[ColumnElement[bool], ...]:
    """As the list shows them."""
    return Customer.merged_into_id.is_(None), Customer.archived_at.is_(None)


def _sum(every: list[Line]) -> Line:
    total = Line(None, "")
    for line in every:
        total.figures += line.figures
        total.sources += line.sources
        total.times += line.times
    return total
