"""Staff pages: the queue of submissions, oldest first (M20)."""

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template, request, session, url_for

from formsvc.db import db, reading
from formsvc.questionnaires.verbs import DEFAULT_KEY
from formsvc.review import offers, queue_sheet
from formsvc.review.blueprint import blueprint
from formsvc.review.filters import Filter
from formsvc.review.queue import PAGE, Key, Page, around, key_of, page, within
from formsvc.review.queue_rows import Rows
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.submissions.models import SubmissionState
from formsvc.web.holes import as_html
from formsvc.web.show import capped, now
from formsvc.web.tokens import form_token
from formsvc.web.urls import row_id


@blueprint.get("/")
@requires(Permission.READ_ANSWERS)
def queue() -> str:
    reader, at, chosen, path = me(), now(), Filter.read(request.args), url_for(".queue")
    ends = {name: _key(name) for name in ("after", "before")}
    with reading() as connection:
        seen = within(connection, reader, chosen, at)
        found, beside = page(connection, seen, PAGE, **ends), around(connection, seen)
    titles = offers.titles(db.session) if beside.questionnaires > 1 else {}
    others = {id_: title for id_, (key, title) in titles.items() if key != DEFAULT_KEY}
    rows = Rows(path, chosen.query, chosen.state is SubmissionState.WAITING, others, reader.may(Permission.REVIEW))
    own = {
        "rows": rows.filled(found.rows, reader.id, at), "total": capped(beside.total), "late": capped(beside.late),
        "csrf": form_token(), "back": as_html(request.full_path.rstrip("?")), **_ends(path, chosen, found),
        "said": render_template("web/said.html") if "_flashes" in session else "",
    }  # fmt: skip
    return queue_sheet.filled(
        reader, own, chosen=chosen, saved=_sorted(beside.saved), people=_sorted(beside.colleagues),
        titles=tuple(titles.values()), has_rows=bool(found.rows), has_before=found.has_before,
        has_behind=found.has_behind, is_empty=not beside.total, is_late=bool(beside.late),
    )  # fmt: skip


def _ends(path: str, chosen: Filter, found: Page) -> dict[str, str]:
    """The addresses of the pages before and behind."""
    if not found.rows:
        return {}
    start = f"{path}?{chosen.query}&" if chosen.asked else f"{path}?"
    ends = {"before": found.rows[0], "after": found.rows[-1]}
    return {name: as_html(f"{start}{name}={row.id}") for name, row in ends.items()}


def _sorted(rows: Sequence[Sequence[Any]] | None) -> tuple[tuple[Any, ...], ...]:
    """Rows of ids and names by name, in one order whatever the database gave."""
    return tuple(sorted(map(tuple, rows or ()), key=lambda row: (str(row[1]), row[0])))


def _key(name: str) -> Key | None:
    """Where the page begins or ends; a submission that the reader may not see is as if it did not exist."""
    id_ = request.args.get(name, type=row_id)
    return key_of(db.session, me(), id_) or abort(404) if id_ else None
