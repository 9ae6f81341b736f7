"""The pages that confirm a new address: by the link in a mail, or by a code on a mobile (M17)."""

from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for

from formsvc.customers.manager import manager_of, organisation
from formsvc.db import db, transaction
from formsvc.submissions import addresses, codes, proof
from formsvc.submissions.models import Address, AddressKind
from formsvc.submissions.proof_pages import Answer, find, no_more_codes, no_more_tries, to_link, wrong_code
from formsvc.submissions.reading import Opened
from formsvc.web import language
from formsvc.web.access import public
from formsvc.web.show import now

blueprint = Blueprint("addresses", __name__)


class Shown(NamedTuple):
    """A new address as its customer sees it."""

    kind: AddressKind
    mask: str
    is_confirmed: bool


def shown(opened: Opened) -> list[Shown]:
    """The new addresses that were sent last, for `submissions/new_addresses.html`."""
    rows = _entered(opened)
    return [Shown(row.kind, addresses.mask(row.address), row.confirmed_at is not None) for row in rows]


@blueprint.get("/confirm/<token>")
@public
def show(token: str) -> str | tuple[str, int]:
    address = _by_link(token)
    if not isinstance(address, Address):
        return address
    return render_template(
        "submissions/confirm_address.html", token=token, mask=addresses.mask(address.address),
        is_confirmed=address.confirmed_at is not None, contact=organisation(),
    )  # fmt: skip


@blueprint.post("/confirm/<token>")
@public
def confirm(token: str) -> Answer:
    address = _by_link(token)
    if not isinstance(address, Address):
        return address
    id_ = address.id
    db.session.rollback()
    with transaction() as session:
        addresses.confirm(session, session.get_one(Address, id_), now())
    return redirect(url_for(".show", token=token, lang=request.args.get("lang")), 303)


@blueprint.get("/q/<token>/mobile")
@public
def mobile(token: str) -> Answer:
    address = _mobile_behind(token)
    return _page(address, token) if isinstance(address, Address) else address


@blueprint.post("/q/<token>/mobile-code")
@public
def send_code(token: str) -> Answer:
    address = _mobile_behind(token)
    if not isinstance(address, Address):
        return address
    id_ = address.id
    db.session.rollback()
    try:
        with transaction() as session:
            addresses.send_code(session, session.get_one(Address, id_), language.current(), now())
    except codes.TooMany:
        return _page(address, token, no_more_codes(), 429)
    return redirect(url_for(".mobile", token=token, sent=1, lang=request.args.get("lang")), 303)


@blueprint.post("/q/<token>/mobile")
@public
def confirm_mobile(token: str) -> Answer:
    address = _mobile_behind(token)
    if not isinstance(address, Address):
        return address
    id_, given = address.id, request.form.get("code", "")
    db.session.rollback()
    try:
        with transaction() as session:
            is_right = addresses.confirm_by_code(session, session.get_one(Address, id_), given, now())
    except codes.TooMany:
        return _page(address, token, no_more_tries(), 429)
    return to_link(token) if is_right else _page(address, token, wrong_code(), 422)


def _by_link(token: str) -> Address | tuple[str, int]:
    """The address that a link confirms, or the page that says why it cannot."""
    id_ = addresses.read(token)
    address = db.session.get(Address, id_) if id_ is not None else None
    if address is None:
        return render_template("submissions/unknown_link.html", contact=organisation()), 404
    if address.entered_at + addresses.LIFE <= now():
        return render_template("submissions/dead_link.html", contact=organisation()), 410
    return address


def _mobile_behind(token: str) -> Address | Answer:
    """The mobile that was entered behind a link and waits for its code, or where to go instead."""
    rows = _entered(find(token)) if addresses.asks_mobiles() else []
    waiting = [row for row in rows if row.kind is AddressKind.MOBILE and row.confirmed_at is None]
    return waiting[0] if waiting else to_link(token)


def _entered(opened: Opened) -> list[Address]:
    """The new addresses of the newest answers; none for who may not see what is held, as they tell what is."""
    if opened.last is None or not proof.may_see(opened):
        return []
    return addresses.entered(db.session, opened.id, opened.last.answers)


def _page(address: Address, token: str, problem: str | None = None, status: int = 200) -> tuple[str, int]:
    return render_template(
        "submissions/confirm_mobile.html", token=token, mask=addresses.mask(address.address), problem=problem,
        is_wrong=status == 422, contact=manager_of(address.invitation.customer),
    ), status  # fmt: skip
