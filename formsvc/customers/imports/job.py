"""The worker's part: read the rows of worksheets, then bring them in, a batch at a time, and forget what is old.

Between two batches an import can be cancelled, its worker killed, and any other goes on where it was: each batch is one
transaction, which also moves the import's position.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from flask import current_app
from sqlalchemy import select

from formsvc import audit, queue
from formsvc.customers.imports import claims, verbs
from formsvc.customers.imports.claims import Lost
from formsvc.customers.imports.models import Import, ImportRow, ImportState
from formsvc.customers.imports.running import bring_in
from formsvc.customers.imports.staging import refuse, stage
from formsvc.customers.worksheet.lines import NotAWorksheet
from formsvc.db import db, transaction
from formsvc.web.show import now

SLICE = 2.0  # seconds, after which mail and the clock have their turn
BATCH = 100  # rows that are brought in together: other writers wait so long
MOST = 4  # imports that one worker is at: a short one does not wait for a long one
MOST_CLAIMS = 10  # a file that so many workers died of is read no more
FORGOTTEN = 2000  # rows that are deleted together


@dataclass
class Task:
    """An import that this process is at; each of `steps` is one batch."""

    id: int
    claim: int
    steps: Iterator[None]


def work() -> None:
    """Work for a SLICE, and wake a worker for what is left."""
    if _work_until(monotonic() + SLICE):
        queue.wake()


def work_to_end() -> Counter[str]:
    """Work until nothing is left to do here; how many rows of each result there are in what was brought in."""
    before = _done()
    while _work_until(monotonic() + SLICE):
        pass
    return _done() - before


def _work_until(end: float) -> bool:
    """Whether something is left."""
    tasks: list[Task] = current_app.extensions["imports"]
    _forget()
    while monotonic() < end:
        if len(tasks) < MOST and (task := _claimed()):
            tasks.append(task)
        if not tasks:
            return False
        task = tasks.pop(0)  # should it fail, another one takes it when the lease is over
        if _step(task):
            tasks.append(task)
    return True


def _claimed() -> Task | None:
    is_waiting = claims.is_waiting(db.session, now())
    db.session.rollback()
    if not is_waiting:
        return None
    with transaction() as session:
        brought = claims.claim(session, now())
        if brought is None:
            return None
        is_reading = brought.state is ImportState.READING
        if is_reading and brought.claim > MOST_CLAIMS:
            refuse(session, brought, NotAWorksheet("too-large"))
            return None
        steps = (stage if is_reading else _run)(brought.id, brought.claim)
        return Task(brought.id, brought.claim, steps)


def _step(task: Task) -> bool:
    """Whether it goes on."""
    try:
        next(task.steps)
    except (StopIteration, Lost):
        return False
    return True


def _run(id_: int, claim: int) -> Iterator[None]:
    is_left = True
    while is_left:
        with transaction() as session:
            brought = claims.hold(session, id_, claim, now())
            following = ImportRow.import_id == id_, ImportRow.number > brought.position
            rows = session.scalars(select(ImportRow).where(*following).order_by(ImportRow.number).limit(BATCH)).all()
            if rows:
                brought.results = Counter(brought.results) + bring_in(session, brought, rows, now())
                brought.position = rows[-1].number
            else:
                brought.state, brought.ended_at, is_left = ImportState.DONE, now(), False
                audit.record(session, audit.SYSTEM, "import.done", brought.subject, now(), **brought.results)
        yield


def _forget() -> None:
    old = db.session.scalar(select(Import.id).where(Import.expires_at <= now()).limit(1))
    db.session.rollback()
    if old is not None:
        with transaction() as session:
            verbs.forget(session, session.get_one(Import, old), FORGOTTEN, now())


def _done() -> Counter[str]:
    total: Counter[str] = Counter()
    for results in db.session.scalars(select(Import.results)):
        total.update(results)
    db.session.rollback()
    return total
