"""What the list of customers asks of their links: whether one was sent, opens still, was answered, or ran out (M45)."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, select, text, true

from formsvc.customers.listing.filters import Asking, Keys, Part, one_of, read_day
from formsvc.customers.listing.parts import LATELY
from formsvc.customers.models import Customer
from formsvc.invitations.models import LIVE_SQL, Invitation, InvitationState
from formsvc.staff.models import Permission
from formsvc.submissions.models import Submission, SubmissionState

OPEN_SQL = text("invitations.state = 'open'")  # as the index says it: with a value it would not be used
ANSWERS = [state for state in SubmissionState if state is not SubmissionState.WITHDRAWN]  # what was not taken back


class Asked(StrEnum):
    """What is true of at least one link of a customer; the last three, between two days."""

    NEVER = "never"
    OPEN = "open"  # it can be answered now
    WAITING = "waiting"  # its answers wait for a review
    SENT = "sent"
    REPLIED = "replied"
    EXPIRED = "expired"  # its deadline passed without an answer


def is_sent(asking: Asking) -> ColumnElement[bool]:
    """Whether a link was sent within the days in question."""
    return and_(true(), *_within(Invitation.issued_at, asking))


def is_replied(asking: Asking) -> ColumnElement[bool]:
    """Whether a submission came within those days, and was not taken back."""
    return and_(Submission.state.in_(ANSWERS), *_within(Submission.submitted_at, asking))


def is_expired(asking: Asking) -> ColumnElement[bool]:
    """Whether the deadline of a link was within those days and has passed without an answer."""
    first, last = asking.day("asked_from"), asking.day("asked_to")
    until = min(last, asking.today - timedelta(days=1)) if last else asking.today - timedelta(days=1)
    since = Invitation.deadline_on >= first if first else true()
    return and_(OPEN_SQL, Invitation.revision == 0, Invitation.deadline_on <= until, since)


def parts() -> list[Part]:
    """What the list offers to who may read answers."""
    reads = Permission.READ_ANSWERS
    return [
        Part("asked", lambda: _("Link"), one_of(Asked), _options, _asks, keys=_keys, is_more=False, needs=reads),
        Part("asked_from", lambda: _("Link: from"), read_day, None, _nothing, needs=reads),
        Part("asked_to", lambda: _("Link: until"), read_day, None, _nothing, needs=reads),
    ]


def _options() -> dict[str, str]:
    return {
        "": _("any"), Asked.NEVER: _("never asked"), Asked.OPEN: _("open"), Asked.WAITING: _("answered, waits"),
        Asked.SENT: _("sent"), Asked.REPLIED: _("answered"), Asked.EXPIRED: _("no answer in time"),
    }  # fmt: skip


def _asks(value: str, asking: Asking) -> ColumnElement[bool]:
    links = select(Invitation.id).where(Invitation.customer_id == Customer.id)
    if value == Asked.NEVER:
        return ~links.exists()
    if value not in (Asked.WAITING, Asked.REPLIED):
        return _narrowed(links, value, asking).correlate(Customer).exists()
    # One in the other: joined, SQLite would look through all answers of those days for each customer
    answers = select(Submission.id).where(Submission.invitation_id == Invitation.id, _is_answer(value, asking))
    return links.where(answers.correlate(Invitation).exists()).correlate(Customer).exists()


def _keys(value: str, asking: Asking) -> Keys | None:
    """By an index, where the customers in question may be few among all."""
    links = select(Invitation.customer_id.label("id"))
    if value == Asked.OPEN:
        return Keys(_narrowed(links.where(LIVE_SQL).distinct(), value, asking), Invitation.customer_id)
    if value == Asked.WAITING or (value in (Asked.SENT, Asked.REPLIED, Asked.EXPIRED) and _is_lately(asking)):
        # All of them first: in the order of customers, an engine would look through their links
        found = _narrowed(links, value, asking).cte("asked").prefix_with("MATERIALIZED")
        return Keys(select(found.c.id).distinct(), found.c.id)
    return None


def _narrowed(links: Select[Any], value: str, asking: Asking) -> Select[Any]:
    if value == Asked.OPEN:
        asked = InvitationState.OPEN, InvitationState.RETURNED
        return links.where(Invitation.state.in_(asked), Invitation.closes_at > asking.now)
    if value == Asked.SENT:
        return links.where(is_sent(asking))
    if value == Asked.EXPIRED:
        return links.where(is_expired(asking))
    return links.join(Submission, Submission.invitation_id == Invitation.id).where(_is_answer(value, asking))


def _is_answer(value: str, asking: Asking) -> ColumnElement[bool]:
    return Submission.state == SubmissionState.WAITING if value == Asked.WAITING else is_replied(asking)


def _within(column: Any, asking: Asking) -> list[ColumnElement[bool]]:
    first, last = asking.begins(asking.day("asked_from")), asking.ends(asking.day("asked_to"))
    return [*([column >= first] if first else []), *([column < last] if last else [])]


def _is_lately(asking: Asking) -> bool:
    first = asking.day("asked_from")
    return first is not None and first >= asking.today - LATELY


def _nothing(_value: str, _asking: Asking) -> None:
    """The days belong to what is asked."""
