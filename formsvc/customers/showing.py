"""Staff pages: one customer as a whole."""

from collections.abc import Mapping

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from formsvc.customers import archiving, contacts, merging_steps, reach
from formsvc.customers.channels import channel_names
from formsvc.customers.editing_fields import FOLLOW_UP, changeable
from formsvc.customers.following_up_list import open_step
from formsvc.customers.held import is_held
from formsvc.customers.missing import missing
from formsvc.customers.models import Customer, CustomerValue, CustomerVersion
from formsvc.customers.pages import blueprint, find_or_404, wording
from formsvc.customers.sources import sources
from formsvc.customers.worksheet.columns import record_fields
from formsvc.db import db
from formsvc.fields import Field, clean
from formsvc.questionnaires.verbs import known_fields, known_modules
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web import language
from formsvc.web.show import today


@blueprint.get("/<number>")
@requires(Permission.SEE)
def show(number: str) -> str | Response:
    customer, asked = find_or_404(number), known_fields(db.session)
    if customer.number != clean(number):
        return redirect(url_for(".show", number=customer.number, was=clean(number)))
    rows = db.session.scalars(select(CustomerValue).where(is_held(customer.id))).all()
    all_held = {row.field: row for row in rows if row.contact in (0, customer.primary_contact)}
    held = {key: row for key, row in all_held.items() if row.content is not None}
    fields = record_fields(asked)
    return render_template(
        "customers/show.html", customer=customer, groups=_groups(fields, held), held=held,
        step=open_step(held, today()),
        missing=missing(asked, customer.audience, held), follow_up_fields=FOLLOW_UP,
        changeable={field.key for field in changeable(fields, me().role, customer.audience, held)},
        contacts=contacts.of(db.session, customer), sources=sources(db.session, customer, rows),
        panels=[panel(customer) for panel in current_app.extensions["customer-panels"]],
        archived=archiving.archived(db.session, customer), archive_reasons=archiving.reasons(),
        channels=channel_names(), merges=_merges(customer), was=_was(customer), **wording(),
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


def _groups(fields: Mapping[str, Field], held: Mapping[str, CustomerValue]) -> dict[str, list[CustomerValue]]:
    """What is held under the titles of its modules, in the questionnaires' order; the colleagues' own comes last.

    The latest follow-up is not among it: it stands with the others.
    """
    titles = {key: title.in_(language.current()) for key, title in known_modules(db.session).items()}
    groups: dict[str, list[CustomerValue]] = {}
    for key, field in fields.items():
        if key in held and key not in FOLLOW_UP:
            groups.setdefault(titles.get(field.module, _("Internal")), []).append(held[key])
    return groups
