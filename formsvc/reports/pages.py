"""Staff pages: reports."""

from flask import render_template

from formsvc.db import db
from formsvc.questionnaires.verbs import definition_of
from formsvc.reports.blueprint import blueprint
from formsvc.reports.times import SAMPLE, duration, newest
from formsvc.staff.access import requires
from formsvc.staff.models import Permission


@blueprint.get("/reports/times")
@requires(Permission.READ_ANSWERS)
def times() -> str:
    rows = [(found, definition_of(found.version)) for found in newest(db.session)]
    return render_template("reports/times.html", rows=rows, duration=duration, sample=SAMPLE)
