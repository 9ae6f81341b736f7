"""Staff pages: two records side by side, to be merged into one (M26)."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from formsvc.customers import reach
from formsvc.customers.ends import StillWaiting, waits
from formsvc.customers.finding import search
from formsvc.customers.merging import verbs as merging
from formsvc.customers.merging.choices import Choices, Comparison
from formsvc.customers.merging.sides import Side, content
from formsvc.customers.models import Customer
from formsvc.customers.pages import find_or_404, wording
from formsvc.customers.record import StaleRecord
from formsvc.customers.relation import NAME
from formsvc.customers.sources import Source, sources
from formsvc.db import db, transaction
from formsvc.fields import clean_line, half_width
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now
from formsvc.web.urls import row_id

blueprint = Blueprint("merging", __name__, url_prefix="/customers")
MOST = 10  # records that a name finds


@blueprint.get("/<number>/merge")
@requires(Permission.MANAGE)
def choose(number: str) -> str | Response:
    """Ask for the other record."""
    customer = find_or_404(number)
    text = clean_line(half_width(request.args.get("with", "")))[:100]
    other = reach.find(db.session, me(), text.upper()) if text else None
    if other and other.id != customer.id:
        one, two = merging.older_first(customer, other)
        return redirect(_address(one, two))
    found = _named(customer, text) if text and not other else []
    return render_template(
        "customers/merge_with.html", customer=customer, text=text, is_itself=other is not None, found=found,
        address=lambda two: _address(*merging.older_first(customer, two)),
    )  # fmt: skip


@blueprint.get("/<number>/merge/<other>")
@requires(Permission.MANAGE)
def compare(number: str, other: str) -> str | Response:
    """The record with `number` is the one that stays."""
    staying, going = find_or_404(number), find_or_404(other)
    return _page(staying, going) if staying.id != going.id else _to(staying, other)


@blueprint.post("/<number>/merge/<other>")
@requires(Permission.MANAGE)
def merge(number: str, other: str) -> Response | tuple[str, int]:
    seen, other_seen = (request.form.get(name, type=row_id) or 0 for name in ("seen", "other_seen"))
    try:
        with transaction() as session:
            staying, going = _find(session, number), _find(session, other)
            if staying.id == going.id:
                flash(_("The two were merged already."), "problem")
                return _to(staying)
            merging.merge(session, staying, going, _choices(), me(), seen, other_seen, now())
    except StillWaiting as error:
        return _again(number, other, waiting=error)
    except StaleRecord:
        return _again(number, other, _("One of the two has changed meanwhile. Nothing was merged: look again."))
    except merging.CannotMerge:
        return _again(number, other)
    flash(_("%(number)s was merged into this record.", number=going.number), "done")
    return _to(staying)


def _again(number: str, other: str, problem: str | None = None, waiting: StillWaiting | None = None) -> tuple[str, int]:
    """The page as it is now, with what was chosen."""
    db.session.rollback()
    return _page(find_or_404(number), find_or_404(other), problem, waiting), 409


def _page(staying: Customer, going: Customer, problem: str | None = None, waiting: StillWaiting | None = None) -> str:
    words, found = wording(), merging.compared(db.session, staying, going)
    asked = found.questions(lambda row: (row.contact, words["place"](row.field)))
    return render_template(
        "customers/merge.html", staying=staying, going=going, problem=problem,
        waiting=waiting or waits(db.session, going),
        why_not=merging.why_not(staying, going), equal=[row for each in asked if each.is_equal for row in each.rows],
        both=[each for each in asked if not each.is_equal and each.is_filled_twice],
        single=[each for each in asked if not each.is_equal and not each.is_filled_twice],
        coming=found.coming, people=_people(found), sources=_sources(staying, going, found),
        choices=_choices(), **words,
    )  # fmt: skip


def _choices() -> Choices:
    """What was chosen on the page; what else is posted is of no row."""
    said = [(name.partition("-"), value) for name, value in request.form.items()]
    sides = {key: Side(value) for (what, _dash, key), value in said if what == "take" and value in list(Side)}
    left_out = [key for (what, _dash, key), value in said if what == "contact" and value == "leave-out"]
    return Choices(sides, [int(key) for key in left_out if key.isdecimal() and len(key) < 9])


def _named(customer: Customer, text: str) -> Sequence[Customer]:
    """Other records of the reader's with `text` in their name, phone or mail, newest first."""
    others = Customer.id != customer.id, Customer.audience == customer.audience
    found = search.matching(db.session, reach.visible(me()).where(*others), text)
    return db.session.scalars(found.order_by(Customer.id.desc()).limit(MOST)).all()


def _people(found: Comparison) -> dict[int, str]:
    """What the contacts are called whom rows are about, by their numbers in the record that stays."""
    names = [row for row in found.rows if row.field == NAME]
    return {row.contact: str(content(row.mine) or content(row.theirs)) for row in names}


def _sources(staying: Customer, going: Customer, found: Comparison) -> dict[int, Source]:
    """The source of each value on the page, by its id."""
    mine = [row.mine for row in found.rows if row.mine]
    theirs = [row.theirs for row in found.rows if row.theirs]
    theirs += [value for known in found.coming for value in known.values.values()]
    return sources(db.session, staying, mine) | sources(db.session, going, theirs)


def _address(staying: Customer, going: Customer) -> str:
    return url_for(".compare", number=staying.number, other=going.number)


def _find(session: Session, number: str) -> Customer:
    return reach.find(session, me(), number) or abort(404)


def _to(customer: Customer, was: str | None = None) -> Response:
    """To the record's page, which says where a number led that `was` another record's."""
    was = was if was != customer.number else None
    return redirect(url_for("customers.show", number=customer.number, was=was), 303)
