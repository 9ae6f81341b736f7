"""Staff pages: a new customer by hand, one business card after another (M26)."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from formsvc.customers import colleagues, contacts, reach
from formsvc.customers.channels import channel, channel_names
from formsvc.customers.contacts import AlreadyThere
from formsvc.customers.duplicates.alike import Alike
from formsvc.customers.duplicates.words import words
from formsvc.customers.editing.form import RecordForm
from formsvc.customers.entering import verbs as entering
from formsvc.customers.entering.fields import ABOUT, CARD, FULL_NAME, card_fields, completed
from formsvc.customers.entering.verbs import Card, ProbablyKnown, name_of
from formsvc.customers.models import Audience, Channel, Customer
from formsvc.customers.pages import find_or_404, shower
from formsvc.customers.relation import NAME
from formsvc.db import db, transaction
from formsvc.fields import Value, clean_line
from formsvc.questionnaires.verbs import known_fields
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now, today
from formsvc.web.urls import row_id

blueprint = Blueprint("entering", __name__, url_prefix="/customers")
MAX_KEY = 40
# What the next card has in common with the last one; the fields under the names of their controls
KEPT = "audience", "channel", "owner", "record-source", "maintenance-tags", "maintenance-tags-other"
MAKE = "make-"  # what a button says besides, that makes a customer of whom others are probably known


@dataclass
class Entering:
    """One form as it stands: `values` are what becomes of it where nothing is wrong, `errors` are by control, and
    `candidates` those that the customer may be.
    """

    form: RecordForm
    audience: Audience
    channel: Channel
    owner: int
    key: str
    action: str = "next"
    values: dict[str, Value] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    candidates: Sequence[Alike] = ()


@blueprint.get("/new")
@requires(Permission.MANAGE)
def show() -> str:
    return _page(_standing(request.args, secrets.token_urlsafe(12)))


@blueprint.post("/new")
@requires(Permission.MANAGE)
def save() -> Response | tuple[str, int]:
    entry = _typed()
    if colleagues.find(db.session, me(), entry.owner) is None:
        entry.errors["owner"] = _("Choose whose customer it is.")
    if entry.errors or entry.form.wrong:
        return _page(entry), 422
    seen = request.form.get("shown", "").split() if request.form.get("action", "").startswith(MAKE) else ()
    said = frozenset(seen), _("Decided when the record was made")
    card = Card(entry.audience, entry.values, entry.channel, entry.owner, entry.key, *said)
    try:
        with transaction() as session:
            number = entering.enter(session, card, me(), now())
    except ProbablyKnown as known:
        entry.candidates = known.candidates
        return _page(entry), 409
    if entry.action == "open":
        return redirect(url_for("customers.show", number=number), 303)
    return redirect(url_for(".show", last=number, **_kept()), 303)


@blueprint.post("/new/contact/<number>")
@requires(Permission.MANAGE)
def add_contact(number: str) -> Response | tuple[str, int]:
    """The card is a further person's of a customer who is there."""
    find_or_404(number)
    entry = _typed()
    if entry.values.get(NAME) is None:
        entry.form.refuse(NAME, _("Enter the name of the person on the card."))
    if entry.form.wrong:
        return _page(entry), 422
    card = Card(entry.audience, entry.values, entry.channel, entry.owner, entry.key)
    try:
        with transaction() as session:
            customer = reach.find(session, me(), number) or abort(404)
            entering.add_contact(session, card, customer, me(), _("One more person of the customer"), now())
    except AlreadyThere as there:
        entry.form.refuse(NAME, _("This person is a contact of %(number)s already.", number=str(there)))
        return _page(entry), 422
    return redirect(url_for(".show", last=customer.number, added=1, **_kept()), 303)


def _typed() -> Entering:
    """The form as it was posted."""
    entry = _standing(request.form, clean_line(request.form.get("form", ""))[:MAX_KEY])
    entry.values = completed(entry.form.changed(today()), entry.form, entry.audience)
    return entry


def _kept() -> dict[str, Any]:
    """What the next card begins with, as an address says it: a list is several of them."""
    return {name: request.form.getlist(name) for name in KEPT if request.form.get(name)}


def _standing(given: Any, key: str) -> Entering:
    """The form with what is `given`, by an address or a post."""
    audience = Audience.INDIVIDUAL if given.get("audience") == Audience.INDIVIDUAL else Audience.ENTERPRISE
    form = RecordForm(card_fields(known_fields(db.session)), {}, audience, given, needed=(FULL_NAME,))
    action = given.get("action", "next").removeprefix(MAKE)
    owner = given.get("owner", me().id, type=row_id)
    return Entering(form, audience, channel(given.get("channel", "")) or Channel.CARD, owner, key, action)


def _page(entry: Entering) -> str:
    last = request.args.get("last", "")
    return render_template(
        "customers/new.html", entry=entry, form=entry.form, card=CARD, about=ABOUT, channels=channel_names(),
        owners=colleagues.of(db.session, me()), last=reach.find(db.session, me(), last) if last else None,
        shown=" ".join(map(name_of, entry.candidates)), evidence=words(), make=MAKE, known=_known(entry.candidates),
        is_there=lambda customer: contacts.is_there(db.session, customer, entry.values), kept=_kept(), show=shower(),
    )  # fmt: skip


def _known(candidates: Sequence[Alike]) -> Mapping[str, Customer]:
    """Those of the candidates whom the reader may see, by number."""
    numbers = [each.number for each in candidates if each.number]
    found = reach.visible(me()).where(Customer.number.in_(numbers))
    return {each.number: each for each in db.session.scalars(found)} if numbers else {}
