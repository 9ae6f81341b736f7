"""Two who merge, split or answer at once: one of them is told, and neither waits for the other for ever (M26)."""

from functools import partial

from sqlalchemy import select

from config import Config
from formsvc.customers.ends import StillWaiting
from formsvc.customers.merging import split as merging_split
from formsvc.customers.merging import verbs as merging
from formsvc.customers.merging.choices import Choices
from formsvc.customers.models import Customer
from formsvc.customers.record import StaleRecord
from formsvc.db import transaction
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission
from formsvc.submissions.verbs import LinkIsDead
from tests.customers.merged import LATER, SPLIT_AT, merge, two
from tests.factories import answers, invitation, sent, writing
from tests.installation import running
from tests.processes import Processes


def test_lost_update_who_merges_the_two_the_other_way_round_is_told(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            one, other = (each.id for each in two(session))
        done = processes.beside(config, partial(_merge, one, other), partial(_merge, other, one))
        assert sorted(done) == ["done", "told"]
        with writing(app) as session:
            assert len(session.scalars(select(Customer).where(Customer.merged_into_id.is_(None))).all()) == 1


def test_lost_update_of_two_who_split_one_is_told(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            staying, going = two(session)
            merge(session, staying, going)
        assert sorted(processes.at_once(2, config, _split)) == ["done", "told"]


def test_a_link_that_is_answered_at_the_same_moment_is_dead_or_its_answers_wait(
    config: Config, processes: Processes
) -> None:
    with running(config) as app:
        with writing(app) as session:
            one, other = (each.id for each in two(session))
            invitation(session, session.get_one(Customer, other))
        assert sorted(processes.beside(config, partial(_merge, one, other), _answer)) == ["done", "told"]
        with writing(app) as session:
            asked, going = session.scalars(select(Invitation)).one(), session.get_one(Customer, other)
            waits = session.scalars(select(Submission)).first() is not None
            assert waits == (asked.state is InvitationState.ANSWERED) == (going.merged_into_id is None)


def _merge(staying: int, going: int) -> str:
    try:
        with transaction() as session:
            one, other = (session.get_one(Customer, id_) for id_ in (staying, going))
            merging.merge(session, one, other, Choices(), session.scalars(select(Staff)).one(), 1, 1, LATER)
    except (StaleRecord, StillWaiting):
        return "told"
    return "done"


def _split() -> str:
    try:
        with transaction() as session:
            staying, who = session.get_one(Customer, 1), session.scalars(select(Staff)).one()
            merging_split.split(session, staying, 2, who, "是两家公司", 2, SPLIT_AT)
    except (StaleRecord, merging_split.NotMerged):
        return "told"
    return "done"


def _answer() -> str:
    try:
        with transaction() as session:
            sent(session, session.scalars(select(Invitation)).one(), answers(), LATER)
    except LinkIsDead:
        return "told"
    return "done"
