"""The rows of the queue: the row with its holes and the words in it, each rendered once."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from formsvc.review import offers
from formsvc.review.queue import LATE
from formsvc.submissions.models import Way
from formsvc.submissions.ways import way_names
from formsvc.web import language
from formsvc.web.holes import Pieces, as_html, hole
from formsvc.web.show import instant

HOUR, DAYS_FROM = timedelta(hours=1), 72  # hours from which on a time is said in days
WITHOUT_CODE = "without-code"


class Rows:
    """Rows for one reader at one time; `path` and `query` make their addresses.

    `titles` are those of the questionnaires that a row names. With `can_pick` each row has a box to tick.
    """

    def __init__(self, path: str, query: str, is_waiting: bool, titles: Mapping[int, str], can_pick: bool) -> None:
        self._path, self._query = as_html(path), as_html(f"?{query}" if query else "")
        self._is_waiting, self._titles, self._reader = is_waiting, titles, language.current()
        self._can_pick = is_waiting and can_pick
        self._nobody, self._again, self._no_code, self._mine, self._theirs, self._unchecked = words(self._reader)

    def filled(self, rows: Iterable[Any], reader_id: int, at: datetime) -> str:
        """The rows as HTML; they wait until now, `at`."""
        pieces = _row(self._reader, self._is_waiting, self._can_pick)
        return "".join([pieces.filled(self._values(row, reader_id, at)) for row in rows])

    def _values(self, row: Any, reader_id: int, at: datetime) -> dict[str, str]:
        return {
            "id": str(row.id), "href": f"{self._path}{row.id}{self._query}", "name": as_html(row.name),
            "number": as_html(row.number), "marks": self._marks(row, reader_id), "contact": as_html(row.contact or ""),
            "found": self._found(row), "sent": instant(row.submitted_at), "waits": _waits(self._reader, row, at),
            "reviewer": as_html(row.assignee) if row.assignee else self._nobody,
        }  # fmt: skip

    def _marks(self, row: Any, reader_id: int) -> str:
        """What stands beside the name: which questionnaire, how it came, that it was sent again, who has it open."""
        marks = _part("soft", self._titles[row.questionnaire_id]) if row.questionnaire_id in self._titles else ""
        if row.channel is not Way.LINK:
            marks += _way(self._reader, row.channel)
        if row.revision > 1:
            marks += _part("accent", self._again)
        if row.claimant_id and self._is_waiting:
            is_mine = row.claimant_id == reader_id
            marks += _part("held-by", self._mine if is_mine else self._theirs % {"name": row.claimant})
        return marks

    def _found(self, row: Any) -> str:
        names = {name for (name,) in row.flags or ()}
        found = [said for name, said in _flags(self._reader).items() if name in names] if names else []
        if row.flags is None and self._is_waiting:
            found.append(_part("soft", self._unchecked))
        if not row.is_proved and WITHOUT_CODE not in names:
            found.append(_part("bad", self._no_code))
        return "".join(found)


@cache
def words(reader: str) -> tuple[str, str, str, str, str, str]:
    """What rows say, in the language of the `reader`."""
    theirs = _("%(name)s has it open", name="\0").replace("%", "%%").replace("\0", "%(name)s")
    mine, unchecked = _("You have it open"), _("not checked yet")
    return as_html(_("nobody")), _("sent again"), _("sent without a code"), mine, theirs, unchecked


@cache
def _row(reader: str, is_waiting: bool, can_pick: bool) -> Pieces:
    return Pieces(render_template("review/row.html", hole=hole, is_waiting=is_waiting, can_pick=can_pick))


@lru_cache(maxsize=1024)
def _part(look: str, text: str) -> str:
    return render_template("review/part.html", look=look, text=text).rstrip()


@cache
def _way(reader: str, way: Way) -> str:
    """How answers came that did not come by the link, in the language of the `reader`."""
    return _part("", way_names()[way])


@cache
def _flags(reader: str) -> dict[str, str]:
    """Each check as a row says it, the heaviest first."""
    return {name: _part(look, title) for name, (title, look) in offers.flags().items()}


def _waits(reader: str, row: Any, at: datetime) -> str:
    waited = at - row.submitted_at
    return _waited(reader, waited // HOUR, waited >= LATE)


@lru_cache(maxsize=1024)
def _waited(reader: str, hours: int, is_late: bool) -> str:
    if hours < 1:
        said = _("less than an hour")
    else:
        said = _("%(hours)s h", hours=hours) if hours < DAYS_FROM else _("%(days)s days", days=hours // 24)
    return _part("late", said) if is_late else as_html(said)
