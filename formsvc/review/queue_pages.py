"""Staff pages: the queue of submissions, oldest first (M20)."""

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _

from formsvc.db import db
from formsvc.review import offers, queue_rows
from formsvc.review.blueprint import blueprint
from formsvc.review.filters import Filter
from formsvc.review.queue import PAGE, Key, around, capped, key_of, page, within
from formsvc.review.states import state_names
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.submissions.models import SubmissionState
from formsvc.web import language
from formsvc.web.show import now
from formsvc.web.urls import row_id


@blueprint.get("/")
@requires(Permission.REVIEW)
def queue() -> str:
    session, reader, at, chosen = db.session, me(), now(), Filter.read(request.args)
    seen = within(session, reader, chosen, at)
    found = page(session, seen, PAGE, after=_key("after"), before=_key("before"))
    beside = around(session, seen)
    tabs = offers.tabs(reader, beside.saved or ())
    people = tuple((id_, name) for id_, name in sorted(beside.colleagues or (), key=lambda person: str(person[1])))
    titles = offers.titles(session) if beside.questionnaires > 1 else {}
    is_waiting, path, words = chosen.state is SubmissionState.WAITING, url_for(".queue"), language.current()
    rows = queue_rows.Rows(path, chosen.query, is_waiting, titles)
    return render_template(
        "review/queue.html", page=found, chosen=chosen, tabs=tabs, here=offers.here(reader, tabs, chosen),
        rows=rows.filled(found.rows, reader.id, at), keys=queue_rows.keys(words), people=people, path=path,
        choices=queue_rows.choices(words, reader.role, reader.id, chosen, people, tuple(titles.values())),
        total=capped(beside.total), late=beside.late and capped(beside.late), is_empty=not beside.total,
        is_waiting=is_waiting, title=_("To review") if is_waiting else state_names()[chosen.state],
    )  # fmt: skip


def _key(name: str) -> Key | None:
    """Where the page begins or ends; a submission that the reader may not see is as if it did not exist."""
    id_ = request.args.get(name, type=row_id)
    return key_of(db.session, me(), id_) or abort(404) if id_ else None
