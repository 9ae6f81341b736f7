"""Staff pages: put a record aside, and bring it back (M26)."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from formsvc.customers.archiving import verbs as archiving
from formsvc.customers.archiving.verbs import Reason
from formsvc.customers.ends import StillWaiting, waits
from formsvc.customers.models import Customer
from formsvc.customers.pages import find_or_404, found_itself
from formsvc.db import db, transaction
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now

blueprint = Blueprint("archiving", __name__, url_prefix="/customers")


@blueprint.get("/<number>/archive")
@requires(Permission.MANAGE)
def choose(number: str) -> str | Response:
    customer = find_or_404(number)
    return _to(number) if customer.archived_at else _page(customer)


@blueprint.post("/<number>/archive")
@requires(Permission.MANAGE)
def archive(number: str) -> Response | tuple[str, int]:
    said = request.form.get("reason", "")
    if said not in list(Reason):
        return _page(find_or_404(number), _("Choose a reason.")), 422
    try:
        with transaction() as session:
            archiving.archive(session, found_itself(session, number), me(), Reason(said), now())
    except StillWaiting as error:
        db.session.rollback()
        return _page(find_or_404(number), waiting=error), 409
    except archiving.TooLate:
        flash(_("This record is archived already."), "problem")
    else:
        flash(_("The record is archived."), "done")
    return _to(number)


@blueprint.post("/<number>/bring-back")
@requires(Permission.MANAGE)
def bring_back(number: str) -> Response:
    try:
        with transaction() as session:
            archiving.bring_back(session, found_itself(session, number), me(), now())
    except archiving.TooLate:
        flash(_("This record is not archived any more."), "problem")
    else:
        flash(_("The record is back: the customer can be invited again."), "done")
    return _to(number)


def _page(customer: Customer, problem: str | None = None, waiting: StillWaiting | None = None) -> str:
    return render_template(
        "customers/archive.html", customer=customer, problem=problem, waiting=waiting or waits(db.session, customer),
        reasons=archiving.reasons(), chosen=request.form.get("reason", ""),
    )  # fmt: skip


def _to(number: str) -> Response:
    return redirect(url_for("customers.show", number=number), 303)
