"""What stands around the review of one submission: those before and behind it, who has it open, who may be given it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from formsvc.review.assigning import colleagues
from formsvc.review.claims import holder
from formsvc.review.filters import Filter
from formsvc.review.queue import neighbours
from formsvc.staff.models import Staff
from formsvc.submissions.models import Submission, SubmissionState


@dataclass(frozen=True)
class Place:
    """`asked` is what addresses carry of the filter, `before` and `behind` are ids, `holder` has the answers open."""

    asked: Mapping[str, Any]
    before: int | None
    behind: int | None
    holder: Staff | None
    colleagues: list[tuple[int, str]]


def place(session: Session, reader: Staff, submission: Submission, asked: Mapping[str, str], now: datetime) -> Place:
    """Where `submission` stands for `reader`, who came to it by the filter that the address `asked` for."""
    chosen, waits = Filter.read(asked), submission.state is SubmissionState.WAITING
    before, behind = neighbours(session, reader, chosen, submission, now)
    return Place(
        chosen.asked, before, behind, holder(submission, now) if waits else None, colleagues(session) if waits else []
    )
