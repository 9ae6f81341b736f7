"""Staff pages: the list of customers, one customer, probable duplicates."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from formsvc.customers import archiving, contacts, duplicates, merging_steps, reach
from formsvc.customers.held import is_held
from formsvc.customers.models import Customer, CustomerValue, CustomerVersion
from formsvc.customers.sources import sources
from formsvc.customers.worksheet.columns import record_fields
from formsvc.db import db
from formsvc.fields import TYPES, Field, clean, clean_line, half_width, masked
from formsvc.questionnaires.verbs import known_fields, known_modules
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web import language
from formsvc.web.urls import row_id

blueprint = Blueprint("customers", __name__, url_prefix="/customers")
PAGE = 50
Panel = Callable[[Customer], tuple[str, dict[str, Any]]]


@blueprint.get("/")
@requires(Permission.SEE)
def index() -> str:
    text = clean_line(half_width(request.args.get("q", "")))[:100]
    before = request.args.get("before", type=row_id)
    customers = reach.visible(me())
    if text:
        customers = reach.matching(customers, text)
    if before:
        customers = customers.where(Customer.id < before)
    rows = db.session.scalars(customers.order_by(Customer.id.desc()).limit(PAGE + 1)).all()
    return render_template(
        "customers/index.html", customers=rows[:PAGE], text=text, more=len(rows) > PAGE, paged=bool(before),
        show=_shower(),
    )  # fmt: skip


@blueprint.get("/duplicates")
@requires(Permission.SEE)
def probable_duplicates() -> str:
    pairs = duplicates.pairs(db.session, reach.visible(me()))
    return render_template("customers/duplicates.html", pairs=pairs, show=_shower())


@blueprint.get("/<number>")
@requires(Permission.SEE)
def show(number: str) -> str | Response:
    customer = find_or_404(number)
    if customer.number != clean(number):
        return redirect(url_for(".show", number=customer.number, was=clean(number)))
    rows = db.session.scalars(select(CustomerValue).where(is_held(customer.id))).all()
    held = {row.field: row for row in rows if row.contact in (0, customer.primary_contact)}
    panels = [panel(customer) for panel in current_app.extensions["customer-panels"]]
    return render_template(
        "customers/show.html", customer=customer, groups=_groups(record_fields(known_fields(db.session)), held),
        contacts=contacts.of(db.session, customer), sources=sources(db.session, customer, rows), panels=panels,
        archived=archiving.archived(db.session, customer), merges=_merges(customer), was=_was(customer),
        archive_reasons=archiving.reasons(), **wording(),
    )  # fmt: skip


def _merges(customer: Customer) -> list[tuple[CustomerVersion, bool]]:
    """The merges into the record that still stand, and whether the reader may split them."""
    standing = merging_steps.merges(db.session, customer)
    return [(each, bool(reach.find_merged(db.session, me(), each.other_id or 0))) for each in standing]


def _was(customer: Customer) -> str | None:
    """The number that led here, where it is one that does."""
    number = clean(request.args.get("was", ""))
    found = reach.find(db.session, me(), number) if number and number != customer.number else None
    return number if found and found.id == customer.id else None


def find_or_404(number: str) -> Customer:
    """The customer, where the reader may see it; others are as if they did not exist."""
    return reach.find(db.session, me(), number) or abort(404)


def wording() -> dict[str, Callable[[Any], Any]]:
    """How a page names a field by its key, its `place` among all, and how it shows a held value."""
    fields, reader = record_fields(known_fields(db.session)), language.current()
    places = {key: place for place, key in enumerate(fields)}
    return {
        "label": lambda key: fields[key].label.in_(reader) if key in fields else key,
        "place": lambda key: places.get(key, len(places)),
        "shown": lambda row: _shown(row, fields.get(row.field)) if row else "",
    }


def _shown(row: CustomerValue, field: Field | None) -> str:
    """A held value for people; a sensitive one masked."""
    if row.secret is not None:
        return masked(row.secret)
    return TYPES[field.type].show(row.value, field, language.current()) if field else str(row.value or "")


def _shower() -> Callable[[str, Any], str]:
    """A function that shows a value of the field with the given key."""
    fields, reader = record_fields(known_fields(db.session)), language.current()
    return lambda key, value: TYPES[fields[key].type].show(value, fields[key], reader)


def _groups(fields: Mapping[str, Field], held: Mapping[str, CustomerValue]) -> dict[str, list[CustomerValue]]:
    """What is held under the titles of its modules, in the questionnaires' order; the worksheet's own comes last."""
    titles = {key: title.in_(language.current()) for key, title in known_modules(db.session).items()}
    groups: dict[str, list[CustomerValue]] = {}
    for key, field in fields.items():
        if key in held and held[key].content is not None:
            groups.setdefault(titles.get(field.module, _("Follow-up")), []).append(held[key])
    return groups
