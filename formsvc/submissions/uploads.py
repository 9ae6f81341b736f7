"""How often files may be uploaded through a link. Of a file itself nothing is kept before its page is sent."""

from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.audit import AuditFact
from formsvc.db import take_turns
from formsvc.submissions.reading import Opened

MOST, WINDOW = 20, timedelta(hours=1)  # of one link: to read a hostile one takes a second
UPLOADED = "form.uploaded"


class TooMany(Exception):
    """All uploads of an hour are used."""


def count(session: Session, opened: Opened, now: datetime) -> None:
    """Somebody uploads a file through the link. Raises TooMany."""
    take_turns(session, crc32(opened.subject.encode()))  # two who count at once would both find room for one more
    facts = AuditFact.subject == opened.subject, AuditFact.action == UPLOADED, AuditFact.at > now - WINDOW
    if (session.scalar(select(func.count()).select_from(AuditFact).where(*facts)) or 0) >= MOST:
        raise TooMany
    audit.record(session, opened.actor, UPLOADED, opened.subject, now)
