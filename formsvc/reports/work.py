"""What was done for the customers of each account manager within some days (M45).

Each customer counts for who is its account manager now. Every figure comes from an index: of the period, or of what is
open still; none looks at all customers.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median_low
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select, text, true
from sqlalchemy.orm import Session

from formsvc.customers import colleagues
from formsvc.customers.models import Customer, CustomerValue, CustomerVersion
from formsvc.invitations.models import Invitation
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import team_of
from formsvc.submissions.asked import OPEN_SQL
from formsvc.submissions.models import Submission, SubmissionState

LONGEST = 366  # days
_ENTERED_SQL = text("customer_versions.cause = 'entry'")  # as the index says it
Found: TypeAlias = Select[*tuple[Any, ...]]
_ANSWERS = [state for state in SubmissionState if state is not SubmissionState.WITHDRAWN]


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
    is_theirs, whose = _reach(reader)
    found: dict[int | None, Line] = {id_: Line(id_, name) for id_, name in colleagues.of(session, reader)}
    names = {account.id: account.name for account in session.execute(select(Staff.id, Staff.name).where(whose))}

    def line(owner: int | None) -> Line:
        return found.setdefault(owner, Line(owner, names.get(owner or 0, "")))

    for name, counted in _counts(period, is_theirs, whose).items():
        for owner, count in session.execute(counted):
            line(owner).figures[name] += count
    for owner, source, count in session.execute(_added(period, is_theirs)):
        line(owner).figures["added"] += count
        line(owner).sources[source or ""] += count
    for owner, (links, times) in _answered(session, period, is_theirs).items():
        line(owner).figures["answered"] = links
        line(owner).times = times
    every = sorted(found.values(), key=lambda each: (each.id is None, each.name, each.id))
    return every, _sum(every)


def _counts(period: Period, is_theirs: ColumnElement[bool], whose: ColumnElement[bool]) -> Mapping[str, Found]:
    """Figures by account manager, each one statement."""
    of_link = select(Customer.owner_id, func.count()).join(Invitation, Invitation.customer_id == Customer.id)
    of_answer = of_link.join(Submission, Submission.invitation_id == Invitation.id)
    said = (CustomerValue.customer_id == CustomerVersion.customer_id) & (CustomerValue.since == CustomerVersion.number)
    follow_ups = (
        select(Customer.owner_id, func.count())
        .join(CustomerVersion, CustomerVersion.customer_id == Customer.id)
        .join(CustomerValue, said)
        .where(_ENTERED_SQL, period.holds(CustomerVersion.at), CustomerValue.field == "record.follow_up")
    )
    until = min(period.last, period.today - timedelta(days=1))
    unanswered = OPEN_SQL, Invitation.revision == 0, Invitation.deadline_on.between(period.first, until)
    overdue = Customer.next_on < period.today.isoformat(), *_is_customer()
    waiting = select(Submission.assigned_to, func.count()).where(Submission.state == SubmissionState.WAITING)
    theirs = {
        "sent": of_link.where(period.holds(Invitation.issued_at)),
        "reviewed": of_answer.where(period.holds(Submission.decided_at)),
        "follow_ups": follow_ups,
        "unanswered": of_link.where(*unanswered),
        "overdue": select(Customer.owner_id, func.count()).where(*overdue),
    }
    counts = {name: query.where(is_theirs).group_by(Customer.owner_id) for name, query in theirs.items()}
    of_whom = or_(Submission.assigned_to.in_(select(Staff.id).where(whose)), _is_nobodys(whose))
    return {**counts, "waiting": waiting.where(of_whom).group_by(Submission.assigned_to)}


def _added(period: Period, is_theirs: ColumnElement[bool]) -> Found:
    columns = Customer.owner_id, Customer.source
    asked = period.holds(Customer.created_at), *_is_customer(), is_theirs
    return select(*columns, func.count()).where(*asked).group_by(*columns)


def _answered(
    session: Session, period: Period, is_theirs: ColumnElement[bool]
) -> Mapping[int | None, tuple[int, list[int]]]:
    """By account manager: how many links were answered, and the seconds that each first answer took."""
    links, times = defaultdict[int | None, set[int]](set), defaultdict[int | None, list[int]](list)
    for owner, link, revision, issued_at, submitted_at in _answers(session, period, is_theirs):
        links[owner].add(link)
        if revision == 1 and submitted_at >= issued_at:
            times[owner].append(int((submitted_at - issued_at).total_seconds()))
    return {owner: (len(found), times[owner]) for owner, found in links.items()}


def _answers(session: Session, period: Period, is_theirs: ColumnElement[bool]) -> Iterator[Any]:
    columns = Customer.owner_id, Invitation.id, Submission.revision, Invitation.issued_at, Submission.submitted_at
    found = select(*columns).select_from(Submission).join(Submission.invitation).join(Invitation.customer)
    asked = Submission.state.in_(_ANSWERS), period.holds(Submission.submitted_at), is_theirs
    yield from session.execute(found.where(*asked).execution_options(yield_per=1000))


def _reach(reader: Staff) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Which customers count for `reader`, and whose accounts."""
    if reader.may(Permission.ALL_CUSTOMERS):
        return true(), true()
    own = Staff.id == reader.id
    whose = or_(own, Staff.id.in_(team_of(reader.id))) if reader.may(Permission.TEAM) else own
    return Customer.owner_id.in_(select(Staff.id).where(whose)), whose


def _is_nobodys(whose: ColumnElement[bool]) -> ColumnElement[bool]:
    """What nobody is to review is shown to who sees all."""
    return Submission.assigned_to.is_(None) & whose if whose.compare(true()) else Submission.id < 0


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
