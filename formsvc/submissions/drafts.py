"""Drafts: what is typed and not sent, kept at each save; two devices at once lose nothing (M13)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.fields import Raw
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


def _said(raw: Raw) -> dict[str, list[str]]:
    lines = {part: "\n".join(values).replace("\r\n", "\n") for part, values in raw.items()}
    return {part: sorted(filter(None, text.split("\n"))) for part, text in lines.items() if text.strip()}


@dataclass(frozen=True)
class Typed:
    """One form as it stands on a device: `base` is the number of the draft that it was filled from, 0 for none."""

    fields: Mapping[str, Raw]
    base: int
    agreed: bool
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
        merged, agreed = Merged(dict(typed.fields)), typed.agreed
    else:
        mine = with_secrets(opened, typed.fields, current["fields"])
        merged = merge(_base(session, opened.id, reader, typed.base, start), current["fields"], mine)
        agreed = typed.agreed or current["agreed"]
        if agreed == current["agreed"] and all(same(raw, current["fields"][key]) for key, raw in merged.typed.items()):
            return number, merged
    kept = {"fields": merged.typed, "agreed": agreed, "opened_at": typed.opened_at}
    row = {"invitation_id": opened.id, "reader": reader, "number": number + 1, "typed": kept, "saved_at": now}
    session.execute(insert(Draft), [row])
    session.execute(_of(opened.id, reader).where(Draft.number <= number + 1 - KEPT))
    return number + 1, merged


def merged(
    connection: Connection, opened: Opened, reader: str, mine: Mapping[str, Raw], base: int, start: Mapping[str, Raw]
) -> Merged:
    """What a form that was filled from draft `base` says beside the newest draft."""
    current = opened.draft.typed if opened.draft else {}
    return merge(_base(connection, opened.id, reader, base, start), current, mine)


def with_secrets(opened: Opened, typed: Mapping[str, Raw], saved: Mapping[str, Raw]) -> dict[str, Raw]:
    """`typed`, with the sensitive values of a draft where nothing was typed over them: the page shows their masks."""
    left = (key for key in opened.asked.sensitive if not _said(typed[key]))
    return {**typed, **{key: saved[key] for key in left if key in saved}}


def forget(session: Session, opened: Opened, reader: str, up_to: int) -> None:
    """What was typed is sent: its drafts go. One that another device saved since stays."""
    session.execute(_of(opened.id, reader).where(Draft.number <= up_to))


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
