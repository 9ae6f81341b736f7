"""Staff pages: save a filter by a name, and delete it (M20, M45)."""

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from formsvc.customers.listing import saved as saved_filters
from formsvc.customers.listing.saved import MOST_SAVED, FilteredPage
from formsvc.db import transaction
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now

blueprint = Blueprint("filters", __name__)


@blueprint.post("/filters")
@requires(Permission.SEE)
def save() -> Response:
    name = request.form.get("page", "")
    page = _page(name)
    chosen = page.read(request.args)
    try:
        with transaction() as session:
            saved_filters.save(session, me(), name, request.form.get("name", ""), chosen, now())
    except saved_filters.NoName:
        flash(_("Give the filter a name."), "problem")
    except saved_filters.TooMany:
        flash(_("You have %(most)s filters already: delete one first.", most=MOST_SAVED), "problem")
    return redirect(url_for(page.endpoint, **chosen.asked), 303)


@blueprint.post("/filters/<int:id_>/delete")
@requires(Permission.SEE)
def delete(id_: int) -> Response:
    with transaction() as session:
        page = saved_filters.forget(session, me(), id_, now())
    if page is None:
        abort(404)
    flash(_("The filter is deleted."), "done")
    return redirect(url_for(_page(page).endpoint), 303)


def _page(name: str) -> FilteredPage:
    pages: dict[str, FilteredPage] = current_app.extensions["filtered-pages"]
    return pages.get(name) or abort(404)
