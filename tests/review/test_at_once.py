"""A reviewer decides while the customer acts: one of them is told, and neither waits for the other for ever."""

from collections.abc import Callable
from functools import partial

import pytest
from psycopg import Error as DriverError
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Config
from formsvc.customers.record import StaleRecord
from formsvc.customers.relation import Relation
from formsvc.db import db, transaction
from formsvc.invitations import verbs as invitations
from formsvc.invitations.models import Invitation
from formsvc.questionnaires.verbs import publish
from formsvc.review import steps, verbs
from formsvc.review.verbs import TooLate
from formsvc.staff.models import Staff
from formsvc.submissions import verbs as submissions
from formsvc.submissions.models import Submission, SubmissionState
from formsvc.submissions.verbs import AlreadyDecided, LinkIsDead
from tests.asking import KEY, second
from tests.factories import answers, opened, sent, staff_account, submission, writing
from tests.installation import NOW, running
from tests.processes import Processes, meet
from tests.review.deciding import ALL, ANSWERS, LATER, decided

ROUNDS = 15
MORE = {**ALL, "visit.score": "accept"}
REVIEWER = "reviewer@example.com"


def send_again(session: Session, invited: Invitation) -> None:
    sent(session, invited, answers({**ANSWERS, "contacts.name": "王维"}, seen=1), LATER)


def visit_again(session: Session, invited: Invitation) -> None:
    sent(session, invited, answers({"visit.score": 5}, seen=1), LATER)


def take_back(session: Session, invited: Invitation) -> None:
    submissions.withdraw(session, opened(session, invited), LATER)


@pytest.mark.parametrize(
    ("act", "left"), [(send_again, SubmissionState.SUPERSEDED), (take_back, SubmissionState.WITHDRAWN)]
)
def test_lost_update_a_reviewer_and_a_customer_at_once(
    config: Config, processes: Processes, act: Callable[[Session, Invitation], None], left: SubmissionState
) -> None:
    with running(config) as app:
        with writing(app) as session:
            staff_account(session, email=REVIEWER)
            made = [submission(session, values=ANSWERS).id for _ in range(ROUNDS)]
        reviewer, customer = processes.beside(config, partial(_review, made), partial(_act, act, made))
        assert set(zip(reviewer, customer, strict=True)) <= {("approved", "told"), ("told", "done")}
        with app.app_context():
            found = [db.session.get_one(Submission, id_).state for id_ in made]
    states = {"approved": SubmissionState.APPROVED, "told": left}
    assert found == [states[outcome] for outcome in reviewer]


def check(session: Session, invited: Invitation) -> None:
    """What the clock does with what was just sent."""
    waits = Submission.invitation_id == invited.id, Submission.state == SubmissionState.WAITING
    for made in session.scalars(select(Submission).where(*waits)).all():
        steps.take_step(session, made, LATER)


def follow(session: Session, invited: Invitation) -> None:
    """Decide about the other answers of the same customer, whose contact somebody else is by now."""
    other = select(Submission).join(Invitation).where(Invitation.customer_id == invited.customer_id)
    made = session.scalars(other.where(Submission.invitation_id != invited.id)).one()
    reviewer = session.scalars(select(Staff).where(Staff.email == REVIEWER)).one()
    verbs.approve(session, made, reviewer, decided(ALL), "", 1, LATER, Relation.SUCCESSOR)


def test_a_reviewer_and_the_clock_at_once_do_not_wait_for_each_other(config: Config, processes: Processes) -> None:
    with running(config) as app, writing(app) as session:
        staff_account(session, email=REVIEWER)
        made = [submission(session, values=ANSWERS).id for _ in range(ROUNDS)]
    reviewer, clock = processes.beside(config, partial(_review, made), partial(_act, check, made))
    assert (set(reviewer), set(clock)) == ({"approved"}, {"done"})


def test_lost_update_two_who_decide_about_one_customer_at_once(config: Config, processes: Processes) -> None:
    """One of them makes somebody else the contact, and ends the links of who was asked."""
    with running(config) as app, writing(app) as session:
        staff_account(session, email=REVIEWER)
        publish(session, second(), NOW)
        ids = [_visited(session, submission(session, values=ANSWERS)) for _ in range(ROUNDS)]
    one, other = processes.beside(config, partial(_review, ids), partial(_act, follow, ids))
    assert set(zip(one, other, strict=True)) <= {("approved", "told"), ("told", "done")}


def test_a_successor_and_a_customer_who_sends_other_answers_do_not_wait_for_each_other(
    config: Config, processes: Processes
) -> None:
    with running(config) as app, writing(app) as session:
        staff_account(session, email=REVIEWER)
        publish(session, second(), NOW)
        ids = [_visited(session, submission(session, values=ANSWERS)) for _ in range(ROUNDS)]
    reviewer, customer = processes.beside(config, partial(_act, follow, ids, 0), partial(_act, visit_again, ids, 6))
    assert set(reviewer) == {"done"}
    assert set(customer) <= {"done", "told"}


def _visited(session: Session, made: Submission) -> int:
    """The id of what the same customer answered about a visit."""
    asked = invitations.issue(session, made.invitation.customer, "system", None, NOW, questionnaire=KEY)
    return submission(session, asked, {"visit.score": 4}).id


def _review(ids: list[int]) -> list[str]:
    return [_approved(id_) for id_ in ids]


def _act(act: Callable[[Session, Invitation], None], ids: list[int], later: int = 1) -> list[str]:
    """A little later each time, so that each statement of the one once meets each of the other."""
    return [_acted(act, id_, delay * later) for delay, id_ in enumerate(ids)]


def _approved(id_: int) -> str:
    meet(2)
    try:
        with transaction() as session:
            reviewer = session.scalars(select(Staff).where(Staff.email == REVIEWER)).one()
            verbs.approve(session, session.get_one(Submission, id_), reviewer, decided(MORE), "", 1, LATER)
    except (TooLate, StaleRecord):
        return "told"
    except (OperationalError, DriverError) as error:
        return str(error)
    return "approved"


def _acted(act: Callable[[Session, Invitation], None], id_: int, delay: int) -> str:
    meet(2)
    for _ in range(delay):
        db.session.execute(text("SELECT 1"))
    db.session.rollback()
    try:
        with transaction() as session:
            act(session, session.get_one(Submission, id_).invitation)
    except (AlreadyDecided, LinkIsDead, StaleRecord):
        return "told"
    except (OperationalError, DriverError) as error:
        return str(error)
    return "done"
