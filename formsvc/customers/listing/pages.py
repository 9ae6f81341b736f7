"""Staff pages: the list of customers by a filter (M42, M45)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _

from formsvc.customers import colleagues, reach
from formsvc.customers.held import next_steps
from formsvc.customers.listing import choosing
from formsvc.customers.listing import reading as listing
from formsvc.customers.listing import saved as saved_filters
from formsvc.customers.listing.filters import PAGE, Asking, Due, Filter, Order, Part, parts
from formsvc.customers.listing.parts import ME, NOBODY
from formsvc.customers.listing.reading import Count, Key, Page
from formsvc.customers.listing.saved import Choice, Tab
from formsvc.customers.models import Customer
from formsvc.customers.pages import blueprint, shower
from formsvc.customers.worksheet.columns import record_fields
from formsvc.db import db
from formsvc.fields.types.multi_select import PREFIX
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission, Staff
from formsvc.web import language
from formsvc.web.show import capped, now, today


@blueprint.get("/")
@requires(Permission.SEE)
def index() -> str:
    chosen = Filter.read(request.args)
    after = Key.read(request.args.get("before" if chosen.order is Order.NEWEST else "after", ""), chosen.order)
    asking = asking_of(chosen)
    found, total = listing.page(db.session, me(), asking, after, listing.PAGE), listing.count(db.session, me(), asking)
    tabs = _tabs(me())
    here = next((tab for tab in tabs if tab.chosen == replace(chosen, text="")), None)
    return render_template(
        "customers/index.html", found=found, customers=found.rows, chosen=chosen, paged=after is not None, total=total,
        said=_said(total), tabs=tabs, here=here, page=PAGE, path=url_for("customers.index"), today=today().isoformat(),
        kept={name: value for name, value in chosen.asked.items() if name in ("q", "order")}, order=chosen.order,
        choices=_choices(me(), chosen), behind=_behind(found, chosen), orders=_orders(chosen), most=choosing.MOST,
        bulk=[part for offer in current_app.extensions["customer-bulk"] if (part := offer(me()))],
        put_aside=None if found.rows else _put_aside(chosen), looked=listing.WINDOW, now=now(), show=shower(),
        **_beside(found.rows),
    )  # fmt: skip


def asking_of(chosen: Filter) -> Asking:
    """What the list asks by `chosen`, now."""
    return Asking(chosen, now(), current_app.extensions["config"].time_zone)


def _put_aside(chosen: Filter) -> Customer | None:
    """The archived customer whose number was typed: without being asked for, the list does not show it."""
    found = reach.find(db.session, me(), chosen.text.upper())
    return found if found and found.archived_at and not chosen.get("archived") else None


def _behind(found: Page, chosen: Filter) -> str | None:
    """The address of the next page."""
    name = "before" if chosen.order is Order.NEWEST else "after"
    return url_for("customers.index", **chosen.asked | {name: str(found.behind)}) if found.behind else None


def _said(total: Count) -> str:
    if total.is_cut:
        return _("%(count)s among the first %(looked)s", count=capped(total.total), looked=f"{listing.WINDOW:,}")
    return capped(total.total)


def _beside(customers: Sequence[Customer]) -> dict[str, Any]:
    """What rows say besides the customer: the next step in words, and the newest link where the reader may see it."""
    ids, links = [customer.id for customer in customers], current_app.extensions["customer-links"]
    options = record_fields({})["record.urgency"].by_code
    return {
        "steps": next_steps(db.session, ids), "state_names": links.names(),
        "links": links.newest(db.session, ids) if me().may(Permission.READ_ANSWERS) else {},
        "urgencies": {code: _short(option.label.in_(language.current())) for code, option in options.items()},
    }  # fmt: skip


def _short(label: str) -> str:
    """What a row says of an urgency: its time to follow up is known."""
    return re.split("[(（:：]", label, maxsplit=1)[0]


def _tabs(reader: Staff) -> list[Tab]:
    """What everyone looks for, and what the reader saved."""
    standing = [Tab(_("All"), Filter())]
    if _sees_others(reader):
        standing.insert(0, Tab(_("Mine"), Filter.read({"owner": ME})))
    standing.append(Tab(_("Next step overdue"), Filter.read({"due": Due.OVERDUE})))
    if reader.may(Permission.READ_ANSWERS):
        standing += [
            Tab(_("Never asked"), Filter.read({"asked": "never"})),
            Tab(_("No answer in time"), Filter.read({"asked": "expired"})),
        ]
    saved = saved_filters.of(db.session, reader, PAGE)
    return standing + [Tab(name, Filter.parse(query), id_) for id_, name, query in saved]


def _choices(reader: Staff, chosen: Filter) -> list[Choice]:
    """What the reader can choose."""
    offered = [part for part in parts() if reader.may(part.needs) and (part.name != "owner" or _sees_others(reader))]
    return [
        Choice(
            part.name, part.title(), _options(part, reader, chosen), chosen.get(part.name), part.is_more, part.is_open
        )
        for part in offered
    ]


def _options(part: Part, reader: Staff, chosen: Filter) -> Mapping[str, str] | None:
    """What can be chosen, and what is: a tag may be the company's own."""
    if part.name == "owner":
        return _owners(reader)
    options, value = part.options and part.options(), chosen.get(part.name)
    if options is None or value in options:
        return options
    return {**options, value: value.removeprefix(PREFIX)}


def _owners(reader: Staff) -> dict[str, str]:
    others = {str(id_): name for id_, name in colleagues.of(db.session, reader) if id_ != reader.id}
    if reader.may(Permission.ALL_CUSTOMERS):
        return {"": _("Everyone"), ME: _("Me"), NOBODY: _("Nobody"), **others}
    return {"": _("My team"), ME: _("Me"), **others}


def _orders(chosen: Filter) -> list[tuple[str, str, bool]]:
    """What the list can be sorted by: text, address, and whether it is."""
    if chosen.get("due"):
        return []  # what is due comes in its order, and what has no step in the other one
    other = {"newest": replace(chosen, order=Order.NEWEST), "due": replace(chosen, order=Order.DUE)}
    texts = {"newest": _("Newest first"), "due": _("By next step (dated ones only)")}
    return [
        (texts[name], url_for("customers.index", **filter_.asked), filter_.order is chosen.order)
        for name, filter_ in other.items()
    ]


def _sees_others(reader: Staff) -> bool:
    return reader.may(Permission.TEAM) or reader.may(Permission.ALL_CUSTOMERS)
