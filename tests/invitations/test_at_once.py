"""Two who act on one invitation: one is told (M10)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config import Config
from formsvc.customers.models import Customer
from formsvc.db import db, transaction
from formsvc.invitations import verbs
from formsvc.invitations.models import Invitation
from formsvc.invitations.moves import NotPossible
from formsvc.invitations.verbs import AlreadyInvited
from formsvc.mail.models import OutboxMessage
from tests.factories import customer, invitation, writing
from tests.installation import NOW, running
from tests.processes import Processes

LATER = NOW + timedelta(days=1)


def test_one_time_bypass_the_database_holds_one_live_invitation(session: Session) -> None:
    made = invitation(session)
    copied = {column.key: getattr(made, column.key) for column in Invitation.__table__.columns if column.key != "id"}
    session.add(Invitation(**copied))
    with pytest.raises(IntegrityError):
        session.flush()


def test_lost_update_who_read_it_before_it_was_reissued_is_told(session: Session) -> None:
    made = invitation(session)
    verbs.reissue(session, made, "system", LATER)
    made.link_number = 1  # as another process read it
    with session.no_autoflush, pytest.raises(NotPossible):
        verbs.revoke(session, made, "system", LATER)
    session.expire(made)


def test_two_who_invite_at_once_make_one_invitation(config: Config, processes: Processes) -> None:
    with running(config) as app:
        with writing(app) as session:
            customer(session)
        assert sorted(processes.at_once(2, config, _issued)) == ["invited", "told"]
        with app.app_context():
            assert (
                len(db.session.scalars(select(Invitation)).all())
                == len(db.session.scalars(select(OutboxMessage)).all())
                == 1
            )


def _issued() -> str:
    try:
        with transaction() as session:
            verbs.issue(session, session.scalars(select(Customer)).one(), "system", None, NOW)
    except AlreadyInvited:
        return "told"
    return "invited"
