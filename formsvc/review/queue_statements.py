"""The statements of the queue, each made once for a shape of filter. Whose values they take: `Within.values`.

Keys come from an index, in its order: (state, submitted_at, id) for all there are, else
(assigned_to, state, submitted_at, id), once for each reviewer.
"""

from functools import cache
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import aliased

from formsvc.customers.listing.saved import SavedFilter
from formsvc.customers.models import Customer
from formsvc.customers.reach import is_of
from formsvc.db import UtcDateTime
from formsvc.invitations.models import Invitation
from formsvc.lists import json_rows
from formsvc.questionnaires.models import Questionnaire
from formsvc.review.filters import PAGE, Age
from formsvc.review.models import SubmissionFlag
from formsvc.staff.models import Permission, Staff
from formsvc.staff.verbs import may
from formsvc.statements import Statement
from formsvc.submissions.models import Submission
from formsvc.web.show import MOST_COUNTED

Side: TypeAlias = Literal["", "after", "before"]
Found: TypeAlias = Select[*tuple[Any, ...]]


class Shape(NamedTuple):
    """What makes two filters two statements: whose submissions, of which customers, and which conditions.

    `reviewers` is how many are to review them, 0 for what nobody is to review, None for all there are.
    """

    reviewers: int | None
    customers: Literal["", "own", "team"]
    age: Age | None
    has_flag: bool
    has_questionnaire: bool


@cache
def rows(shape: Shape, side: Side, limit: int) -> Statement:
    """What a page shows of each submission, the oldest first."""
    keys, assignee, claimant = _keys(shape, side, limit), aliased(Staff), aliased(Staff)
    is_claimed = and_(claimant.id == Submission.claimed_by, Submission.claimed_at > _instant("stale"))
    flags = select(json_rows(SubmissionFlag.check)).where(SubmissionFlag.submission_id == keys.c.id)
    is_checked = Submission.checked_version == Customer.version
    found: Found = (
        select(
            *(Submission.id, Submission.submitted_at, Submission.revision, Submission.is_proved, Submission.channel),
            *(Customer.name, Customer.number, Customer.contact, Invitation.questionnaire_id),
            *(assignee.name.label("assignee"), claimant.id.label("claimant_id"), claimant.name.label("claimant")),
            case((is_checked, flags.correlate(keys).scalar_subquery())).label("flags"),
        )
        .select_from(keys)
        .join(Submission, Submission.id == keys.c.id)
        .join(Invitation, Invitation.id == Submission.invitation_id)
        .join(Customer, Customer.id == Invitation.customer_id)
        .outerjoin(assignee, assignee.id == Submission.assigned_to)
        .outerjoin(claimant, is_claimed)
    )
    return Statement(found.order_by(keys.c.submitted_at, keys.c.id))


@cache
def nearest(shape: Shape, side: Side, is_free: bool) -> Statement:
    """The id of the first submission on that side of a key, or of the first of all; with `is_free` nobody has it."""
    keys = _keys(shape, side, 1, is_free)
    return Statement(select(keys.c.id))


@cache
def around(shape: Shape) -> Statement:
    """How many there are, and what stands around them on the page."""
    keys = _keys(shape, "", MOST_COUNTED + 1)
    late = func.coalesce(func.sum(case((keys.c.submitted_at <= _instant("late"), 1), else_=0)), 0)
    saved = select(json_rows(SavedFilter.id, SavedFilter.name, SavedFilter.query))
    own = SavedFilter.staff_id == bindparam("reader"), SavedFilter.page == PAGE
    colleagues = select(json_rows(Staff.id, Staff.name))
    return Statement(
        select(
            func.count().label("total"), late.label("late"),
            saved.where(*own).scalar_subquery().label("saved"),
            colleagues.where(may(Permission.REVIEW)).scalar_subquery().label("colleagues"),
            select(func.count(Questionnaire.id)).scalar_subquery().label("questionnaires"),
        ).select_from(keys)
    )  # fmt: skip


def _keys(shape: Shape, side: Side, limit: int, is_free: bool = False) -> Subquery:
    """Keys of the submissions, on one side of a key the nearest ones, at most `limit`."""
    whose = _whose(shape.reviewers)
    branches = [_branch(shape, reviewer, side, limit, is_free) for reviewer in whose]
    if len(branches) == 1:
        return branches[0].subquery()
    each = [select(keys.c.id, keys.c.submitted_at) for keys in (branch.subquery() for branch in branches)]
    found = union_all(*each).subquery()
    return _nearest(select(found.c.id, found.c.submitted_at), found.c.submitted_at, found.c.id, side, limit).subquery()


def _branch(shape: Shape, reviewer: ColumnElement[bool] | None, side: Side, limit: int, is_free: bool) -> Found:
    at, id_ = Submission.submitted_at, Submission.id
    found: Found = select(id_, at).where(Submission.state == bindparam("state"))
    if reviewer is not None:
        found = found.where(reviewer)
    if shape.customers or shape.has_questionnaire:
        found = found.join(Invitation, Invitation.id == Submission.invitation_id)
    if shape.customers:
        found = found.join(Customer, Customer.id == Invitation.customer_id).where(
            Customer.merged_into_id.is_(None), is_of(bindparam("reader"), shape.customers == "team")
        )
    if shape.has_questionnaire:
        known = select(Questionnaire.id).where(Questionnaire.key == bindparam("questionnaire"))
        found = found.where(Invitation.questionnaire_id == known.scalar_subquery())
    if shape.has_flag:
        flag = SubmissionFlag.submission_id == id_, SubmissionFlag.check == bindparam("flag")
        found = found.where(select(SubmissionFlag.check).where(*flag).exists())
    if is_free:
        found = found.where(or_(Submission.claimed_by.is_(None), Submission.claimed_at <= _instant("stale")))
    found = found.where(*_is_as_old(shape.age), *_is_beside(side))
    return _nearest(found, at, id_, side, limit)


def _nearest(found: Found, at: Any, id_: Any, side: Side, limit: int) -> Found:
    order = (at.desc(), id_.desc()) if side == "before" else (at, id_)
    return found.order_by(*order).limit(literal_column(str(limit)))  # as a value it would be unknown to the planner


def _whose(reviewers: int | None) -> list[ColumnElement[bool] | None]:
    if reviewers is None:
        return [None]
    if reviewers == 0:
        return [Submission.assigned_to.is_(None)]
    return [Submission.assigned_to == bindparam(f"reviewer_{n}") for n in range(reviewers)]


def _is_as_old(age: Age | None) -> list[ColumnElement[bool]]:
    at, late, soon = Submission.submitted_at, _instant("late"), _instant("soon")
    return {None: [], Age.LATE: [at <= late], Age.SOON: [at > late, at <= soon], Age.FRESH: [at > soon]}[age]


def _is_beside(side: Side) -> list[ColumnElement[bool]]:
    own = tuple_(Submission.submitted_at, Submission.id)
    key = tuple_(_instant("at"), bindparam("id", type_=Submission.id.type))
    return {"": [], "after": [own > key], "before": [own < key]}[side]


def _instant(name: str) -> Any:
    return bindparam(name, type_=UtcDateTime())
