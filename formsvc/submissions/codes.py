"""Six-digit codes: sent to an address, and brought back by whoever reads there (M11, M17). Only digests are kept."""

import re
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest
from zlib import crc32

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from formsvc.crypto import blind_index
from formsvc.db import rows_changed, take_turns
from formsvc.fields import clean_line, half_width
from formsvc.submissions.models import Code

LIFE = timedelta(minutes=10)
TRIES = 5  # of one code
SENT, WINDOW = 3, timedelta(hours=1)  # so many codes are sent within that time
MAX_TYPED = 40  # characters: spaces between the digits are no mistake


class TooMany(Exception):
    """All tries of a code, or all codes of an hour, are used."""


def issue(session: Session, subject: str, now: datetime) -> str:
    """A new code for `subject`; those before it are worth nothing any more. Raises TooMany.

    Name its message by `now`: the id of a row that was removed is given again.
    """
    take_turns(session, crc32(subject.encode()))  # two who count at once would both find room for one more
    sent = select(func.count()).where(Code.subject == subject, Code.sent_at > now - WINDOW)
    if (session.scalar(sent) or 0) >= SENT:
        raise TooMany
    code = f"{secrets.randbelow(10**6):06}"
    row = Code(subject=subject, digest="", sent_at=now)
    session.add(row)
    session.flush()
    row.digest = _digest(row.id, subject, code)
    return code


def check(session: Session, subject: str, given: str, now: datetime) -> bool:
    """Whether `given` is the newest code of `subject`, which is used with that. Raises TooMany.

    A wrong one counts only where the transaction is committed: do not raise because of it.
    """
    typed = "".join(half_width(clean_line(given[:MAX_TYPED])).split())
    if not re.fullmatch("[0-9]{6}", typed):
        return False  # a slip of the finger is no guess
    newest = Code.id == select(func.max(Code.id)).where(Code.subject == subject).scalar_subquery()
    alive = Code.sent_at > now - LIFE, Code.used_at.is_(None)
    counted = update(Code).where(newest, *alive, Code.tries < TRIES).values(tries=Code.tries + 1)
    counted = counted.execution_options(synchronize_session=False)
    # Counted before it is compared: of guesses at the same moment no more than TRIES are compared
    row = session.execute(counted.returning(Code.id, Code.digest)).one_or_none()
    if row is not None:
        return compare_digest(row.digest, _digest(row.id, subject, typed)) and _use(session, row.id, now)
    if session.scalar(select(Code.id).where(newest, *alive)):
        raise TooMany
    return False


def _use(session: Session, id_: int, now: datetime) -> bool:
    unused = update(Code).where(Code.id == id_, Code.used_at.is_(None)).values(used_at=now)
    return rows_changed(session, unused) == 1


def _digest(id_: int, subject: str, code: str) -> str:
    """Keyed, and of this row only: a million codes are tried in no time by whoever reads the table without the key."""
    return blind_index(f"code:{id_}:{subject}:{code}")
