"""What staff pages of customers share: how a field is named and a held value shown."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from formsvc.customers import reach
from formsvc.customers.channels import channel_names
from formsvc.customers.models import Customer, CustomerValue
from formsvc.customers.worksheet.columns import record_fields
from formsvc.db import db
from formsvc.fields import TYPES, Field, clean, masked
from formsvc.questionnaires.verbs import known_fields
from formsvc.staff.access import me
from formsvc.web import language

blueprint = Blueprint("customers", __name__, url_prefix="/customers")
Panel = Callable[[Customer], tuple[str, dict[str, Any]] | None]  # None: nothing for who looks


def find_or_404(number: str) -> Customer:
    """The customer, where the reader may see it; others are as if they did not exist."""
    return reach.find(db.session, me(), number) or abort(404)


def found_itself(session: Session, number: str) -> Customer:
    """The customer, for what is done to its record: whoever posts to one that was merged meanwhile is led on to the
    one that stays, and nothing is done to that.
    """
    found = reach.find(session, me(), number) or abort(404)
    if found.number != clean(number):
        said = _("%(number)s was merged into this record meanwhile: nothing was changed.", number=clean(number))
        flash(said, "problem")
        abort(redirect(url_for("customers.show", number=found.number), 303))
    return found


def wording() -> dict[str, Any]:
    """How a page names a field by its key, its `place` among all, keys `in_order` of these, how it shows a held value,
    and what the channels are called by which colleagues know of one.
    """
    fields, reader = record_fields(known_fields(db.session)), language.current()
    places = {key: number for number, key in enumerate(fields)}

    def place(key: str) -> int:
        return places.get(key, len(places))

    return {
        "label": lambda key: fields[key].label.in_(reader) if key in fields else key,
        "place": place,
        "in_order": lambda keys: sorted(keys, key=place),
        "shown": lambda row: _shown(row, fields.get(row.field)) if row else "",
        "channels": channel_names(),
    }


def _shown(row: CustomerValue, field: Field | None) -> str:
    """A held value for people; a sensitive one masked."""
    if row.secret is not None:
        return masked(row.secret)
    return _worded(row.value, field, language.current())


def shower() -> Callable[[str, Any], str]:
    """A function that shows a value of the field with the given key; what is of none, as text."""
    fields, reader = record_fields(known_fields(db.session)), language.current()
    return lambda key, value: _worded(value, fields.get(key), reader)


def _worded(value: Any, field: Field | None, reader: str) -> str:
    return TYPES[field.type].show(value, field, reader) if field else str(value or "")
