"""The queue's page without its rows, rendered once for what many requests of one reader have alike, and filled often.

A page of fifty rows is asked for more often than any other of the staff's, and rendering it anew took most of its time.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, current_app, render_template, url_for
from flask_babel import gettext as _

from formsvc.review import offers
from formsvc.review.filters import PAGE, Filter
from formsvc.review.states import state_names
from formsvc.staff.models import Role, Staff
from formsvc.submissions.models import SubmissionState
from formsvc.web import language
from formsvc.web.holes import Pieces, hole

MOST_KEPT = 256  # of some ten thousand characters each


class Look(NamedTuple):
    """All that the page depends on besides what goes into its holes: two with the same are the same page.

    `saved` are the reader's filters, `people` who may review, `titles` key and title of each questionnaire.
    """

    language: str
    reader: tuple[int, str, str]
    chosen: Filter
    saved: tuple[tuple[int, str, str], ...]
    people: tuple[tuple[int, str], ...]
    titles: tuple[tuple[str, str], ...]
    has_rows: bool
    has_before: bool
    has_behind: bool
    is_empty: bool
    is_late: bool


def init_app(app: Flask) -> None:
    app.extensions["queue-sheets"] = lru_cache(maxsize=MOST_KEPT)(_sheet)


def filled(reader: Staff, values: Mapping[str, str], **look: Any) -> str:
    """The page for `reader` with that `Look`; `values` are HTML already."""
    who = reader.id, reader.name, reader.role.value
    sheet: Pieces = current_app.extensions["queue-sheets"](Look(language.current(), who, **look))
    return sheet.filled(values)


def _sheet(look: Look) -> Pieces:
    """Made within a request of the reader, who is named in it; what is the request's own is a hole."""
    role, chosen = Role(look.reader[2]), look.chosen
    tabs = offers.tabs(role, look.saved)
    is_waiting = chosen.state is SubmissionState.WAITING
    html = render_template(
        "review/queue.html", look=look, chosen=chosen, is_waiting=is_waiting, tabs=tabs, hole=hole,
        here=offers.here(role, tabs, chosen), csrf_token=lambda: hole("csrf"), path=url_for(".queue"),
        choices=offers.choices(role, look.reader[0], chosen, look.people, look.titles), keys="queue", page=PAGE,
        title=_("To review") if is_waiting else state_names()[chosen.state],
    )  # fmt: skip
    return Pieces(html)
