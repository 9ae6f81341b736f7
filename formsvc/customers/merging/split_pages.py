"""Staff pages: split two records again that were merged (M26)."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from formsvc.customers import reach
from formsvc.customers.merging import split as merging_split
from formsvc.customers.merging.pages import blueprint
from formsvc.customers.merging.steps import Added, find_merge, plan
from formsvc.customers.models import Customer, CustomerValue, CustomerVersion
from formsvc.customers.pages import find_or_404, wording
from formsvc.customers.record import StaleRecord
from formsvc.customers.relation import NAME
from formsvc.db import db, transaction
from formsvc.fields import clean
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now
from formsvc.web.urls import row_id


@blueprint.get("/<number>/split/<int:version>")
@requires(Permission.MANAGE)
def choose_split(number: str, version: int) -> str:
    """Say what would happen."""
    customer = find_or_404(number)
    return _page(customer, _merge(db.session, customer, version) or abort(404))


@blueprint.post("/<number>/split/<int:version>")
@requires(Permission.MANAGE)
def split(number: str, version: int) -> Response | tuple[str, int]:
    reason = clean(request.form.get("reason", ""))[: merging_split.MAX_REASON]
    seen = request.form.get("seen", type=row_id) or 0
    try:
        with transaction() as session:
            customer = reach.find(session, me(), number) or abort(404)
            merge = _merge(session, customer, version)
            if merge is None:
                raise merging_split.NotMerged(number)
            merging_split.split(session, customer, version, me(), reason, seen, now())
    except merging_split.ReasonMissing:
        return _again(number, version, _("Write the reason: it stays with the record.")), 422
    except StaleRecord:
        return _again(number, version, _("The record has changed meanwhile. Nothing was split: look again.")), 409
    except merging_split.NotMerged:
        flash(_("The two are not merged any more."), "problem")
    else:
        flash(_("Split: both are customers of their own again."), "done")
    return redirect(url_for("customers.show", number=number), 303)


def _again(number: str, version: int, problem: str) -> str:
    db.session.rollback()
    customer = find_or_404(number)
    return _page(customer, _merge(db.session, customer, version) or abort(404), problem)


def _page(customer: Customer, merge: CustomerVersion, problem: str | None = None) -> str:
    words, found = wording(), plan(db.session, customer, merge)
    told = sorted((step for step in found.steps if step.is_told), key=lambda step: words["place"](step.field))
    return render_template(
        "customers/split.html", customer=customer, merge=merge, problem=problem, longest=merging_split.MAX_REASON,
        back=[step for step in told if not step.hindrance], staying=[step for step in told if step.hindrance],
        added=found.added, name=lambda each: _name(each, words["shown"]), **words,
    )  # fmt: skip


def _name(added: Added, shown: Callable[[CustomerValue], str]) -> str:
    return next((shown(row) for row in added.rows if row.field == NAME), "")


def _merge(session: Session, customer: Customer, version: int) -> CustomerVersion | None:
    """The merge, where the reader may see the record that went as well: it is a customer again after a split."""
    merge = find_merge(session, customer, version)
    sees = merge and merge.other_id and reach.find_merged(session, me(), merge.other_id)
    return merge if sees else None
