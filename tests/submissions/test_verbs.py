"""Submit: once, whole, with its consents (M6, M14)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config import Config
from formsvc.audit import AuditFact
from formsvc.customers.models import CustomerValue
from formsvc.db import db, transaction
from formsvc.fields import Value
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.questionnaires.verbs import definition_of
from formsvc.review import verbs as review
from formsvc.submissions.models import CompletionTime, Consent, ConsentKind, Submission, SubmissionState
from formsvc.submissions.verbs import AlreadyDecided, LinkIsDead, SentMeanwhile, submit, withdraw
from tests.factories import ENTERPRISE, answers, invitation, opened, sent, staff_account, submission, writing
from tests.installation import NOW, running
from tests.processes import COUNT, Processes

LATER = NOW + timedelta(hours=1)
OTHER: Mapping[str, Value] = {**ENTERPRISE, "contacts.name": "王芳"}
SECRETS: Mapping[str, Value] = {"basic.id_number": "11010519491231002X"}
NEWER: Mapping[str, Value] = {"basic.id_number": "440524188001010014"}


def test_a_submission_waits_and_its_invitation_is_answered(session: Session) -> None:
    made = submission(session)
    assert (made.state, made.revision, made.answers, made.secrets) == (SubmissionState.WAITING, 1, ENTERPRISE, None)
    assert (made.invitation.state, made.invitation.due_at) == (InvitationState.ANSWERED, None)


def test_the_time_of_a_form_that_showed_what_was_confirmed_before_is_one_of_a_repeat(session: Session) -> None:
    for verified_at, reader in ((None, ""), (NOW, ""), (NOW, "who brought no code")):
        invited = invitation(session)
        session.execute(update(CustomerValue).values(verified_at=verified_at))
        submission(session, invited, times={"": 100}, reader=reader)
    assert session.scalars(select(CompletionTime.is_repeat).order_by(CompletionTime.id)).all() == [False, True, False]


def test_retry_duplicates_the_same_answers_again_are_the_same_submission(session: Session) -> None:
    made = submission(session, secrets=SECRETS)
    assert sent(session, made.invitation, answers(secrets=SECRETS), LATER) is made
    assert session.scalars(select(Submission)).all() == [made]


@pytest.mark.parametrize(("values", "secrets"), [(OTHER, {}), (ENTERPRISE, SECRETS)], ids=["value", "secret"])
def test_lost_update_other_answers_from_a_second_tab_are_told(
    session: Session, values: Mapping[str, Value], secrets: Mapping[str, Value]
) -> None:
    made = submission(session)
    with pytest.raises(SentMeanwhile):
        sent(session, made.invitation, answers(values, secrets), LATER)
    assert session.scalars(select(Submission)).all() == [made]


def test_who_sends_again_while_it_waits_makes_a_new_revision(session: Session) -> None:
    first = submission(session)
    second = sent(session, first.invitation, answers(OTHER, seen=1), LATER)
    session.refresh(first)
    assert (first.state, first.answers) == (SubmissionState.SUPERSEDED, ENTERPRISE)
    assert (second.state, second.revision, second.answers) == (SubmissionState.WAITING, 2, OTHER)


def test_who_mends_what_was_returned_makes_a_new_revision(session: Session) -> None:
    first = submission(session)
    review.return_(session, first, staff_account(session), "请补充", LATER)
    second = sent(session, first.invitation, answers(OTHER, seen=1), LATER)
    session.refresh(first)
    assert (first.state, second.revision) == (SubmissionState.RETURNED, 2)
    assert second.invitation.state is InvitationState.ANSWERED


def test_one_time_bypass_the_database_holds_one_that_waits_and_each_revision_once(session: Session) -> None:
    made = submission(session)
    for state, revision in ((SubmissionState.WAITING, 2), (SubmissionState.SUPERSEDED, 1)):
        copy = Submission(invitation_id=made.invitation_id, revision=revision, state=state, answers={},
                          language="en", submitted_at=NOW)  # fmt: skip
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(copy)


@pytest.mark.parametrize("count", [2, COUNT])
def test_retry_duplicates_many_at_once_make_one_submission(config: Config, processes: Processes, count: int) -> None:
    with running(config) as app:
        with writing(app) as session:
            invited = invitation(session)
        assert processes.at_once(count, config, _submitted, invited.id, False) == [1] * count
        with app.app_context():
            assert len(db.session.scalars(select(Submission)).all()) == 1
            assert len(db.session.scalars(select(Consent)).all()) == 1


def test_lost_update_different_answers_at_once_are_one_submission_and_one_refusal(
    config: Config, processes: Processes
) -> None:
    with running(config) as app, writing(app) as session:
        invited = invitation(session)
    assert sorted(processes.at_once(2, config, _submitted, invited.id, True)) == [0, 1]


def _submitted(invitation_id: int, different: bool) -> int:
    """The revision that these answers became; 0 where others were sent meanwhile."""
    try:
        with transaction() as session:
            invited = session.get_one(Invitation, invitation_id)
            name = f"王{id(session)}" if different else "王芳"
            return sent(session, invited, answers({**ENTERPRISE, "contacts.name": name})).revision
    except SentMeanwhile:
        return 0


def consents(made: Submission) -> dict[str, tuple[str, str, object]]:
    return {str(consent.kind): (consent.text_version, consent.language, consent.given_at) for consent in made.consents}


def test_consents_are_kept_with_text_language_and_time(session: Session) -> None:
    made = submission(session, secrets=SECRETS, language="en")
    given = (definition_of(made.invitation.version).privacy.version, "en", NOW)
    assert consents(made) == {"privacy": given, "sensitive": given}
    assert (made.secrets, made.all_answers) == (SECRETS, {**ENTERPRISE, **SECRETS})


def test_page_only_checks_a_sensitive_value_without_its_consent_is_not_kept(session: Session) -> None:
    made = submission(session, secrets=SECRETS, consent_sensitive=False)
    assert (made.secrets, [consent.kind for consent in made.consents]) == (None, [ConsentKind.PRIVACY])


@pytest.mark.parametrize(("typed", "kept"), [({}, SECRETS), (NEWER, NEWER)], ids=["left", "typed"])
def test_a_sensitive_value_that_is_left_is_carried_on_while_its_consent_stands(
    session: Session, typed: Mapping[str, Value], kept: Mapping[str, Value]
) -> None:
    first = submission(session, secrets=SECRETS)
    second = sent(session, first.invitation, answers(OTHER, typed, seen=1, consent_sensitive=True), LATER)
    assert second.secrets == kept
    assert {kind: given[2] for kind, given in consents(second).items()} == {"privacy": LATER, "sensitive": LATER}


def test_a_consent_that_is_taken_back_takes_its_values_along(session: Session) -> None:
    first = submission(session, secrets=SECRETS)
    second = sent(session, first.invitation, answers(OTHER, seen=1), LATER)
    assert (second.secrets, list(consents(second))) == (None, ["privacy"])


def test_guessing_oracle_who_has_proved_nothing_carries_nothing_on_and_is_told_nothing(session: Session) -> None:
    first = submission(session, secrets=SECRETS)
    stranger: dict[str, Any] = {"reader": "stranger", "consent_sensitive": True}
    with pytest.raises(SentMeanwhile):
        sent(session, first.invitation, answers(secrets=SECRETS, **stranger), LATER)
    second = sent(session, first.invitation, answers(OTHER, seen=1, **stranger), LATER)
    assert (second.secrets, second.is_proved, first.is_proved) == (None, False, True)


def test_lost_update_what_was_returned_meanwhile_is_not_overwritten_unseen(session: Session) -> None:
    first = submission(session)
    before = opened(session, first.invitation)
    review.return_(session, first, staff_account(session), "请补充", LATER)
    with pytest.raises(SentMeanwhile):
        submit(session, before, answers(OTHER, seen=1), LATER)


@pytest.mark.parametrize("how", ["revoked", "issued again", "past its end"])
def test_token_outlives_a_link_that_died_meanwhile_takes_nothing(session: Session, how: str) -> None:
    made = invitation(session)
    before = opened(session, made)
    if how == "revoked":
        invitations.revoke(session, made, "system", NOW)
    elif how == "issued again":
        invitations.reissue(session, made, "system", NOW)
    now = made.closes_at if how == "past its end" else LATER
    for act in (lambda: submit(session, before, answers(), now), lambda: withdraw(session, before, now)):
        with pytest.raises(LinkIsDead):
            act()
    assert session.scalars(select(Submission)).all() == []


def test_what_was_decided_takes_no_more(session: Session) -> None:
    made = submission(session)
    before = opened(session, made.invitation)
    review.reject(session, made, staff_account(session), "重复", NOW)
    for act in (
        lambda: submit(session, before, answers(OTHER, seen=1), LATER),
        lambda: withdraw(session, before, LATER),
    ):
        with pytest.raises(AlreadyDecided):
            act()


def test_what_waits_can_be_taken_back_and_sent_again(session: Session) -> None:
    first = submission(session, secrets=SECRETS)
    withdraw(session, opened(session, first.invitation), LATER)
    session.refresh(first)
    session.refresh(first.invitation)
    assert (first.state, first.invitation.state) == (SubmissionState.WITHDRAWN, InvitationState.OPEN)
    assert (first.invitation.due_at, opened(session, first.invitation).mended) == (None, None)
    facts = select(AuditFact.action).where(AuditFact.at == LATER)
    assert session.scalars(facts).all() == ["submission.withdrawn"]
    second = sent(session, first.invitation, answers(OTHER, seen=1), LATER)
    assert (second.revision, second.state, second.secrets) == (2, SubmissionState.WAITING, None)
