"""Filters of the queue: what its address says, and the ones that a colleague saved by name (M20)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from formsvc import audit
from formsvc.db import rows_changed
from formsvc.fields import clean_line
from formsvc.questionnaires.definition import KEY
from formsvc.review.checks import CHECKS
from formsvc.review.models import SavedFilter
from formsvc.staff.models import Staff
from formsvc.submissions.models import SubmissionState
from formsvc.web.urls import row_id

ME, NOBODY = "me", "none"
MOST_SAVED, LONGEST_NAME = 20, 40


class Age(StrEnum):
    """How long a submission has waited: over 24 hours, over 12, or less."""

    LATE = "late"
    SOON = "soon"
    FRESH = "fresh"


class NoName(ValueError):
    """A filter is saved by a name."""


class TooMany(Exception):
    """A colleague has MOST_SAVED filters already."""


@dataclass(frozen=True)
class Filter:
    """What the queue shows. `owner` is who is to review it: ME, NOBODY, an id of an account, or "" for all in reach."""

    owner: str = ""
    state: SubmissionState = SubmissionState.WAITING
    age: Age | None = None
    flag: str = ""
    questionnaire: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Filter":
        """What an address asks for. What it cannot ask for is passed over."""
        state, age = asked.get("state", ""), asked.get("age", "")
        flag, questionnaire = asked.get("flag", ""), asked.get("questionnaire", "")
        return cls(
            owner=_owner(asked.get("owner", "")),
            state=SubmissionState(state) if state in SubmissionState.__members__.values() else SubmissionState.WAITING,
            age=Age(age) if age in Age.__members__.values() else None,
            flag=flag if flag in CHECKS else "",
            questionnaire=questionnaire if KEY.fullmatch(questionnaire) else "",
        )

    @classmethod
    def parse(cls, query: str) -> "Filter":
        """What the query of an address asks for."""
        return cls.read(dict(parse_qsl(query)))

    @property
    def asked(self) -> dict[str, Any]:
        """What stands in an address; nothing for what goes without saying."""
        state = "" if self.state is SubmissionState.WAITING else self.state.value
        age = self.age.value if self.age else ""
        parts = {
            "owner": self.owner, "state": state, "age": age, "flag": self.flag, "questionnaire": self.questionnaire,
        }  # fmt: skip
        return {name: value for name, value in parts.items() if value}

    @property
    def query(self) -> str:
        """The query of an address that asks for this."""
        return urlencode(self.asked)


def save(session: Session, owner: Staff, name: str, chosen: Filter, now: datetime) -> SavedFilter:
    """`chosen` by that name, in place of what `owner` called so before. Raises NoName, TooMany."""
    name = clean_line(name)[:LONGEST_NAME]
    if not name:
        raise NoName
    session.execute(select(Staff.id).where(Staff.id == owner.id).with_for_update())  # two at once take turns
    own = SavedFilter.staff_id == owner.id
    saved = session.scalar(select(SavedFilter).where(own, SavedFilter.name == name))
    if saved is None:
        if (session.scalar(select(func.count()).where(own)) or 0) >= MOST_SAVED:
            raise TooMany
        saved = SavedFilter(staff_id=owner.id, name=name)
        session.add(saved)
    saved.query = chosen.query
    session.flush()
    audit.record(session, owner.actor, "filter.saved", f"filter:{saved.id}", now)
    return saved


def forget(session: Session, owner: Staff, id_: int, now: datetime) -> bool:
    """Whether `owner` had a filter with that id, which is gone."""
    gone = delete(SavedFilter).where(SavedFilter.id == id_, SavedFilter.staff_id == owner.id)
    if not rows_changed(session, gone):
        return False
    audit.record(session, owner.actor, "filter.forgotten", f"filter:{id_}", now)
    return True


def _owner(text: str) -> str:
    if text in (ME, NOBODY):
        return text
    try:
        return str(row_id(text))
    except ValueError:
        return ""
