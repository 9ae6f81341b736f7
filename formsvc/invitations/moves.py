"""What answers and decisions do to an invitation: a part of their verbs, which record the fact."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from formsvc.customers.models import Customer
from formsvc.db import rows_changed
from formsvc.invitations import schedule
from formsvc.invitations.models import LIVE, MOVES, Invitation, InvitationState
from formsvc.questionnaires.verbs import definition_of
from formsvc.statements import Statement, together

_table = Invitation.metadata.tables[Invitation.__tablename__]
_TAKE_ANSWER = Statement(
    update(_table)
    .where(
        _table.c.id == bindparam("invitation"), _table.c.link_number == bindparam("link"),
        _table.c.revision == bindparam("seen"), _table.c.closes_at > bindparam("now"),
        _table.c.state == bindparam("before"),
    )
    .values(state=InvitationState.ANSWERED, revision=_table.c.revision + 1, next_step=None, due_at=None)
)  # fmt: skip
_CLOSE = Statement(
    update(_table)
    .where(_table.c.id == bindparam("invitation"), _table.c.state == InvitationState.ANSWERED)
    .values(state=InvitationState.CLOSED, next_step=None, due_at=None)
)
_LOCK = Statement(
    select(_table.c.state, _table.c.link_number, _table.c.next_step)
    .where(_table.c.id == bindparam("invitation"))
    .with_for_update(key_share=True)  # rows that refer to it can still be made
)
RETURN_DAYS = 3  # working days that a customer has at least to mend what was returned


class NotPossible(Exception):
    """The invitation is in another state by now."""


def take_answer(
    connection: Connection, invitation_id: int, link_number: int, before: InvitationState, seen: int, now: datetime
) -> bool:
    """A submission after revision `seen` waits: the clock has nothing more to do. False where the link takes none.

    One conditional UPDATE: who sends at once with another, or after the state `before` was over, finds the row changed.
    """
    if before not in LIVE:
        return False
    given = {"invitation": invitation_id, "link": link_number, "before": before, "seen": seen, "now": now}
    with together(connection):  # the server is told to begin with it
        cursor = _TAKE_ANSWER.bound(connection.dialect, given).sent(connection)
    return bool(cursor.rowcount == 1)


def take_back_answer(session: Session, invitation_id: int) -> bool:
    """The customer took back what waited: the link is open again, and nobody is reminded."""
    answered = _table.c.id == invitation_id, _table.c.state == InvitationState.ANSWERED
    return rows_changed(session, update(_table).where(*answered).values(state=InvitationState.OPEN)) == 1


def mark_returned(session: Session, invitation: Invitation, now: datetime) -> None:
    """The customer is asked again by the same link, which stays open for RETURN_DAYS at least. Raises NotPossible.

    Also where another contact took the place of who was asked: what that one typed is not for the other's eyes (M25).
    """
    if invitation.contact != invitation.customer.primary_contact:
        raise NotPossible("another contact")
    zone: ZoneInfo = current_app.extensions["config"].time_zone
    earliest = schedule.deadline(now, RETURN_DAYS, zone)
    deadline_on = max(invitation.deadline_on, earliest)
    closes_at = schedule.closes_at(deadline_on, definition_of(invitation.version).grace_days, zone)
    move(session, invitation, InvitationState.RETURNED, deadline_on=deadline_on, closes_at=closes_at,
         next_step=None, due_at=None)  # fmt: skip


def mark_closed(session: Session, invitation: Invitation) -> None:
    """A decision was made. Raises NotPossible."""
    if _CLOSE.run(session.connection(), {"invitation": invitation.id}) != 1:
        raise NotPossible(invitation.state)
    for column, value in (("state", InvitationState.CLOSED), ("next_step", None), ("due_at", None)):
        set_committed_value(invitation, column, value)


def mark_reopened(session: Session, invitation: Invitation) -> None:
    """The decision was taken back: answers wait again. Raises NotPossible."""
    move(session, invitation, InvitationState.ANSWERED)


def lock(session: Session, invitation: Invitation) -> None:
    """Keep the invitation as it is until the transaction ends, and know how that is."""
    row = _LOCK.first(session.connection(), {"invitation": invitation.id})
    for column in ("state", "link_number", "next_step"):
        set_committed_value(invitation, column, getattr(row, column))


def end_links(session: Session, customer: Customer, contact: int) -> None:
    """No link that was sent to the contact with that number opens any more: somebody else took the place (M25)."""
    theirs = Invitation.customer_id == customer.id, Invitation.contact == contact
    asked = Invitation.state.in_((InvitationState.OPEN, InvitationState.RETURNED))
    ended: dict[str, Any] = {"state": InvitationState.REVOKED, "next_step": None, "due_at": None}
    session.execute(update(Invitation).where(*theirs, asked).values(**ended))
    session.execute(update(Invitation).where(*theirs).values(link_number=Invitation.link_number + 1))


def move(session: Session, invitation: Invitation, state: InvitationState, **values: Any) -> None:
    """One conditional UPDATE: only where the invitation still is as it was read. Raises NotPossible."""
    if state not in MOVES[invitation.state]:
        raise NotPossible(invitation.state)
    moved = session.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.state == invitation.state,
            Invitation.link_number == invitation.link_number,
            Invitation.next_step == invitation.next_step if invitation.next_step else Invitation.next_step.is_(None),
        )
        .values(state=state, **values)
        .execution_options(synchronize_session="evaluate")
    )
    if getattr(moved, "rowcount", 0) != 1:
        raise NotPossible(invitation.state)
