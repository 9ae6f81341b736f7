"""The filter of the queue: what its address says (M20)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from formsvc.customers.listing.parts import read_owner
from formsvc.questionnaires.definition import KEY
from formsvc.review.checks import CHECKS
from formsvc.submissions.models import SubmissionState

PAGE = "queue"  # among the filtered pages


class Age(StrEnum):
    """How long a submission has waited: over 24 hours, over 12, or less."""

    LATE = "late"
    SOON = "soon"
    FRESH = "fresh"


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
            owner=read_owner(asked.get("owner", "")),
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
