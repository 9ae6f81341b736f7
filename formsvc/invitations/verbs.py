"""What happens to an invitation. Each verb changes rows, records one fact and queues its mail; none commits."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from formsvc import audit
from formsvc.customers.models import Customer
from formsvc.invitations import schedule
from formsvc.invitations.letters import about, post
from formsvc.invitations.models import LIVE, MOVES, Invitation, InvitationState
from formsvc.invitations.schedule import Step
from formsvc.questionnaires.verbs import DEFAULT_KEY, current, definition_of
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


class AlreadyInvited(Exception):
    """The customer has a live invitation to this questionnaire; it is `invitation`, with a deadline on that day."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(invitation.id)
        self.invitation = invitation
        self.deadline_on = invitation.deadline_on  # what is caught outside of the transaction reads no row any more


class NothingAsked(Exception):
    """The questionnaire asks nothing of this kind of customer."""


class NotPossible(Exception):
    """The invitation is in another state by now."""


def issue(
    session: Session, customer: Customer, actor: str, staff_id: int | None, now: datetime, days: int = schedule.DAYS,
    questionnaire: str = DEFAULT_KEY,
) -> Invitation:  # fmt: skip
    """Invite `customer` to answer the `questionnaire` of that key, with a mail where an address is held.

    Raises AlreadyInvited, NothingAsked, NoQuestionnaire, ValueError for `days`.
    """
    session.refresh(customer, with_for_update={"key_share": True})  # two who invite at once take turns
    version = current(session, questionnaire)
    if not definition_of(version).asked(customer.audience, customer.situation):
        raise NothingAsked(questionnaire)
    live = live_invitation(session, customer, version.questionnaire_id)
    if live and (live.closes_at > now or live.state is InvitationState.ANSWERED):
        raise AlreadyInvited(live)
    if live:
        _move(session, live, InvitationState.REVOKED, next_step=None, due_at=None)
    invitation = Invitation(
        customer_id=customer.id, questionnaire_id=version.questionnaire_id, version_id=version.id,
        state=InvitationState.OPEN, issued_at=now, issued_by=staff_id, base_version=customer.version,
        contact=customer.primary_contact,
        **_times(now, days, definition_of(version).grace_days),
    )  # fmt: skip
    session.add(invitation)
    session.flush()
    audit.record(session, actor, "invitation.issued", invitation.subject, now, customer=customer.number)
    post(session, about(invitation), "invitation", f"link-{invitation.link_number}", now)
    return invitation


def reissue(session: Session, invitation: Invitation, actor: str, now: datetime) -> None:
    """A new link and a new deadline; the old link is dead from now on. Raises NotPossible.

    Another contact than the one who was asked gets an invitation of its own: drafts and answers are behind the link.
    """
    session.refresh(invitation.customer, with_for_update={"key_share": True})  # as in `issue`: one of both is live
    states = InvitationState.OPEN, InvitationState.RETURNED, InvitationState.REVOKED
    if invitation.state not in states or invitation.contact != invitation.customer.primary_contact:
        raise NotPossible(invitation.state)
    state = InvitationState.RETURNED if invitation.state is InvitationState.RETURNED else InvitationState.OPEN
    times = _times(now, schedule.DAYS, definition_of(invitation.version).grace_days)
    if state is InvitationState.RETURNED:
        times |= {"next_step": None, "due_at": None}
    live = live_invitation(session, invitation.customer, invitation.questionnaire_id)
    if live and live.id != invitation.id:
        raise NotPossible("another invitation is live")
    times |= {"link_number": invitation.link_number + 1, "base_version": invitation.customer.version}
    _move(session, invitation, state, issued_at=now, **times)
    audit.record(session, actor, "invitation.reissued", invitation.subject, now, link=invitation.link_number)
    post(session, about(invitation), "invitation", f"link-{invitation.link_number}", now)


def revoke(session: Session, invitation: Invitation, actor: str, now: datetime) -> None:
    """The link is dead from now on. Answers that wait are reviewed all the same; a return brings a new link.

    Raises NotPossible.
    """
    if invitation.state not in LIVE:
        raise NotPossible(invitation.state)
    answered = invitation.state is InvitationState.ANSWERED
    state = InvitationState.ANSWERED if answered else InvitationState.REVOKED
    number = invitation.link_number + 1 if answered else invitation.link_number
    _move(session, invitation, state, link_number=number, next_step=None, due_at=None)
    audit.record(session, actor, "invitation.revoked", invitation.subject, now)


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
    return (
        session.connection().execute(update(_table).where(*answered).values(state=InvitationState.OPEN)).rowcount == 1
    )


def mark_returned(session: Session, invitation: Invitation, now: datetime) -> None:
    """The customer is asked again by the same link, which stays open for RETURN_DAYS at least. Raises NotPossible.

    Also where another contact took the place of who was asked: what that one typed is not for the other's eyes (M25).
    """
    if invitation.contact != invitation.customer.primary_contact:
        raise NotPossible("another contact")
    zone = _zone()
    earliest = schedule.deadline(now, RETURN_DAYS, zone)
    deadline_on = max(invitation.deadline_on, earliest)
    closes_at = schedule.closes_at(deadline_on, definition_of(invitation.version).grace_days, zone)
    _move(session, invitation, InvitationState.RETURNED, deadline_on=deadline_on, closes_at=closes_at,
          next_step=None, due_at=None)  # fmt: skip


def mark_closed(session: Session, invitation: Invitation) -> None:
    """A decision was made. Raises NotPossible."""
    if _CLOSE.run(session.connection(), {"invitation": invitation.id}) != 1:
        raise NotPossible(invitation.state)
    for column, value in (("state", InvitationState.CLOSED), ("next_step", None), ("due_at", None)):
        set_committed_value(invitation, column, value)


def mark_reopened(session: Session, invitation: Invitation) -> None:
    """The decision was taken back: answers wait again. Raises NotPossible."""
    _move(session, invitation, InvitationState.ANSWERED)


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


def take_step(session: Session, invitation: Invitation, now: datetime) -> Step | None:
    """Claim the latest step that is due at `now`, and set when the next one is; None where another was quicker."""
    zone = _zone()
    step = schedule.latest_step(invitation.deadline_on, now, zone)
    if step is None or invitation.due_at is None or invitation.due_at > now:
        return None
    following = schedule.next_step(invitation.deadline_on, now, zone)
    try:
        _move(session, invitation, InvitationState.OPEN, **_due(invitation.deadline_on, following))
    except NotPossible:
        return None
    return step


def live_invitation(session: Session, customer: Customer, questionnaire_id: int) -> Invitation | None:
    """The one invitation of this customer to this questionnaire that is not over."""
    invitations = select(Invitation).where(
        Invitation.customer_id == customer.id,
        Invitation.questionnaire_id == questionnaire_id,
        Invitation.state.in_(LIVE),
    )
    return session.scalar(invitations)


def _move(session: Session, invitation: Invitation, state: InvitationState, **values: Any) -> None:
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


def _times(now: datetime, days: int, grace_days: int) -> dict[str, Any]:
    zone = _zone()
    deadline_on = schedule.deadline(now, days, zone)
    step = schedule.next_step(deadline_on, now + timedelta(seconds=1), zone)
    return {"deadline_on": deadline_on, "closes_at": schedule.closes_at(deadline_on, grace_days, zone)} | _due(
        deadline_on, step
    )


def _due(deadline_on: Any, step: Step | None) -> dict[str, Any]:
    return {"next_step": step, "due_at": step and schedule.due_at(step, deadline_on, _zone())}


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.extensions["config"].time_zone
    return zone
