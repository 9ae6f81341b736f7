"""Show that it is you: what is held appears to whom the invited address has brought a code (M11)."""

import secrets
from datetime import datetime, timedelta

from flask import request
from flask import session as cookie
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.invitations.letters import about, post
from formsvc.invitations.models import Invitation
from formsvc.submissions import codes
from formsvc.submissions.reading import Opened
from formsvc.web.show import now as this_instant

LASTS = timedelta(hours=12)
MOST = 8  # links that one browser has proved: a cookie is small
PROVED, READER, SENT = "proved", "reader", "sent"
NOBODY = "-"  # a reader who has no drafts


def may_see(opened: Opened) -> bool:
    """Whether this browser may be shown what is held. The questionnaire may ask for no proof."""
    return not opened.definition.ask_code or is_proved(opened.id, opened.link_number)


def is_proved(invitation_id: int, link_number: int) -> bool:
    """Whether this browser brought a code for that very link: one that was issued again asks again."""
    number, until = cookie.get(PROVED, {}).get(str(invitation_id), (None, 0))
    return bool(number == link_number and this_instant().timestamp() < until)


def remember(invitation_id: int, link_number: int) -> None:
    """This browser brought the code. Of more than MOST links the oldest is forgotten."""
    others = [known for known in cookie.get(PROVED, {}).items() if known[0] != str(invitation_id)]
    newest = sorted(others, key=lambda known: int(known[1][1]))[-(MOST - 1) :]
    until = int((this_instant() + LASTS).timestamp())
    cookie[PROVED] = {**dict(newest), str(invitation_id): [link_number, until]}


def remember_sent(invitation_id: int, revision: int) -> None:
    """This browser sent answers without a code: it may see that they have arrived."""
    cookie[SENT] = [invitation_id, revision]


def has_sent(opened: Opened) -> bool:
    """Whether it was this browser that sent what came last."""
    return bool(cookie.get(SENT) == [opened.id, opened.revision])


def reader_key() -> str:
    """32 hexadecimal digits that name a browser that has proved nothing; made by a POST, NOBODY before."""
    if request.method == "POST" and READER not in cookie:
        cookie[READER] = secrets.token_hex(16)
    return str(cookie.get(READER, NOBODY))


def send_code(session: Session, invitation: Invitation, language: str, now: datetime) -> None:
    """Send a code to the invited address. Raises codes.TooMany.

    Where no address is held, all is done alike and the message dropped: neither the answer nor its time tells.
    """
    code = codes.issue(session, invitation.subject, now)
    customer = invitation.customer
    with session.begin_nested() as kept:
        post(session, about(invitation), "code", now.isoformat(), now, language, customer.email or NOBODY, code=code)
        if not customer.email:
            kept.rollback()
    audit.record(session, customer.subject, "invitation.code_sent", invitation.subject, now)


def prove(session: Session, invitation: Invitation, given: str, now: datetime) -> bool:
    """Whether `given` is the code that was sent; `remember` it once that is committed. Raises codes.TooMany."""
    is_right = codes.check(session, invitation.subject, given, now)
    if is_right:
        audit.record(session, invitation.customer.subject, "invitation.proved", invitation.subject, now)
    return is_right
