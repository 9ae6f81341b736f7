"""The timeline on both engines: what it tells of, in which order, page by page (M24)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.invitations import verbs as invitations
from formsvc.review import timeline
from formsvc.review.timeline import EPOCH, Entry, Mark
from formsvc.submissions.models import Submission
from tests.factories import customer, invitation, staff_account, submission
from tests.installation import NOW
from tests.review.deciding import ANSWERS, LATER, approve

MARKS = st.builds(
    Mark,
    st.integers(0, 10**16 - 1).map(lambda number: EPOCH + timedelta(microseconds=number)),
    st.integers(0, 2),
    st.integers(0, 10**9 - 1),
)


@pytest.fixture
def made(session: Session) -> Submission:
    """An approved submission, of a customer beside whom there is another one."""
    invitation(session, customer(session))
    answered = submission(session, values=ANSWERS, now=NOW + timedelta(minutes=1))
    approve(session, answered, staff_account(session))
    session.flush()
    return answered


def whole(session: Session, made: Submission) -> list[Entry]:
    return timeline.entries(session, made.invitation.customer, None)[0]


def test_what_happened_to_others_is_not_told(session: Session, made: Submission) -> None:
    assert [(entry.what, entry.mark.at) for entry in whole(session, made)] == [
        ("thanks", LATER),
        ("version", LATER),
        ("submission.submitted", NOW + timedelta(minutes=1)),
        ("version", NOW),
        ("invitation.issued", NOW),
    ]


def test_an_approval_of_which_no_version_is_known_is_told_by_its_fact(session: Session) -> None:
    """Approvals of before versions were kept changed nothing where they left none."""
    made = submission(session)
    audit.record(session, "staff:1", "submission.approved", made.subject, LATER, fields=[])
    told = whole(session, made)[0]
    assert (told.what, told.actor, told.of) == ("submission.approved", "staff:1", made.id)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_make_the_whole(session: Session, made: Submission, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    expected = [entry.mark for entry in whole(session, made)]
    monkeypatch.setattr(timeline, "PAGE", size)
    found: list[Mark] = []
    more = True
    while more:
        page, more = timeline.entries(session, made.invitation.customer, found[-1] if found else None)
        found += [entry.mark for entry in page]
    assert found == expected


def test_a_link_that_was_issued_again_and_revoked_is_told(session: Session, made: Submission) -> None:
    again = invitation(session, made.invitation.customer, LATER)
    invitations.reissue(session, again, "staff:1", LATER + timedelta(hours=1))
    invitations.revoke(session, again, "staff:1", LATER + timedelta(hours=2))
    told = [entry.what for entry in whole(session, made)]
    assert told[:2] == ["invitation.revoked", "invitation.reissued"]


@given(MARKS)
def test_a_mark_in_an_address_is_the_same_mark(mark: Mark) -> None:
    assert Mark.read(str(mark)) == mark


@given(st.text())
def test_what_is_no_mark_is_none(text: str) -> None:
    found = Mark.read(text)
    assert found is None or Mark.read(str(found)) == found
