"""Drafts: what is typed and not sent, kept at each save; two devices at once lose nothing (M13)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.fields import TYPES, Raw
from formsvc.questionnaires.forms import CONSENT_SENSITIVE
from formsvc.questionnaires.forms import start as stand
from formsvc.submissions.models import Draft
from formsvc.submissions.reading import Opened

KEPT = 30  # saves that a device may lie behind and still be told exactly what the others changed


@dataclass(frozen=True)
class Merged:
    """`typed` is what now stands; `theirs` are fields that others changed; `clashes` what they typed where we did."""

    typed: dict[str, Raw]
    theirs: frozenset[str] = frozenset()
    clashes: Mapping[str, Raw] = field(default_factory=dict)

    @property
    def is_agreed(self) -> bool:
        return is_agreed(self.typed)

    @property
    def has_theirs(self) -> bool:
        return bool(self.theirs or self.clashes)


def merge(base: Mapping[str, Raw] | None, current: Mapping[str, Raw], mine: Mapping[str, Raw]) -> Merged:
    """Three-way, field by field: what only one side changed since `base` is taken, and of a clash mine.

    Without a known `base` every difference is a clash.
    """
    typed: dict[str, Raw] = {}
    theirs, clashes = set(), {}
    for key, own in mine.items():
        other = current.get(key, own)
        before = base.get(key) if base is not None else None
        if same(own, other) or (before is not None and same(other, before)):
            typed[key] = own
        elif before is not None and same(own, before):
            typed[key] = other
            theirs.add(key)
        else:
            typed[key] = own
            clashes[key] = other
    return Merged(typed, frozenset(theirs), clashes)


def same(one: Raw, other: Raw) -> bool:
    """Whether the same is typed: an empty control says as much as one that is not there."""
    return _said(one) == _said(other)


def _said(raw: Raw) -> dict[str, str]:
    lines = {part: "\n".join(values).replace("\r\n", "\n") for part, values in raw.items()}
    return {part: text for part, text in lines.items() if text.strip()}


@dataclass(frozen=True)
class Typed:
    """One form as it stands on a device: `base` is the number of the draft that it was filled from, 0 for none."""

    fields: Mapping[str, Raw]
    base: int
    opened_at: int


def save(
    session: Session, opened: Opened, reader: str, typed: Typed, start: Mapping[str, Raw], now: datetime
) -> tuple[int, Merged]:
    """Keep what is typed, merged with what others saved meanwhile; the draft's number, and what became of it.

    `start` is what the form of draft 0 was filled from. The caller holds the invitation: savers take turns.
    """
    number, current = _newest(session, opened.id, reader)
    if current is None:
        audit.record(session, opened.actor, "draft.begun", opened.subject, now)
        merged = _settled(opened, Merged(dict(typed.fields)), {}, typed.fields)
    else:
        base = _base(session, opened.id, reader, typed.base, start)
        merged = _beside(opened, base, current["fields"], typed.fields)
        if all(same(raw, current["fields"].get(key, {})) for key, raw in merged.typed.items()):
            return number, merged
    _add(session, opened, reader, number + 1, merged, typed.opened_at, now)
    session.execute(_of(opened.id, reader).where(Draft.number <= number + 1 - KEPT))
    return number + 1, merged


def merged(
    connection: Connection, opened: Opened, reader: str, mine: Mapping[str, Raw], base: int, start: Mapping[str, Raw]
) -> Merged:
    """What a form that was filled from draft `base` says beside the newest draft."""
    current = opened.draft.typed if opened.draft else {}
    return _beside(opened, _base(connection, opened.id, reader, base, start), current, mine)


def agreement(is_given: bool) -> Raw:
    """The consent to sensitive values, as it stands among what is typed."""
    return {"": ["yes"] if is_given else []}


def is_agreed(typed: Mapping[str, Raw]) -> bool:
    """Whether the consent to sensitive values is among what is typed."""
    return bool(_said(typed.get(CONSENT_SENSITIVE, {})))


def secrets(opened: Opened, typed: Mapping[str, Raw]) -> dict[str, Raw]:
    """The sensitive values of the draft over which nothing was typed: the page shows their masks."""
    saved = opened.draft.typed if opened.draft else {}
    return {key: saved[key] for key in opened.asked.sensitive if key in saved and not _said(typed.get(key, {}))}


def _beside(
    opened: Opened, base: Mapping[str, Raw] | None, current: Mapping[str, Raw], mine: Mapping[str, Raw]
) -> Merged:
    return _settled(opened, merge(base, current, mine), current, mine)


def _settled(opened: Opened, merged: Merged, current: Mapping[str, Raw], mine: Mapping[str, Raw]) -> Merged:
    """Sensitive values are there with their consent only, and it with them; one left alone stays as it was (M6)."""
    asked, typed = opened.asked.sensitive, merged.typed
    for key in asked:
        if not is_agreed(typed):
            typed[key] = {}
        elif not _said(mine[key]):
            typed[key] = current.get(key, {})
    if asked and not any(_said(typed[key]) for key in asked):
        typed[CONSENT_SENSITIVE] = {}
    return merged


def forget(connection: Connection, opened: Opened, reader: str, up_to: int) -> None:
    """What was typed is sent: its drafts go. One that another device saved since stays."""
    connection.execute(_of(opened.id, reader).where(Draft.number <= up_to))


def take_back(session: Session, opened: Opened, now: datetime) -> None:
    """What was sent last and taken back stands in a draft again, where nothing was typed since: no work is lost.

    Part of a verb, which records its fact: nobody has begun to type.
    """
    if opened.last is None or _newest(session, opened.id, "")[1] is not None:
        return
    typed = stand(opened.asked, {**opened.held, **opened.last.answers})
    for key in opened.asked.sensitive & opened.last.secrets.keys():
        question = opened.asked.questions[key]
        typed |= {CONSENT_SENSITIVE: agreement(True), key: TYPES[question.type].raw(opened.last.secrets[key], question)}
    _add(session, opened, "", 1, _settled(opened, Merged(dict(typed)), {}, typed), 0, now)


def adopt(session: Session, opened: Opened, reader: str) -> None:
    """What `reader` typed before the code came is theirs still, where nothing else is typed behind the link."""
    if _newest(session, opened.id, "")[1] is None:
        own = Draft.invitation_id == opened.id, Draft.reader == reader
        session.execute(update(Draft).where(*own).values(reader=""))


def _add(
    session: Session, opened: Opened, reader: str, number: int, merged: Merged, opened_at: int, now: datetime
) -> None:
    kept = {"fields": merged.typed, "opened_at": opened_at}
    row = {"invitation_id": opened.id, "reader": reader, "number": number, "typed": kept, "saved_at": now}
    session.execute(insert(Draft), [row])


def _of(invitation_id: int, reader: str) -> Any:
    return delete(Draft).where(Draft.invitation_id == invitation_id, Draft.reader == reader)


def _newest(session: Session, invitation_id: int, reader: str) -> tuple[int, Any]:
    drafts = select(Draft.number, Draft.typed).where(Draft.invitation_id == invitation_id, Draft.reader == reader)
    row = session.execute(drafts.order_by(Draft.number.desc()).limit(1)).first()
    return (row.number, row.typed) if row else (0, None)


def _base(
    session: Session | Connection, invitation_id: int, reader: str, number: int, start: Mapping[str, Raw]
) -> Mapping[str, Raw] | None:
    if number == 0:
        return start
    drafts = select(Draft.typed).where(Draft.invitation_id == invitation_id, Draft.reader == reader)
    typed = session.scalar(drafts.where(Draft.number == number))
    return typed["fields"] if typed else None
