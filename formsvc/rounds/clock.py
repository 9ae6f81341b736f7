"""The clock: find what is due and act on it, each thing in a transaction of its own, as often as it is asked."""

from collections import Counter
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from formsvc.db import db, transaction
from formsvc.invitations.models import Invitation
from formsvc.rounds.reminders import remind
from formsvc.web.show import now as clock
from formsvc.workdays import may_write

BATCH = 200


def remind_due(now: datetime | None = None) -> Counter[str]:
    """Send the reminders that are due at `now`; how many of each step. At night and on days off it sends none (M31)."""
    now = now or clock()
    done: Counter[str] = Counter()
    if not may_write(now, current_app.extensions["config"].time_zone):
        return done
    last = 0
    while ids := _due(now, last):
        for id_ in ids:
            with transaction() as session:
                step = remind(session, session.get_one(Invitation, id_), now)
            if step:
                done[step] += 1
        last = ids[-1]
    return done


def _due(now: datetime, after: int) -> list[int]:
    due = select(Invitation.id).where(Invitation.due_at <= now, Invitation.id > after)
    return list(db.session.scalars(due.order_by(Invitation.id).limit(BATCH)))
