"""The reader's customers as a worksheet (M43)."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from sqlalchemy import func

from formsvc import audit
from formsvc.customers.imports.sending import kind_of, worksheet
from formsvc.customers.listing import reading as listing
from formsvc.customers.listing.filters import Filter
from formsvc.customers.listing.pages import asking_of
from formsvc.customers.models import Customer
from formsvc.customers.worksheet.columns import columns, titles
from formsvc.customers.worksheet.exporting import rows
from formsvc.db import db, transaction
from formsvc.questionnaires.verbs import known_fields
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now, today

blueprint = Blueprint("exports", __name__, url_prefix="/customers")


@blueprint.post("/export")
@requires(Permission.EXPORT)
def export() -> Response:
    asking, kind = asking_of(Filter.read(request.form)), kind_of(request.form.get("format"))
    customers = listing.whole(db.session, me(), asking)
    with transaction() as session:
        count = session.scalar(customers.with_only_columns(func.count(Customer.id), maintain_column_froms=True))
        audit.record(session, me().actor, "customers.exported", "customers", now(), count=count, format=kind)
    known = columns(known_fields(db.session))
    name = "-".join((_("Customers"), today().isoformat()))
    return worksheet(kind, name, titles(), rows(db.session, customers, known))
