"""Staff pages: the report of the work, on Monday and whenever one asks (M45)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, render_template, request, url_for
from flask_babel import gettext as _

from formsvc.customers.listing.filters import read_day
from formsvc.customers.pages import shower
from formsvc.customers.worksheet.writing import csv_lines
from formsvc.db import db
from formsvc.reports.blueprint import blueprint
from formsvc.reports.work import LONGEST, Line, Period, lines
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import today

THIS, LAST = "this", "last"
HOUR, DAY = 3600, 86400


@blueprint.get("/reports/work")
@requires(Permission.SEE)
def work() -> str:
    period = _period(request.args)
    found, total = lines(db.session, me(), period)
    return render_template(
        "reports/work.html", lines=found, total=total, period=period, columns=_columns(), addresses=_addresses(period),
        show=shower(), spent=spent, weeks=_weeks(period), longest=LONGEST,
        is_cut=_asked(request.args) not in (None, (period.first, period.last)),
    )  # fmt: skip


@blueprint.post("/reports/work.csv")
@requires(Permission.EXPORT)
def work_sheet() -> Response:
    period = _period(request.args)
    found, total = lines(db.session, me(), period)
    header = [_("Manager"), *_columns().values()]
    rows = [[_name(line), *_cells(line)] for line in found] + [[_("All together"), *_cells(total)]]
    told = {"Content-Disposition": f'attachment; filename="work-{period.first}-{period.last}.csv"'}
    return Response("".join(csv_lines(header, rows)), mimetype="text/csv", headers=told)


def spent(seconds: int | None) -> str:
    """A time for people, in hours or days; nothing for none."""
    if seconds is None:
        return ""
    if seconds < HOUR:
        return _("less than an hour")
    return _("%(hours)s h", hours=seconds // HOUR) if seconds < 3 * DAY else _("%(days)s days", days=seconds // DAY)


def _columns() -> dict[str, str]:
    return {
        "added": _("Added"),
        "sent": _("Links sent"),
        "answered": _("Links answered"),
        "median": _("Median time to answer"),
        "reviewed": _("Reviewed"),
        "unanswered": _("No answer in time"),
        "follow_ups": _("Follow-ups"),
        "waiting": _("Waiting now"),
        "overdue": _("Steps overdue now"),
    }


def _cells(line: Line) -> list[str]:
    return [spent(line.median) if name == "median" else str(line.figures[name]) for name in _columns()]


def _name(line: Line) -> str:
    return line.name or _("unassigned")


def _addresses(period: Period) -> dict[str, Any]:
    """For each figure that a list shows: the address of that list for the account manager with that id."""
    days = {"asked_from": period.first.isoformat(), "asked_to": period.last.isoformat()}
    lists: dict[str, dict[str, str]] = {
        "added": {"added_from": period.first.isoformat(), "added_to": period.last.isoformat()},
        "overdue": {"due": "overdue"},
    }
    if me().may(Permission.READ_ANSWERS):
        lists |= {name: {"asked": asked, **days} for name, asked in _LINKS.items()}
    found = {name: _lister("customers.index", chosen) for name, chosen in lists.items()}
    return found | ({"waiting": _lister("review.queue", {})} if me().may(Permission.REVIEW) else {})


_LINKS = {"sent": "sent", "answered": "replied", "unanswered": "expired"}


def _lister(endpoint: str, chosen: Mapping[str, str]) -> Any:
    return lambda owner: url_for(endpoint, owner=owner or "none", **dict[str, Any](chosen))


def _period(asked: Mapping[str, str]) -> Period:
    """The days in question: those that are asked for, at most LONGEST of them, else this week so far."""
    now, zone = today(), current_app.extensions["config"].time_zone
    first, last = _asked(asked) or _week(now, 1 if asked.get("week") == LAST else 0)
    return Period(max(first, last - timedelta(days=LONGEST - 1)), last, now, zone)


def _asked(asked: Mapping[str, str]) -> tuple[date, date] | None:
    days = [date.fromisoformat(day) for name in ("from", "to") if (day := read_day(asked.get(name, "")))]
    return (min(days), max(days)) if days else None


def _week(now: date, ago: int) -> tuple[date, date]:
    """Monday and Sunday of the week so many weeks ago."""
    monday = now - timedelta(days=now.weekday() + 7 * ago)
    return monday, monday + timedelta(days=6)


def _weeks(period: Period) -> list[tuple[str, str, bool]]:
    """What can be chosen at once: its name, its address, and whether it is chosen."""
    known = {THIS: _("This week"), LAST: _("Last week")}
    return [
        (text, url_for("reports.work", week=name), (period.first, period.last) == _week(period.today, ago))
        for ago, (name, text) in enumerate(known.items())
    ]
