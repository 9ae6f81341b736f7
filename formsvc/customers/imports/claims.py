"""Which worker is at an import: it has it for a while, and with each batch for a while more."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from formsvc.customers.imports.models import WORKING, Import, ImportState
from formsvc.db import rows_changed

LEASE = timedelta(seconds=60)  # a worker that was killed is followed after that
OPENING = timedelta(minutes=10)  # the lease while a workbook is opened, which is one step and may take a minute


class Lost(Exception):
    """The import was cancelled, or another worker took it over."""


def is_waiting(session: Session, now: datetime) -> bool:
    """Whether there is an import to `claim`."""
    return session.scalar(select(Import.id).where(*_free(now)).limit(1)) is not None


def claim(session: Session, now: datetime) -> Import | None:
    """The oldest import that is to be worked at and that no worker has; now it is this one's."""
    free = _free(now)
    for brought in session.scalars(select(Import).where(*free).order_by(Import.id)).all():
        as_read = Import.id == brought.id, Import.claim == brought.claim, *free
        state = ImportState.READING if brought.state is ImportState.UPLOADED else brought.state
        taken = update(Import).where(*as_read, Import.state == brought.state)
        if rows_changed(session, taken.values(claim=brought.claim + 1, state=state, lease_until=now + LEASE)) == 1:
            session.refresh(brought)
            return brought
    return None


def hold(session: Session, id_: int, claim: int, now: datetime, lease: timedelta = LEASE) -> Import:
    """The import, this worker's until the transaction ends, and for `lease`. Raises Lost where it is no more."""
    mine = Import.id == id_, Import.claim == claim, Import.state.in_((ImportState.READING, ImportState.RUNNING))
    if rows_changed(session, update(Import).where(*mine).values(lease_until=now + lease)) != 1:
        raise Lost
    return session.get_one(Import, id_)


def _free(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Import.state.in_(WORKING), or_(Import.lease_until.is_(None), Import.lease_until <= now)
