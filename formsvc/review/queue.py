"""The queue: submissions by a filter, the oldest first, a page by its key (M20).

A page costs the same however many wait: the keys of its rows come from an index, in its order, and only those rows are
read. A reader with several reviewers in reach gets as many keys of each, and the oldest of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from formsvc.customers.listing.parts import ME, NOBODY
from formsvc.review import queue_statements as statements
from formsvc.review import reach
from formsvc.review.filters import Filter
from formsvc.review.queue_statements import Shape, Side
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import team_of
from formsvc.statements import begun
from formsvc.submissions.models import Submission, SubmissionState

PAGE = 50
LATE, SOON = timedelta(hours=24), timedelta(hours=12)
CLAIM_LASTS = timedelta(minutes=10)


class Key(NamedTuple):
    """Where a submission stands in the queue."""

    at: datetime
    id: int


@dataclass(frozen=True)
class Within:
    """What a reader sees by a filter: the shape of its statements, and their values."""

    shape: Shape
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """Rows of the queue, the oldest first, and whether there are some before and behind them."""

    rows: Sequence[Any]
    has_before: bool
    has_behind: bool


def within(session: Session | Connection, reader: Staff, chosen: Filter, now: datetime) -> Within:
    """What `reader` sees by `chosen`: never more than `reach.visible`.

    Without an owner a manager sees what is the own to review, a lead what is the team's, an administrator all.
    """
    reviewers, customers = _whose(session, reader, chosen.owner)
    count = None if reviewers is None else len(reviewers)
    return Within(
        Shape(count, customers, chosen.age, bool(chosen.flag), bool(chosen.questionnaire)),
        {
            "reader": reader.id, "state": chosen.state, "flag": chosen.flag, "questionnaire": chosen.questionnaire,
            "late": now - LATE, "soon": now - SOON, "stale": now - CLAIM_LASTS,
            **{f"reviewer_{n}": id_ for n, id_ in enumerate(reviewers or ())},
        },
    )  # fmt: skip


def page(
    session: Session | Connection, seen: Within, size: int = PAGE, after: Key | None = None, before: Key | None = None
) -> Page:
    """The `size` rows next to a key, or the first ones."""
    side: Side = "after" if after else "before" if before else ""
    rows = statements.rows(seen.shape, side, size + 1).all(begun(session), _values(seen, after or before))
    if side != "before":
        return Page(rows[:size], bool(after), len(rows) > size)
    if len(rows) <= size:
        return page(session, seen, size)  # the first page is a full one
    return Page(rows[-size:], True, True)


def around(session: Session | Connection, seen: Within) -> Any:
    """`total` and how many of them are `late`, both up to MOST_COUNTED + 1, and what stands around the list.

    That is the reader's filters, `saved` (id, name, query), who may review, `colleagues` (id, name), and how many
    `questionnaires` there are.
    """
    return statements.around(seen.shape).first(begun(session), seen.values)


def key_of(session: Session, reader: Staff, id_: int) -> Key | None:
    """The key of the submission with that id, where `reader` may see it."""
    found = reach.visible(reader).where(Submission.id == id_)
    row = session.execute(found.with_only_columns(Submission.submitted_at, Submission.id)).first()
    return Key(*row) if row else None


def neighbours(
    session: Session, reader: Staff, chosen: Filter, submission: Submission, now: datetime
) -> tuple[int | None, int | None]:
    """The ids before and behind `submission` in the filter, whether it is in there itself or not."""
    seen, key = within(session, reader, chosen, now), Key(submission.submitted_at, submission.id)
    return _nearest(session, seen, "before", key), _nearest(session, seen, "after", key)


def next_waiting(
    session: Session, reader: Staff, chosen: Filter, after: Submission | None, now: datetime
) -> int | None:
    """The one to review next: the oldest behind `after` that nobody has open, else the oldest of all in the filter."""
    seen = within(session, reader, replace(chosen, state=SubmissionState.WAITING), now)
    behind = after and _nearest(session, seen, "after", Key(after.submitted_at, after.id), is_free=True)
    return behind or _nearest(session, seen, "", None, is_free=True)


def _nearest(session: Session, seen: Within, side: Side, key: Key | None, is_free: bool = False) -> int | None:
    found = statements.nearest(seen.shape, side, is_free).first(begun(session), _values(seen, key))
    return found.id if found else None


def _values(seen: Within, key: Key | None) -> Mapping[str, Any]:
    return {**seen.values, **key._asdict()} if key else seen.values


def _whose(
    session: Session | Connection, reader: Staff, owner: str
) -> tuple[tuple[int, ...] | None, Literal["", "own", "team"]]:
    """Whose submissions (None: everyone's, empty: nobody's), and of which customers only."""
    is_lead, sees_all = reader.may(Permission.TEAM), reader.may(Permission.ALL_CUSTOMERS)
    if owner == ME or owner == str(reader.id) or not (owner or is_lead or sees_all):
        return (reader.id,), ""
    if not owner and sees_all:
        return None, ""
    if sees_all:
        return () if owner == NOBODY else (int(owner),), ""
    team = _team(session, reader) if is_lead else ()
    if not owner:
        return (reader.id, *team), ""
    if owner == NOBODY:
        return (), "team" if is_lead else "own"
    return (int(owner),), "" if int(owner) in team else "team" if is_lead else "own"


def _team(session: Session | Connection, lead: Staff) -> tuple[int, ...]:
    """Whoever `lead` leads, whether they work here still or not."""
    return tuple(session.scalars(team_of(lead.id).where(Staff.id != lead.id)))
