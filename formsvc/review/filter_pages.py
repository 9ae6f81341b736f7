"""Staff pages: save a filter of the queue by a name, and delete it (M20)."""

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from formsvc.db import transaction
from formsvc.review import filters
from formsvc.review.blueprint import blueprint
from formsvc.review.filters import MOST_SAVED, Filter
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now


@blueprint.post("/filters")
@requires(Permission.REVIEW)
def save_filter() -> Response:
    chosen = Filter.read(request.args)
    try:
        with transaction() as session:
            filters.save(session, me(), request.form.get("name", ""), chosen, now())
    except filters.NoName:
        flash(_("Give the filter a name."), "problem")
    except filters.TooMany:
        flash(_("You have %(most)s filters already: delete one first.", most=MOST_SAVED), "problem")
    return redirect(url_for(".queue", **chosen.asked), 303)


@blueprint.post("/filters/<int:id_>/delete")
@requires(Permission.REVIEW)
def delete_filter(id_: int) -> Response:
    with transaction() as session:
        is_gone = filters.forget(session, me(), id_, now())
    if not is_gone:
        abort(404)
    flash(_("The filter is deleted."), "done")
    return redirect(url_for(".queue"), 303)
