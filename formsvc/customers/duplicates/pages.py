"""Staff pages: pairs of customers that may be one, and what a person says of them (M26)."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from formsvc.customers.duplicates import listing as pair_list
from formsvc.customers.duplicates import pairs
from formsvc.customers.duplicates.listing import Key
from formsvc.customers.duplicates.pairs import DuplicatePair, PairState, ReasonMissing, TooLate
from formsvc.customers.duplicates.words import words
from formsvc.customers.pages import shower
from formsvc.db import db, transaction
from formsvc.fields import clean_line
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now
from formsvc.web.urls import row_id

blueprint = Blueprint("duplicates", __name__, url_prefix="/customers/duplicates")
PAGE = 30
LONGEST_REASON = 200


@blueprint.get("")
@requires(Permission.SEE)
def index() -> str:
    state = _state()
    after = _key(request.args.get("after", ""))
    found = pair_list.page(db.session, me(), state, after, PAGE + 1)
    shown = found[:PAGE]
    last = "{}-{}".format(*shown[-1].key) if len(found) > PAGE else None
    return render_template(
        "customers/duplicates.html", pairs=shown, state=state, more=last, paged=bool(after), show=shower(),
        words=words(),
    )  # fmt: skip


@blueprint.post("/<int:id_>/settle")
@requires(Permission.MANAGE)
def settle(id_: int) -> Response:
    reason = clean_line(request.form.get("reason", ""))[:LONGEST_REASON]
    try:
        with transaction() as session:
            pairs.settle(session, _find(session, id_), me(), reason, now())
    except ReasonMissing:
        flash(_("Say why they are two customers."), "problem")
    except TooLate:
        flash(_("Somebody else settled this pair meanwhile."), "problem")
    else:
        flash(_("Remembered: two customers. They are shown again only if more speaks for it."), "done")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<int:id_>/reopen")
@requires(Permission.MANAGE)
def reopen(id_: int) -> Response:
    try:
        with transaction() as session:
            pairs.reopen(session, _find(session, id_), me(), now())
    except TooLate:
        flash(_("Somebody else took this back meanwhile."), "problem")
    else:
        flash(_("The pair is among the probable duplicates again."), "done")
    return redirect(url_for(".index", state=PairState.DISTINCT), 303)


def _find(session: Session, id_: int) -> DuplicatePair:
    """The pair, where both of its customers are the reader's to see; others are as if they did not exist."""
    return pair_list.find(session, me(), id_) or abort(404)


def _state() -> PairState:
    return PairState.DISTINCT if request.args.get("state") == PairState.DISTINCT else PairState.OPEN


def _key(text: str) -> Key | None:
    """A place in the list as an address says it; none where it is none."""
    match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,10})", text)
    try:
        return Key(row_id(match[1]), row_id(match[2])) if match else None
    except ValueError:
        return None
