"""Staff pages: a record edited by hand, and the other contacts of a customer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from formsvc.customers import contacts, past, reach
from formsvc.customers.channels import channel, channel_names
from formsvc.customers.contacts import AlreadyThere, Known
from formsvc.customers.editing import verbs as editing
from formsvc.customers.editing.fields import CONTACTS, changeable, parts
from formsvc.customers.editing.form import RecordForm
from formsvc.customers.editing.verbs import MAX_REASON
from formsvc.customers.held import held_values
from formsvc.customers.models import Channel, Customer
from formsvc.customers.pages import find_or_404
from formsvc.customers.record import StaleRecord
from formsvc.customers.relation import NAME
from formsvc.customers.worksheet.columns import record_fields
from formsvc.db import db, transaction
from formsvc.fields import TYPES, clean_line
from formsvc.questionnaires.verbs import known_fields, known_modules
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web import language
from formsvc.web.show import now, today
from formsvc.web.urls import row_id

blueprint = Blueprint("editing", __name__, url_prefix="/customers")
ADDED = "new"  # in the address, in place of a contact's number


@dataclass
class Editing:
    """One form about `customer`, or about the one of its contacts that is `known`, or is `added`.

    `seen` is the version that it was opened on, `errors` are by control, `values` what is to be put into the record.
    """

    customer: Customer
    form: RecordForm
    seen: int
    known: Known | None = None
    added: bool = False
    channel: Channel | None = None
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_stale(self) -> bool:
        return self.seen != self.customer.version

    @property
    def is_good(self) -> bool:
        return bool(self.values) and not (self.errors or self.form.wrong)

    @property
    def contact(self) -> int | None:
        """The number of the contact whom it is about, other than the primary one."""
        return self.known.contact.number if self.known else None


@blueprint.get("/<number>/edit")
@requires(Permission.EDIT)
def show(number: str) -> str:
    return _page(_opened(find_or_404(number)))


@blueprint.post("/<number>/edit")
@requires(Permission.EDIT)
def save(number: str) -> Response | tuple[str, int]:
    taken = _taken(number)
    if not taken.is_good and not taken.is_stale:
        return _page(taken), 422
    try:
        if taken.is_stale:
            raise StaleRecord(number)
        with transaction() as session:
            _save(session, taken)
    except StaleRecord:
        db.session.rollback()
        return _page(_taken(number)), 409
    except AlreadyThere as there:
        taken.form.refuse(NAME, _("This person is a contact of %(number)s already.", number=str(there)))
        return _page(taken), 422
    flash(_("Saved: %(count)s values changed.", count=len(taken.values)), "done")
    return redirect(url_for("customers.show", number=taken.customer.number), 303)


def _save(session: Session, taken: Editing) -> None:
    customer = reach.find(session, me(), taken.customer.number) or abort(404)
    if taken.channel is None:
        raise ValueError(taken.channel)
    given = customer, taken.values, me(), taken.reason, taken.channel, taken.seen, now()
    if taken.added:
        editing.add_contact(session, *given)
    else:
        editing.edit(session, *given, contact=taken.contact)


def _taken(number: str) -> Editing:
    """What was posted, with all that is wrong with it."""
    customer = find_or_404(number)
    seen = request.form.get("seen", type=row_id) or 0
    # A record that was merged into another one meanwhile is opened nowhere: all that was typed is to be looked at
    seen = seen if customer.number == clean_line(number) and seen <= customer.version else 0
    taken = _opened(customer, request.form, seen)
    taken.channel = channel(request.form.get("channel", ""))
    taken.reason = clean_line(request.form.get("reason", ""))[:MAX_REASON]
    taken.values = taken.form.changed(today())
    if taken.channel is None:
        taken.errors["channel"] = _("Choose how you know.")
    if not taken.reason:
        taken.errors["reason"] = _("Say in a few words why the record changes.")
    return taken


def _opened(customer: Customer, posted: Any = None, seen: int | None = None) -> Editing:
    """The form as it is opened, or as it was `posted`, having been opened on the version `seen`."""
    asked, known = request.args.get("contact", ""), None
    if asked and asked != ADDED:
        known = next((each for each in _others(customer) if str(each.contact.number) == asked), None) or abort(404)
    fields = record_fields(known_fields(db.session))
    now_held = _held(customer, fields, asked, known)
    base = now_held if seen in (None, customer.version) else _held(customer, fields, asked, known, seen)
    offered = changeable(fields, me().role, customer.audience, {*now_held, *base})
    if asked:
        offered = [each for each in offered if each.module == CONTACTS] or abort(404)
    form = RecordForm(offered, now_held, customer.audience, posted, base, [NAME] if asked == ADDED else ())
    return Editing(customer, form, customer.version if seen is None else seen, known, asked == ADDED)


def _held(
    customer: Customer, fields: Any, asked: str, known: Known | None, version: int | None = None
) -> dict[str, Any]:  # fmt: skip
    if asked == ADDED:
        return {}
    plain = [key for key, each in fields.items() if not each.sensitive]
    return held_values(db.session, customer, version, plain, known.contact.number if known else None)


def _others(customer: Customer) -> Sequence[Known]:
    """The contacts beside the primary one, without those who left."""
    found = contacts.of(db.session, customer)
    return [each for each in found if not each.is_primary and each.contact.left_at is None]


def _page(shown: Editing) -> str:
    customer, form = shown.customer, shown.form
    meanwhile = (
        [row for row in past.versions(db.session, customer) if row.number > shown.seen] if shown.is_stale else []
    )
    return render_template(
        "customers/edit.html", customer=customer, shown=shown, form=form, meanwhile=meanwhile,
        parts=parts(list(form.fields.values()), known_modules(db.session)),
        cell=lambda key: form.cell(key, _note(form, key)),
        is_posted=request.method == "POST", channels=channel_names(), longest=MAX_REASON, others=_others(customer),
        may_add="contacts.name" in form.fields,
    )  # fmt: skip


def _note(form: RecordForm, key: str) -> str:
    """What a colleague or the customer made of the field meanwhile."""
    if key not in form.clashing:
        return ""
    held = TYPES[form.fields[key].type].show(form.held.get(key), form.fields[key], language.current())
    return _("It was changed meanwhile, to “%(value)s”.", value=held) if held else _("It was emptied meanwhile.")
