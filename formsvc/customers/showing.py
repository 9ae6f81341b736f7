"""Staff pages: one customer as a whole."""

from collections.abc import Mapping

from flask import current_app, render_template
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from formsvc.customers import contacts
from formsvc.customers.editing.fields import FOLLOW_UP, changeable
from formsvc.customers.follow_ups.listing import open_step
from formsvc.customers.held import is_held
from formsvc.customers.merging.showing import elsewhere, whole
from formsvc.customers.missing import missing
from formsvc.customers.models import CustomerValue
from formsvc.customers.pages import blueprint, find_or_404, wording
from formsvc.customers.sources import sources
from formsvc.customers.worksheet.columns import record_fields
from formsvc.db import db
from formsvc.fields import Field
from formsvc.questionnaires.verbs import known_fields, known_modules
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web import language
from formsvc.web.show import today


@blueprint.get("/<number>")
@requires(Permission.SEE)
def show(number: str) -> str | Response:
    customer, asked = find_or_404(number), known_fields(db.session)
    if led := elsewhere(customer, number):
        return led
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
        panels=[shown for panel in current_app.extensions["customer-panels"] if (shown := panel(customer))],
        **whole(customer), **wording(),
    )  # fmt: skip


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
