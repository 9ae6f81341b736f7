"""What happens to an invitation (M10)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formsvc.invitations import links, moves, verbs
from formsvc.invitations.models import MOVES, Invitation, InvitationState
from formsvc.invitations.moves import NotPossible
from formsvc.invitations.schedule import Step
from formsvc.invitations.verbs import AlreadyInvited
from formsvc.mail.models import OutboxMessage
from formsvc.questionnaires.verbs import current
from tests.factories import customer, invitation, staff_account
from tests.installation import NOW

LATER = NOW + timedelta(days=1)
OPEN, ANSWERED, RETURNED, CLOSED, REVOKED = InvitationState
# From each state (row) to each state (column). o: happens, by the verb in the comment; -: never.
TABLE = {
    #          open answered returned closed revoked
    OPEN:     "o    o        -        -      o",  # reissue, remind; submit; revoke, issue after the end
    ANSWERED: "o    o        o        o      -",  # withdraw; submit again, revoke the link; return; approve or reject
    RETURNED: "-    o        o        -      o",  # submit; reissue; revoke, issue after the end
    CLOSED:   "-    o        -        -      -",  # take back a rejection
    REVOKED:  "o    -        -        -      -",  # reissue
}  # fmt: skip


def mails(session: Session) -> list[tuple[str, str, str]]:
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.kind, row.step, row.recipient) for row in rows]


def in_state(session: Session, state: InvitationState) -> Invitation:
    made = invitation(session)
    if state is not OPEN:
        path = {CLOSED: (ANSWERED, CLOSED), RETURNED: (ANSWERED, RETURNED)}.get(state, (state,))
        for step in path:
            moves.move(session, made, step, next_step=None, due_at=None)
    return made


@pytest.mark.parametrize("before", InvitationState)
def test_the_table_of_moves(session: Session, before: InvitationState) -> None:
    happen = {state for state, mark in zip(InvitationState, TABLE[before].split(), strict=True) if mark == "o"}
    assert MOVES[before] == happen
    for after in set(InvitationState) - happen:
        made = in_state(session, before)
        with pytest.raises(NotPossible):
            moves.move(session, made, after, next_step=None, due_at=None)
        assert made.state is before


def test_an_issued_invitation_is_open_and_its_mail_is_queued(session: Session) -> None:
    invited = customer(session, staff_account(session, "李强"))
    made = verbs.issue(session, invited, "staff:1", invited.owner_id, NOW)
    assert (made.state, made.link_number, made.next_step) == (OPEN, 1, Step.BEFORE)
    assert made.deadline_on.isoformat() == "2026-11-30"
    assert mails(session) == [("invitation", "link-1", invited.email)]
    context = session.scalars(select(OutboxMessage)).one().content["context"]
    assert (context["url"], context["manager"]["name"]) == (links.url(made.id, 1), "李强")


def test_without_an_address_there_is_no_mail(session: Session) -> None:
    invitation(session, customer(session, values={"contacts.email": None}))
    assert mails(session) == []


def test_nobody_is_invited_twice_at_a_time(session: Session) -> None:
    made = invitation(session)
    with pytest.raises(AlreadyInvited) as refusal:
        verbs.issue(session, made.customer, "system", None, LATER)
    assert refusal.value.invitation is made


def test_whose_answers_wait_is_not_invited_anew(session: Session) -> None:
    made = in_state(session, ANSWERED)
    with pytest.raises(AlreadyInvited):
        verbs.issue(session, made.customer, "system", None, made.closes_at)


@pytest.mark.parametrize("state", [OPEN, RETURNED])
def test_who_let_the_link_end_is_invited_anew(session: Session, state: InvitationState) -> None:
    old = in_state(session, state)
    new = verbs.issue(session, old.customer, "system", None, old.closes_at)
    assert (old.state, new.state) == (REVOKED, OPEN)


@pytest.mark.parametrize("state", [CLOSED, REVOKED])
def test_who_is_done_is_invited_anew(session: Session, state: InvitationState) -> None:
    assert verbs.issue(session, in_state(session, state).customer, "system", None, LATER).state is OPEN


def test_token_outlives_a_reissued_link_has_another_number_and_deadline(session: Session) -> None:
    made = invitation(session)
    verbs.reissue(session, made, "system", LATER)
    assert (made.link_number, made.deadline_on.isoformat(), made.issued_at) == (2, "2026-12-01", LATER)
    assert [step for _, step, _ in mails(session)] == ["link-1", "link-2"]


@pytest.mark.parametrize(("before", "after"), [(OPEN, OPEN), (RETURNED, RETURNED), (REVOKED, OPEN)])
def test_what_can_be_issued_again(session: Session, before: InvitationState, after: InvitationState) -> None:
    made = in_state(session, before)
    verbs.reissue(session, made, "system", LATER)
    assert (made.state, made.due_at is None) == (after, after is RETURNED)


@pytest.mark.parametrize(
    ("verb", "states"), [(verbs.reissue, (ANSWERED, CLOSED)), (verbs.revoke, (CLOSED, REVOKED))]
)  # fmt: skip
def test_what_cannot(session: Session, verb: Callable[..., Any], states: tuple[InvitationState, ...]) -> None:
    for state in states:
        made = in_state(session, state)
        with pytest.raises(NotPossible):
            verb(session, made, "system", LATER)


def test_a_revoked_invitation_is_not_due_and_not_reissued_beside_a_live_one(session: Session) -> None:
    made = invitation(session)
    verbs.revoke(session, made, "system", LATER)
    assert (made.state, made.due_at, made.next_step) == (REVOKED, None, None)
    verbs.issue(session, made.customer, "system", None, LATER)
    with pytest.raises(NotPossible):
        verbs.reissue(session, made, "system", LATER)


def test_an_invitation_is_to_the_current_version(session: Session) -> None:
    assert invitation(session).version is current(session)
