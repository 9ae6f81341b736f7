"""What a customer's page says of the record as a whole: what was merged into it, which number led here, an archive."""

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from formsvc.customers import reach
from formsvc.customers.archiving import verbs as archiving
from formsvc.customers.merging import steps as merging_steps
from formsvc.customers.models import Customer, CustomerVersion
from formsvc.db import db
from formsvc.fields import clean
from formsvc.staff.access import me


def elsewhere(customer: Customer, number: str) -> Response | None:
    """To the page of the record that the one with `number` was merged into, where that is `customer` (M26)."""
    if customer.number == clean(number):
        return None
    return redirect(url_for("customers.show", number=customer.number, was=clean(number)))


def whole(customer: Customer) -> dict[str, Any]:
    """What the templates merge_note.html and merge_box.html are given."""
    return {
        "archived": archiving.archived(db.session, customer), "archive_reasons": archiving.reasons(),
        "merges": _merges(customer), "was": _was(customer),
    }  # fmt: skip


def _merges(customer: Customer) -> list[tuple[CustomerVersion, bool]]:
    """The merges into the record that still stand, and whether the reader may split them."""
    standing = merging_steps.merges(db.session, customer)
    return [(each, bool(reach.find_merged(db.session, me(), each.other_id or 0))) for each in standing]


def _was(customer: Customer) -> str | None:
    """The number in the address that led here, where it is one that does."""
    number = clean(request.args.get("was", ""))
    found = reach.find(db.session, me(), number) if number and number != customer.number else None
    return number if found and found.id == customer.id else None
