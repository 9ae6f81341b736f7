"""What happens to an invitation. Each verb changes rows, records one fact and queues its mail; none commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.customers.models import Customer
from formsvc.invitations import schedule
from formsvc.invitations.letters import about, post
from formsvc.invitations.models import LIVE, Invitation, InvitationState
from formsvc.invitations.moves import NotPossible, move
from formsvc.invitations.schedule import Step
from formsvc.questionnaires.verbs import DEFAULT_KEY, current, definition_of
from formsvc.staff.models import Staff


class AlreadyInvited(Exception):
    """The customer has a live invitation to this questionnaire; it is `invitation`, with a deadline on that day."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(invitation.id)
        self.invitation = invitation
        self.deadline_on = invitation.deadline_on  # what is caught outside of the transaction reads no row any more


class NothingAsked(Exception):
    """The questionnaire asks nothing of this kind of customer."""


class Archived(Exception):
    """The record is archived, or was merged into another one."""


def issue(
    session: Session, customer: Customer, actor: str, staff_id: int | None, now: datetime, days: int = schedule.DAYS,
    questionnaire: str = DEFAULT_KEY, with_form: bool = False,
) -> Invitation:  # fmt: skip
    """Invite `customer` to answer the `questionnaire` of that key, with a mail where an address is held.

    `with_form` that mail, and that of each new link, carries the questionnaire as an XLSX form (M28).

    Raises AlreadyInvited, NothingAsked, Archived, NoQuestionnaire, ValueError for `days`.
    """
    invitation = _make(session, customer, staff_id, now, days, questionnaire, with_form=with_form)
    audit.record(session, actor, "invitation.issued", invitation.subject, now, customer=customer.number)
    post(session, about(invitation), "invitation", f"link-{invitation.link_number}", now)
    return invitation


def for_recording(
    session: Session, customer: Customer, actor: str, staff_id: int, now: datetime, questionnaire: str, known: int
) -> Invitation:
    """The invitation for what a colleague records: the live one, else a new one, of which no mail goes out (M28).

    One that was decided since the one with the id `known` comes before a new one: the answers may be in it already.

    Raises Archived, NothingAsked, NoQuestionnaire.
    """
    session.refresh(customer, with_for_update={"key_share": True})
    if not customer.is_asked:
        raise Archived(customer.number)
    questionnaire_id = current(session, questionnaire).questionnaire_id
    live = live_invitation(session, customer, questionnaire_id)
    if live and is_taking(live, now):
        return live
    newest = newest_invitation(session, customer, questionnaire_id)
    if newest and newest.id > known and newest.state is InvitationState.CLOSED:
        return newest
    invitation = _make(session, customer, staff_id, now, schedule.DAYS, questionnaire, is_recorded=True)
    audit.record(session, actor, "invitation.made", invitation.subject, now, customer=customer.number)
    return invitation


def _make(
    session: Session, customer: Customer, staff_id: int | None, now: datetime, days: int, questionnaire: str,
    is_recorded: bool = False, with_form: bool = False,
) -> Invitation:  # fmt: skip
    """A new invitation. Raises AlreadyInvited, NothingAsked, Archived, NoQuestionnaire, ValueError for `days`."""
    session.refresh(customer, with_for_update={"key_share": True})  # two who invite at once take turns
    if not customer.is_asked:
        raise Archived(customer.number)
    version = current(session, questionnaire)
    if not definition_of(version).asked(customer.audience, customer.situation):
        raise NothingAsked(questionnaire)
    live = live_invitation(session, customer, version.questionnaire_id)
    if live and is_taking(live, now):
        raise AlreadyInvited(live)
    if live:
        move(session, live, InvitationState.REVOKED, next_step=None, due_at=None)
    invitation = Invitation(
        customer_id=customer.id, questionnaire_id=version.questionnaire_id, version_id=version.id,
        state=InvitationState.OPEN, issued_at=now, issued_by=staff_id, base_version=customer.version,
        contact=customer.primary_contact, is_recorded=is_recorded, with_form=with_form,
        **_times(now, days, definition_of(version).grace_days),
    )  # fmt: skip
    session.add(invitation)
    session.flush()
    return invitation


def reissue(session: Session, invitation: Invitation, actor: str, now: datetime) -> None:
    """A new link and a new deadline; the old link is dead from now on. Raises NotPossible.

    Another contact than the one who was asked gets an invitation of its own: drafts and answers are behind the link.
    """
    session.refresh(invitation.customer, with_for_update={"key_share": True})  # as in `issue`: one of both is live
    states = InvitationState.OPEN, InvitationState.RETURNED, InvitationState.REVOKED
    if invitation.state not in states or invitation.contact != invitation.customer.primary_contact:
        raise NotPossible(invitation.state)
    if not invitation.customer.is_asked:
        raise NotPossible("no customer any more")
    state = InvitationState.RETURNED if invitation.state is InvitationState.RETURNED else InvitationState.OPEN
    times = _times(now, schedule.DAYS, definition_of(invitation.version).grace_days)
    if state is InvitationState.RETURNED:
        times |= {"next_step": None, "due_at": None}
    live = live_invitation(session, invitation.customer, invitation.questionnaire_id)
    if live and live.id != invitation.id:
        raise NotPossible("another invitation is live")
    times |= {
        "link_number": invitation.link_number + 1,
        "base_version": invitation.customer.version,
        "is_recorded": False,
    }
    move(session, invitation, state, issued_at=now, **times)
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
    move(session, invitation, state, link_number=number, next_step=None, due_at=None)
    audit.record(session, actor, "invitation.revoked", invitation.subject, now)


def revoke_open(session: Session, customer: Customer, who: Staff, now: datetime) -> None:
    """Have the links die that nobody answered: `customer` is asked no more."""
    for invitation in live_ones(session, customer):
        if invitation.state is InvitationState.OPEN:
            revoke(session, invitation, who.actor, now)


def take_step(session: Session, invitation: Invitation, now: datetime) -> Step | None:
    """Claim the latest step that is due at `now`, and set when the next one is; None where another was quicker."""
    zone = _zone()
    step = schedule.latest_step(invitation.deadline_on, now, zone)
    if step is None or invitation.due_at is None or invitation.due_at > now:
        return None
    following = schedule.next_step(invitation.deadline_on, now, zone)
    try:
        move(session, invitation, InvitationState.OPEN, **_due(invitation.deadline_on, following))
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


def newest_invitation(session: Session, customer: Customer, questionnaire_id: int) -> Invitation | None:
    """The last invitation of this customer to this questionnaire that was made."""
    own = Invitation.customer_id == customer.id, Invitation.questionnaire_id == questionnaire_id
    return session.scalar(select(Invitation).where(*own).order_by(Invitation.id.desc()).limit(1))


def is_taking(live: Invitation, now: datetime) -> bool:
    """Whether a live invitation is in the way of another one: its link still opens, or answers wait."""
    return live.closes_at > now or live.state is InvitationState.ANSWERED


def live_ones(session: Session, customer: Customer) -> Sequence[Invitation]:
    """What `customer` is asked, kept as it is until the transaction ends."""
    live = Invitation.customer_id == customer.id, Invitation.state.in_(LIVE)
    found = select(Invitation).where(*live).order_by(Invitation.id).with_for_update(key_share=True)
    return session.scalars(found.execution_options(populate_existing=True)).all()


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
