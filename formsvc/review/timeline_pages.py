"""Staff pages: a customer's timeline, two versions of the record beside each other, the record as of a day (M24)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from formsvc.customers import past
from formsvc.customers.models import Customer, CustomerVersion
from formsvc.customers.pages import find_or_404, wording
from formsvc.customers.past import Place
from formsvc.db import db
from formsvc.fields import clean_line
from formsvc.review import timeline
from formsvc.review.timeline import Entry, Mark
from formsvc.staff.access import requires
from formsvc.staff.models import Permission
from formsvc.web.show import today
from formsvc.web.urls import row_id

blueprint = Blueprint("timeline", __name__, url_prefix="/customers/<number>/timeline")


@blueprint.get("")
@requires(Permission.SEE)
def show(number: str) -> str:
    customer, before = find_or_404(number), Mark.read(request.args.get("before", ""))
    entries, more = timeline.entries(db.session, customer, before)
    versions = past.versions(db.session, customer)
    return render_template(
        "review/timeline.html", customer=customer, entries=entries, more=more, paged=before is not None,
        who=_namer(entries), names=timeline.names(db.session, customer), today=today(), causes=_causes(),
        versions=versions, chosen=(versions[min(1, len(versions) - 1)], versions[0]), **wording(),
    )  # fmt: skip


@blueprint.get("/compare")
@requires(Permission.SEE)
def compare(number: str) -> str:
    customer, words = find_or_404(number), wording()
    versions = past.versions(db.session, customer)
    old, new = _chosen(versions, "from"), _chosen(versions, "to")
    return render_template(
        "review/compare.html", customer=customer, versions=versions, chosen=(old, new), causes=_causes(),
        rows=_rows(customer, old, new, words) if old and new else None,
        names=timeline.names(db.session, customer), **words,
    )  # fmt: skip


@blueprint.get("/day")
@requires(Permission.SEE)
def day(number: str) -> str:
    customer, asked = find_or_404(number), clean_line(request.args.get("on", ""))[:20]
    on, problem = _day(asked)
    version = past.version_before(db.session, customer, past.end_of(on)) if on and not problem else None
    if on and not problem and version is None:
        problem = _("There was no record of this customer on that day yet.")
    found = past.record_at(db.session, customer, version) if version else None
    words = wording()
    rows = [(place, found.values[place]) for place in _sorted(found.values, words)] if found else []
    return render_template(
        "review/day.html", customer=customer, asked=asked, on=on, problem=problem, record=found, rows=rows,
        names=timeline.names(db.session, customer), today=today(), **words,
    )  # fmt: skip


def _day(asked: str) -> tuple[date | None, str | None]:
    """The day in an address, and why there is no record to show of it."""
    try:
        on = date.fromisoformat(asked)
    except ValueError:
        return None, _("Choose a day.")
    return on, _("That day is still to come.") if on > today() else None


def _chosen(versions: list[CustomerVersion], name: str) -> CustomerVersion | None:
    number = request.args.get(name, type=row_id)
    return next((version for version in versions if version.number == number), None)


def _rows(customer: Customer, old: CustomerVersion, new: CustomerVersion, words: dict[str, Any]) -> list[Any]:
    before, after = (past.record_at(db.session, customer, version) for version in (old, new))
    found = {difference.place: difference for difference in past.differences(before, after)}
    return [found[place] for place in _sorted(found, words)]


def _sorted(places: Iterable[Place], words: dict[str, Any]) -> list[Place]:
    """The customer and its primary contact, then other contacts, each in the questionnaire's order."""
    return sorted(places, key=lambda place: (place[0], words["place"](place[1])))


def _namer(entries: Iterable[Entry]) -> Any:
    """A function that names an actor."""
    people = timeline.people(db.session, entries)

    def who(actor: str) -> str:
        return people.get(actor) or (_("The customer") if actor.startswith("customer:") else _("The system"))

    return who


def _causes() -> dict[str, str]:
    return {
        "worksheet": _("worksheet"),
        "submission": _("answers accepted"),
        "edit": _("edited"),
        "undo": _("undone"),
    }
