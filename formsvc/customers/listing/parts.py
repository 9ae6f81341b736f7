"""The parts of the list's filter that ask of the customer itself (M42, M45)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, select

from formsvc.customers.finding.marking import CustomerMark
from formsvc.customers.finding.marks import TAGS, Kind
from formsvc.customers.listing.filters import Asking, Due, Keys, Part, one_of, read_day
from formsvc.customers.models import Audience, Customer
from formsvc.customers.worksheet.columns import record_fields
from formsvc.db import db
from formsvc.fields import TYPES, Option, Wrong, clean_line
from formsvc.questionnaires.verbs import known_fields
from formsvc.web import language
from formsvc.web.urls import row_id

ME, NOBODY = "me", "none"
LONGEST_TAG = 100
LATELY = timedelta(days=31)  # what so few days bring is found by them, before the order of the list


def read_owner(text: str) -> str:
    """ME, NOBODY, the id of an account, or "" for all in reach."""
    if text in (ME, NOBODY):
        return text
    try:
        return str(row_id(text))
    except ValueError:
        return ""


def read_tag(text: str) -> str:
    """Tags that are offered, or a company's own."""
    return clean_line(text[:LONGEST_TAG])


def week_of(asking: Asking) -> tuple[str, str]:
    """Monday and Sunday of this week, as dates are held."""
    monday = asking.today - timedelta(days=asking.today.weekday())
    return monday.isoformat(), (monday + timedelta(days=6)).isoformat()


def is_due(value: str, asking: Asking) -> ColumnElement[bool]:
    """Whether the next step of a customer is due then."""
    if value == Due.NONE:
        return Customer.next_on.is_(None)
    if value == Due.OVERDUE:
        return Customer.next_on < asking.today.isoformat()
    return Customer.next_on.between(*week_of(asking))


def _by_field(field: str, column: Any, title: Callable[[], str], is_more: bool = True) -> Part:
    """The part of a field of the worksheet that is a choice, which the list repeats in `column`."""
    options = {option.code: option for option in record_fields({})[field].options}
    return Part(
        column.key, title, one_of(options), lambda: _labels(options), lambda value, _asking: column == value,
        keys=lambda value, _asking: Keys(select(Customer.id).where(column == value), Customer.id), is_more=is_more,
    )  # fmt: skip


def _tags(typed: str) -> list[str]:
    """The tags as they are held: by their code, name or own text, as they are typed into a record."""
    field = known_fields(db.session)[TAGS]
    try:
        tags = TYPES[field.type].read(typed, field)
    except Wrong:
        return [typed]
    return tags if isinstance(tags, list) else [typed]


def _tagged(tag: str) -> Select[int]:
    marked = CustomerMark.kind == Kind.TAG, CustomerMark.text == tag
    return select(CustomerMark.customer_id.label("id")).where(*marked)


def _labels(options: Mapping[str, Option]) -> dict[str, str]:
    reader = language.current()
    return {"": _("any"), **{code: option.label.in_(reader) for code, option in options.items()}}


def _added_from(_value: str, asking: Asking) -> ColumnElement[bool] | None:
    return Customer.created_at >= asking.begins(asking.day("added_from"))


def _added_to(_value: str, asking: Asking) -> ColumnElement[bool] | None:
    return Customer.created_at < asking.ends(asking.day("added_to"))


def _added(_value: str, asking: Asking) -> Keys:
    days = [bound("", asking) for name, bound in _ADDED.items() if asking.chosen.get(name)]
    found = select(Customer.id).where(and_(*(day for day in days if day is not None)))
    first, last = asking.day("added_from"), asking.day("added_to") or asking.today
    if first is None or last - first > LATELY:
        return Keys(found, Customer.id)
    few = found.cte("added").prefix_with("MATERIALIZED")  # else all up to those days might be looked through
    return Keys(select(few.c.id), few.c.id)


_ADDED = {"added_from": _added_from, "added_to": _added_to}
ARCHIVED, IS_ARCHIVED = "only", Customer.archived_at.is_not(None)
OWN = [
    Part("owner", lambda: _("Manager"), read_owner, None, lambda _value, _asking: None, is_more=False),
    _by_field("record.category", Customer.category, lambda: _("Category"), is_more=False),
    Part(
        "due", lambda: _("Next step"), one_of(Due),
        lambda: {"": _("any"), Due.OVERDUE: _("overdue"), Due.WEEK: _("this week"), Due.NONE: _("none set")}, is_due,
        is_more=False,
    ),
    _by_field("record.urgency", Customer.urgency, lambda: _("Urgency"), is_more=False),
    _by_field("record.source", Customer.source, lambda: _("Source")),
    Part(
        "tag", lambda: _("Tag"), read_tag, lambda: _labels(known_fields(db.session)[TAGS].by_code),
        lambda value, _asking: and_(*(Customer.id.in_(_tagged(tag)) for tag in _tags(value))),
        keys=lambda value, _asking: Keys(_tagged(_tags(value)[0]), CustomerMark.customer_id), is_open=True,
    ),
    Part(
        "audience", lambda: _("Kind"), one_of(Audience),
        lambda: {"": _("any"), Audience.ENTERPRISE: _("Enterprise"), Audience.INDIVIDUAL: _("Individual")},
        lambda value, _asking: Customer.audience == Audience(value),
    ),
    Part("added_from", lambda: _("Added from"), read_day, None, _added_from, keys=_added),
    Part("added_to", lambda: _("Added until"), read_day, None, _added_to, keys=_added),
    Part(
        "archived", lambda: _("Archived"), one_of({ARCHIVED: ""}), lambda: {"": _("no"), ARCHIVED: _("only those")},
        lambda _value, _asking: IS_ARCHIVED,
        keys=lambda _value, _asking: Keys(select(Customer.id).where(IS_ARCHIVED), Customer.id),
    ),
]  # fmt: skip
