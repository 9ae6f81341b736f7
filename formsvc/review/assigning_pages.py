"""Staff pages: give submissions to a colleague to review (M20)."""

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from formsvc.db import transaction
from formsvc.review import assigning, reach
from formsvc.review.blueprint import blueprint
from formsvc.review.filters import Filter
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now
from formsvc.web.urls import row_id


@blueprint.post("/assign")
@requires(Permission.REVIEW)
def assign_many() -> Response:
    ids = request.form.getlist("ids", type=row_id)
    if ids:
        _assign(ids)
    else:
        flash(_("Tick the submissions first."), "problem")
    return redirect(url_for(".queue", **Filter.read(request.args).asked), 303)


@blueprint.post("/<int:id_>/assign")
@requires(Permission.REVIEW)
def assign_one(id_: int) -> Response:
    asked = Filter.read(request.args).asked
    is_seen = _assign([id_], is_alone=True)
    return redirect(url_for(".show", id_=id_, **asked) if is_seen else url_for(".queue", **asked), 303)


def _assign(ids: list[int], is_alone: bool = False) -> bool:
    """Assign, and say what became of it; whether the first one can be seen still. One that `is_alone` must be there."""
    with transaction() as session:
        if is_alone and reach.find(session, me(), ids[0]) is None:
            abort(404)
        to = assigning.colleague(session, request.form.get("to", 0, type=row_id))
        given = assigning.assign(session, ids, to, me(), now()) if to else []
        is_seen = reach.find(session, me(), ids[0]) is not None
    if to is None:
        flash(_("Choose a colleague."), "problem")
        return is_seen
    if given:
        flash(_("Given to %(name)s: %(count)s.", name=to.name, count=len(given)), "done")
    if passed_over := len(set(ids)) - len(given):
        flash(_("Passed over: %(count)s. They do not wait any more.", count=passed_over), "problem")
    return is_seen
