"""Staff pages: hand customers over to a colleague, one or many at once (M46)."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from formsvc.customers import colleagues, reach
from formsvc.customers.handing_over.verbs import hand_over
from formsvc.customers.listing import choosing
from formsvc.customers.listing.filters import Filter
from formsvc.customers.listing.pages import asking_of
from formsvc.customers.models import Customer
from formsvc.customers.pages import found_itself
from formsvc.db import db, transaction
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission, Staff
from formsvc.web.show import now
from formsvc.web.urls import row_id

blueprint = Blueprint("handing_over", __name__, url_prefix="/customers")


@blueprint.post("/hand-over")
@requires(Permission.HAND_OVER)
def many() -> Response:
    filter_ = Filter.read(request.args)
    back = redirect(url_for("customers.index", **filter_.asked), 303)
    numbers = [customer.number for customer in choosing.chosen(db.session, me(), request.form, asking_of(filter_))]
    db.session.rollback()
    if not numbers:
        flash(_("Tick the customers first."), "problem")
    elif to := _colleague():
        given = sum(_hand_over(number, to) for number in numbers)
        _say(given, len(numbers), to)
    return back


@blueprint.post("/<number>/hand-over")
@requires(Permission.HAND_OVER)
def one(number: str) -> Response:
    number = found_itself(db.session, number).number
    if to := _colleague():
        _say(int(_hand_over(number, to)), 1, to)
    is_seen = reach.find(db.session, me(), number) is not None
    return redirect(url_for("customers.show", number=number) if is_seen else url_for("customers.index"), 303)


def offer(reader: Staff) -> tuple[str, dict[str, Any]] | None:
    """What the list offers to do with several."""
    return (
        ("customers/hand_over.html", {"people": colleagues.of(db.session, reader)})
        if reader.may(Permission.HAND_OVER)
        else None
    )


def panel(customer: Customer) -> tuple[str, dict[str, Any]]:
    """What a customer's page shows of who is the account manager."""
    people = colleagues.of(db.session, me()) if me().may(Permission.HAND_OVER) else []
    return "customers/hand_over_panel.html", {"people": [person for person in people if person[0] != customer.owner_id]}


def _hand_over(number: str, to: Staff) -> bool:
    with transaction() as session:
        customer = reach.find(session, me(), number)
        return customer is not None and hand_over(session, customer, to, me(), now())


def _colleague() -> Staff | None:
    """Who was chosen, where that is possible; else the page says so."""
    to = colleagues.find(db.session, me(), request.form.get("to", 0, type=row_id))
    db.session.rollback()
    if to is None:
        flash(_("Choose a colleague."), "problem")
    return to


def _say(given: int, asked: int, to: Staff) -> None:
    stays = _("Answers that wait for a review stay with who reviews them.")
    if given:
        flash(_("Handed over to %(name)s: %(count)s.", name=to.name, count=given) + " " + stays, "done")
    if passed_over := asked - given:
        flash(_("Passed over: %(count)s. %(name)s has them already.", count=passed_over, name=to.name), "problem")
