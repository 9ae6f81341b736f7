"""Staff pages: the follow-ups of a customer, one more of them, and the next step ticked off (M35)."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from formsvc.customers import reach
from formsvc.customers.channels import TALKS, channel_names
from formsvc.customers.editing.fields import FOLLOW_UP
from formsvc.customers.follow_ups import form as following_up_form
from formsvc.customers.follow_ups import verbs as following_up
from formsvc.customers.follow_ups.form import Talk
from formsvc.customers.follow_ups.listing import Open, by_day, follow_ups, open_step
from formsvc.customers.follow_ups.verbs import IsArchived, NotTheStep
from formsvc.customers.held import is_held
from formsvc.customers.models import Customer, CustomerValue, CustomerVersion
from formsvc.customers.pages import find_or_404, found_itself, wording
from formsvc.customers.worksheet.columns import SAID
from formsvc.db import db, transaction
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now, today
from formsvc.web.urls import row_id

blueprint = Blueprint("following_up", __name__, url_prefix="/customers")
PANEL, PAGE = 10, 50


@blueprint.get("/<number>/follow-ups")
@requires(Permission.SEE)
def show(number: str) -> str:
    customer = find_or_404(number)
    return _page(customer, _opened(customer))


@blueprint.post("/<number>/follow-ups")
@requires(Permission.EDIT)
def record(number: str) -> Response | tuple[str, int]:
    customer = find_or_404(number)
    talk = following_up_form.taken(customer, number, me(), _open(customer), today(), request.form)
    if talk.taken is None:
        return _page(customer, talk), 422
    try:
        with transaction() as session:
            found = reach.find(session, me(), number) or abort(404)
            following_up.follow_up(session, found, talk.taken, me(), now())
    except IsArchived:
        talk.form.refuse(SAID, _("This record is archived: bring it back on its page, then save again."))
        return _page(customer, talk), 409
    flash(_("The follow-up is in the record."), "done")
    return redirect(url_for("customers.show", number=customer.number), 303)


@blueprint.post("/<number>/next-step/done")
@requires(Permission.EDIT)
def finish(number: str) -> Response:
    try:
        with transaction() as session:
            customer = found_itself(session, number)
            following_up.finish(session, customer, request.form.get("since", type=row_id) or 0, me(), now())
    except NotTheStep:
        flash(_("The next step has changed meanwhile: nothing was ticked off. Look again."), "problem")
    else:
        flash(_("The next step is done. What comes next?"), "done")
    return redirect(url_for("customers.show", number=number), 303)


def panel(customer: Customer) -> tuple[str, dict[str, Any]]:
    """What a customer's page shows of follow-ups."""
    found = follow_ups(db.session, customer, PANEL + 1)
    shown = {"follow_ups": by_day(found[:PANEL]), "more": len(found) > PANEL, "talk": _opened(customer), "folds": True}
    return "customers/follow_panel.html", {**shown, **_names()}


def _page(customer: Customer, talk: Talk | None) -> str:
    before = _version(request.args.get("before", ""))
    found = follow_ups(db.session, customer, PAGE + 1, before)
    last = found[PAGE - 1].version if len(found) > PAGE else None
    return render_template(
        "customers/follow_up.html", customer=customer, paged=before is not None, last=last,
        panel={"follow_ups": by_day(found[:PAGE]), "talk": talk, **_names()}, **wording(),
    )  # fmt: skip


def _version(mark: str) -> CustomerVersion | None:
    """The version that an address names."""
    try:
        customer_id, number = map(row_id, mark.split("-"))
    except ValueError:
        return None
    return db.session.get(CustomerVersion, (customer_id, number))


def _opened(customer: Customer) -> Talk | None:
    """The form, for who may send it; whose record is put aside is brought back first."""
    may = me().may(Permission.EDIT) and customer.is_asked
    return following_up_form.opened(customer, me(), _open(customer), today()) if may else None


def _names() -> dict[str, Any]:
    names = channel_names()
    return {"channels": names, "talks": {each: names[each] for each in TALKS}}


def _open(customer: Customer) -> Open | None:
    rows = select(CustomerValue).where(is_held(customer.id), CustomerValue.field.in_(FOLLOW_UP))
    return open_step({row.field: row for row in db.session.scalars(rows)}, today())
