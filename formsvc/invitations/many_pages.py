"""Staff pages: send links to many customers at once, and a sheet of the links to hand over (M10)."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from formsvc.customers.duplicates import pairs
from formsvc.customers.listing import choosing
from formsvc.customers.listing.filters import Filter
from formsvc.customers.listing.pages import asking_of
from formsvc.customers.models import Customer
from formsvc.customers.pages import shower
from formsvc.customers.worksheet.writing import csv_lines
from formsvc.db import db, transaction
from formsvc.invitations import links, many
from formsvc.invitations.many import Left
from formsvc.invitations.models import Invitation
from formsvc.invitations.schedule import DAYS, MAX_DAYS, MIN_DAYS
from formsvc.questionnaires.verbs import DEFAULT_KEY, NoQuestionnaire, current, definition_of, published
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission, Staff
from formsvc.web.show import now

blueprint = Blueprint("many", __name__, url_prefix="/invitations/many")


@blueprint.post("")
@requires(Permission.INVITE)
def ask() -> str | AnyResponse:
    """Nothing is sent yet: the page says to whom, and asks which questionnaire and until when."""
    filter_ = Filter.read(request.args)
    chosen = choosing.chosen(db.session, me(), request.form, asking_of(filter_))
    if not chosen:
        flash(_("Tick the customers first."), "problem")
        return redirect(url_for("customers.index", **filter_.asked), 303)
    return _asked(chosen, filter_.query)


@blueprint.post("/send")
@requires(Permission.INVITE)
def send() -> str | AnyResponse:
    days, key = request.form.get("days", type=int) or DAYS, request.form.get("questionnaire", DEFAULT_KEY)
    numbers = request.form.getlist("numbers")[: choosing.MOST]
    back = Filter.parse(request.form.get("back", ""))
    try:
        questionnaire = current(db.session, key)
        db.session.rollback()
        sent = many.invite(numbers, me(), now(), days, key, "with_form" in request.form)
    except NoQuestionnaire:
        flash(_("Choose a questionnaire that asks something of this customer."), "problem")
    except ValueError:
        flash(_("Choose a deadline of %(least)s to %(most)s working days.", least=MIN_DAYS, most=MAX_DAYS), "problem")
    else:
        title = definition_of(questionnaire).title
        return render_template(
            "invitations/bulk_sent.html", sent=sent, title=title, key=key, whys=_whys(), back=back, most=_MOST_NAMED
        )
    return redirect(url_for("customers.index", **back.asked), 303)


@blueprint.post("/links")
@requires(Permission.INVITE)
def sheet() -> Response:
    """A file for messages in a chat: number, name, contact, mobile and link of each."""
    key, at, show = request.form.get("questionnaire", DEFAULT_KEY), now(), shower()
    db.session.rollback()
    with transaction() as session:
        try:
            id_ = current(session, key).questionnaire_id
        except NoQuestionnaire:
            id_ = 0
        found = many.links_of(session, request.form.getlist("numbers"), me(), id_, at)
        mobiles = [show("contacts.mobile", link.customer.mobile) for link in found]
        rows = [_row(link, mobile) for link, mobile in zip(found, mobiles, strict=True)]
    header = [_("Number"), _("Name"), _("Contact"), _("Mobile"), _("Link")]
    told = {"Content-Disposition": f'attachment; filename="links-{at:%Y-%m-%d}.csv"'}
    return Response("".join(csv_lines(header, rows)), mimetype="text/csv", headers=told)


def offer(reader: Staff) -> tuple[str, dict[str, Any]] | None:
    """What the list offers to do with several."""
    return ("invitations/bulk_offer.html", {}) if reader.may(Permission.INVITE) else None


_MOST_NAMED = 20  # of those who were left, before the rest is folded


def _asked(chosen: Sequence[Customer], back: str) -> str:
    offered = published(db.session)
    is_one = len(offered) == 1  # else it depends on which is chosen
    live = many.asked_already(db.session, chosen, offered[0].questionnaire_id, now()) if is_one else set[int]()
    with_mail = [bool(customer.email) for customer in chosen if customer.id not in live]
    return render_template(
        "invitations/bulk.html", chosen=chosen, back=back, days=range(MIN_DAYS, MAX_DAYS + 1), default_days=DAYS,
        with_mail=sum(with_mail), without=len(with_mail) - sum(with_mail), live=len(live), most=choosing.MOST,
        offered=[definition_of(version) for version in offered],
        doubles=pairs.in_doubt(db.session, [customer.id for customer in chosen]),
    )  # fmt: skip


def _row(link: Invitation, mobile: str) -> list[str]:
    whose = link.customer
    return [whose.number, whose.name, whose.contact or "", mobile, links.url(link.id, link.link_number)]


def _whys() -> dict[Left, str]:
    return {
        Left.INVITED: _("They have an open link already, or their answers wait for a review."),
        Left.NOTHING: _("This questionnaire asks nothing of this kind of customer."),
        Left.ARCHIVED: _("They are archived."),
    }
