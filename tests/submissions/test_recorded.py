"""The way by which answers came is kept with them, and with those that a colleague recorded, whose they are (M28)."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from formsvc.submissions.models import RECORDED, Submission, SubmissionState, Way
from tests.factories import answers, invitation, sent, staff_account
from tests.installation import NOW


def test_what_comes_by_the_link_was_recorded_by_nobody(session: Session) -> None:
    made = sent(session, invitation(session), answers())
    assert (made.channel, made.recorded_by, made.is_confirmed) == (Way.LINK, None, False)
    assert not made.is_unconfirmed


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_what_a_colleague_recorded_says_who_and_whether_it_was_confirmed(session: Session, is_confirmed: bool) -> None:
    recorder = staff_account(session)
    given = answers(way=Way.VISIT, recorded_by=recorder.id, is_confirmed=is_confirmed)
    made = sent(session, invitation(session), given)
    assert (made.channel, made.recorder, made.is_confirmed) == (Way.VISIT, recorder, is_confirmed)
    assert made.is_unconfirmed is not is_confirmed


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_the_database_takes_no_recorded_answers_of_nobody_and_no_others_of_somebody(
    session: Session, way: Way, is_confirmed: bool
) -> None:
    wrong = None if way in RECORDED else staff_account(session).id
    row = Submission(
        invitation=invitation(session), revision=1, state=SubmissionState.SUPERSEDED, answers={}, language="en",
        submitted_at=NOW, channel=way, recorded_by=wrong, is_confirmed=is_confirmed,
    )  # fmt: skip
    session.add(row)
    with pytest.raises(IntegrityError):
        session.flush()
