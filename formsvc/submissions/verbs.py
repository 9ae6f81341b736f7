"""Submit an answer: once, whole, and with its consents; take it back while it waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.db import db, rows_changed
from formsvc.fields import Value
from formsvc.invitations import moves
from formsvc.invitations.letters import letter
from formsvc.invitations.models import Invitation, InvitationState
from formsvc.mail import outbox
from formsvc.statements import Statement, begun, together
from formsvc.submissions import addresses, drafts, reading
from formsvc.submissions.models import (
    NOT_DUE,
    CompletionTime,
    Consent,
    ConsentKind,
    ReviewStep,
    Submission,
    SubmissionState,
    Way,
)
from formsvc.submissions.reading import OPEN_STATES, Opened

# Plain tables: this is the one transaction that customers wait for
_submissions, _consents, _times = (
    model.metadata.tables[model.__tablename__] for model in (Submission, Consent, CompletionTime)
)
_SUBMIT = Statement(
    insert(_submissions).returning(_submissions.c.id),
    *("invitation_id", "revision", "state", "answers", "secrets", "language", "submitted_at", "is_proved"),
    *("assigned_to", "next_step", "due_at", "channel", "recorded_by", "is_confirmed"),
)
_CONSENT = Statement(insert(_consents), "submission_id", "kind", "text_version", "language", "given_at")
_TIME = Statement(insert(_times), "version_id", "is_repeat", "seconds", "sections")


class LinkIsDead(Exception):
    """The link was revoked, issued again, or is past its end."""


class AlreadyDecided(Exception):
    """The answers were reviewed: this invitation takes no more."""


class SentMeanwhile(Exception):
    """Other answers were sent since the page was loaded."""


@dataclass(frozen=True)
class Answers:
    """What a form says: values by field, sensitive ones apart, and whether each consent was given.

    `seen` is the revision that the page was filled from, 0 for none. `reader` is empty for whoever may see what is
    held. `times` are the seconds that it took, by module; whole under "".

    Answers that came another way than by the link say so; those that a colleague recorded say by whom, by the id, and
    whether they were confirmed with the customer on the spot (M28).
    """

    values: Mapping[str, Value]
    secrets: Mapping[str, Value]
    consent_sensitive: bool
    language: str
    seen: int
    reader: str = ""
    times: Mapping[str, int] | None = None
    way: Way = Way.LINK
    recorded_by: int | None = None
    is_confirmed: bool = False

    @property
    def actor(self) -> str:
        """The name of who recorded them in audit facts; empty for what the customer sent."""
        return f"staff:{self.recorded_by}" if self.recorded_by else ""


def submit(session: Session | Connection, opened: Opened, answers: Answers, now: datetime) -> int:
    """The id of the submission of these answers: a new one, or for a retry the one that it made.

    Raises LinkIsDead, AlreadyDecided, SentMeanwhile.
    """
    revision, kept = answers.seen + 1, carried(opened, answers)
    row = {
        "invitation_id": opened.id, "revision": revision, "state": SubmissionState.WAITING,
        "answers": dict(answers.values), "secrets": kept or None, "language": answers.language, "submitted_at": now,
        "is_proved": not answers.reader, "assigned_to": opened.reviewer_id, "next_step": ReviewStep.CHECK,
        "due_at": now, "channel": answers.way, "recorded_by": answers.recorded_by, "is_confirmed": answers.is_confirmed,
    }  # fmt: skip
    new = _SUBMIT.bound(db.engine.dialect, row)
    receipt = None if answers.recorded_by else _receipt(opened, answers, now)
    time = None
    if answers.times and not answers.seen:
        time = _TIME.bound(db.engine.dialect, _time(opened, answers.times, not answers.reader))
    # Here it is this customer's turn: what can be made before is made above
    connection = begun(session)
    if not moves.take_answer(connection, opened.id, opened.link_number, opened.state, answers.seen, now):
        return _sent_before(connection, opened, answers, now)
    if base := opened.last if answers.seen else None:
        waiting = _submissions.c.id == base.id, _submissions.c.state == SubmissionState.WAITING
        connection.execute(update(_submissions).where(*waiting).values(state=SubmissionState.SUPERSEDED, **NOT_DUE))
    id_ = int(new.first(connection).id)
    consents = _given(opened, answers, id_, bool(kept), now)
    addresses.enter(connection, opened, answers.values, answers.language, now, answers.recorded_by is not None)
    if opened.draft:
        drafts.forget(connection, opened, answers.reader, opened.draft.number)
    with together(connection):
        for consent in consents:
            _CONSENT.run(connection, consent)
        if time:
            time.run(connection)
        if receipt:
            outbox.put_ready(connection, receipt)
        came = {"revision": revision} if answers.way is Way.LINK else {"revision": revision, "way": answers.way}
        audit.record(
            connection, answers.actor or opened.actor, "submission.submitted", f"submission:{id_}", now, **came
        )
    return id_


def withdraw(session: Session, opened: Opened, now: datetime) -> None:
    """Take back what waits: it is a draft again. Raises LinkIsDead, AlreadyDecided, SentMeanwhile."""
    hold(session, opened, opened.revision, now)
    waiting = Submission.invitation_id == opened.id, Submission.state == SubmissionState.WAITING
    taken = update(Submission).where(*waiting).values(state=SubmissionState.WITHDRAWN, **NOT_DUE)
    if rows_changed(session, taken) != 1 or not moves.take_back_answer(session, opened.id):
        raise AlreadyDecided
    drafts.take_back(session, opened, now)
    audit.record(session, opened.actor, "submission.withdrawn", f"submission:{opened.last and opened.last.id}", now)


def hold(session: Session | Connection, opened: Opened, seen: int, now: datetime) -> None:
    """Keep the invitation as it is until the transaction ends. Raises LinkIsDead, AlreadyDecided, SentMeanwhile."""
    columns = Invitation.state, Invitation.link_number, Invitation.closes_at, Invitation.revision
    row = session.execute(select(*columns).where(Invitation.id == opened.id).with_for_update(key_share=True)).one()
    if row.link_number != opened.link_number or row.closes_at <= now:
        raise LinkIsDead
    if row.state is InvitationState.CLOSED:
        raise AlreadyDecided
    if row.state not in OPEN_STATES:
        raise LinkIsDead
    if row.revision != seen:
        raise SentMeanwhile


def _sent_before(connection: Connection, opened: Opened, answers: Answers, now: datetime) -> int:
    """For the same answers once more their submission; why not, for all others.

    To who has not shown that it is them, the same says as little as others: it would confirm a guess.
    """
    last = getattr(reading.read(connection, opened.id), "last", None)
    sent = (dict(answers.values), carried(opened, answers))
    if last and not answers.reader and (last.answers, last.secrets) == sent:
        hold(connection, opened, last.revision, now)
        return int(last.id)
    hold(connection, opened, answers.seen, now)
    raise SentMeanwhile


def _receipt(opened: Opened, answers: Answers, now: datetime) -> outbox.Ready | None:
    """The mail to who sent them; None where no address is held."""
    step = f"revision-{answers.seen + 1}"
    mail = letter(opened.about, "receipt", step, answers.language, sent_at=now.isoformat())
    return outbox.ready(mail, now) if mail else None


def carried(opened: Opened, answers: Answers) -> dict[str, Value]:
    """The sensitive values, with the consent of their own only (M6): those typed now, and those of the revision that is
    mended and were left as they are. Of that, who has not shown that it is them carries nothing on.
    """
    if not answers.consent_sensitive:
        return {}
    return {**(opened.mended.secrets if opened.mended and not answers.reader else {}), **answers.secrets}


def _time(opened: Opened, times: Mapping[str, int], saw_held: bool) -> dict[str, Any]:
    """A repeat shows what its customer confirmed before."""
    sections = {module: seconds for module, seconds in times.items() if module}
    is_repeat = saw_held and bool(opened.verified)
    return {"version_id": opened.version_id, "seconds": times[""], "sections": sections, "is_repeat": is_repeat}


def _given(opened: Opened, answers: Answers, id_: int, has_secrets: bool, now: datetime) -> list[dict[str, Any]]:
    """The consents that were given with the answers, each for what is there."""
    kinds = [ConsentKind.PRIVACY, ConsentKind.SENSITIVE] if has_secrets else [ConsentKind.PRIVACY]
    given = {
        "submission_id": id_, "text_version": opened.definition.privacy.version, "language": answers.language,
        "given_at": now,
    }  # fmt: skip
    return [{**given, "kind": kind} for kind in kinds]
