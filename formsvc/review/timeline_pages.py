"""Staff pages: a customer's timeline, two versions of the record beside each other, the record as of a day (M24)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _

from formsvc.customers import past, reach
from formsvc.customers.models import Customer, CustomerVersion
from formsvc.customers.pages import find_or_404, wording
from formsvc.customers.past import Place, Record
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
    part = _part(customer)
    entries, more = timeline.entries(db.session, part or customer, before)
    return render_template(
        "review/timeline.html", customer=customer, entries=entries, more=more, paged=before is not None, part=part,
        who=_namer(entries), names=timeline.names(db.session, part or customer), **wording(),
    )  # fmt: skip


@blueprint.get("/compare")
@requires(Permission.SEE)
def compare(number: str) -> str:
    customer, words = find_or_404(number), wording()
    versions = past.versions(db.session, customer)
    old, new = _chosen(versions[1:] or versions, versions, "from"), _chosen(versions, versions, "to")
    if old and new and old.number > new.number:
        old, new = new, old
    return render_template(
        "review/compare.html", customer=customer, versions=versions, chosen=(old, new), causes=_causes(),
        rows=_rows(customer, old, new, words) if old and new else None,
        names=timeline.names(db.session, customer), **words,
    )  # fmt: skip


@blueprint.get("/day")
@requires(Permission.SEE)
def day(number: str) -> str:
    customer, words = find_or_404(number), wording()
    asked = clean_line(request.args.get("on", today().isoformat()))[:20]
    found, problem = _held_on(customer, asked)
    return render_template(
        "review/day.html", customer=customer, asked=asked, problem=problem, record=found, today=today(),
        rows=[(place, found.values[place]) for place in _sorted(found.values, words)] if found else [], **words,
    )  # fmt: skip


def _part(customer: Customer) -> Customer | None:
    """The record whose own timeline the address asks for, one that was merged into `customer` (M26)."""
    if "part" not in request.args:
        return None
    return reach.find_part(db.session, customer, request.args["part"]) or abort(404)


def _held_on(customer: Customer, asked: str) -> tuple[Record | None, str | None]:
    """The record at the end of the day in an address, or why there is none to show."""
    try:
        on = date.fromisoformat(asked)
    except ValueError:
        return None, _("Choose a day.")
    if on > today():
        return None, _("That day is still to come.")
    version = past.version_before(db.session, customer, past.end_of(on))
    if version is None:
        return None, _("There was no record of this customer on that day yet.")
    return past.record_at(db.session, customer, version), None


def _chosen(usual: list[CustomerVersion], versions: list[CustomerVersion], name: str) -> CustomerVersion | None:
    """The version that the address names; where it names none, the first one of the `usual`."""
    if name not in request.args:
        return usual[0]
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
        "entry": _("entered by hand"),
        "undo": _("undone"),
        "merge": _("merged with another record"),
        "split": _("split from another record"),
    }
