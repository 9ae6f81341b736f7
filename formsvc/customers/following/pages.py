"""Staff pages: follow a customer, and see what changed in what one follows (M46)."""

from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from formsvc.customers import reach
from formsvc.customers.following import changes
from formsvc.customers.following import verbs as following
from formsvc.customers.models import Customer
from formsvc.customers.pages import wording
from formsvc.db import db, transaction
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now
from formsvc.web.urls import row_id

blueprint = Blueprint("following", __name__, url_prefix="/customers")
PAGE = 50


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(unseen_changes=unseen_changes, is_followed=is_followed)


def unseen_changes() -> str:
    """How many changes the reader has not seen, for the head of a page; nothing where there are none."""
    count = changes.unseen(me()) if current_user.is_authenticated else 0
    return "" if not count else f"{changes.MOST_COUNTED}+" if count > changes.MOST_COUNTED else str(count)


def is_followed(customer: Customer) -> bool:
    """Whether the reader follows `customer` by the button."""
    return following.follows(db.session, customer, me())


@blueprint.get("/changes")
@requires(Permission.SEE)
def index() -> str:
    before = request.args.get("before", type=row_id)
    rows, words = changes.newest(db.session, me(), before, PAGE + 1), wording()
    shown = rows[:PAGE]
    return render_template(
        "customers/changes.html", changes=shown, more=len(rows) > PAGE, paged=before is not None,
        unseen=[one.notice.id for one in shown if one.notice.seen_at is None],
        labels=lambda one: _labels(one, words),
    )  # fmt: skip


@blueprint.post("/changes/seen")
@requires(Permission.SEE)
def see() -> Response:
    ids = request.form.getlist("ids", type=row_id)
    with transaction() as session:
        changes.see(session, me(), ids, now())
    return redirect(url_for(".index"), 303)


@blueprint.post("/<number>/follow")
@requires(Permission.SEE)
def follow(number: str) -> Response:
    with transaction() as session:
        customer = reach.find(session, me(), number) or abort(404)
        following.follow(session, customer, me(), now())
    flash(_("You follow this customer: you are told when a colleague changes the record."), "done")
    return redirect(url_for("customers.show", number=customer.number), 303)


@blueprint.post("/<number>/unfollow")
@requires(Permission.SEE)
def unfollow(number: str) -> Response:
    with transaction() as session:
        customer = reach.find(session, me(), number) or abort(404)
        following.unfollow(session, customer, me(), now())
    flash(_("You do not follow this customer any more."), "done")
    return redirect(url_for("customers.show", number=customer.number), 303)


def _labels(one: changes.Changed, words: dict[str, Any]) -> list[str]:
    """What the fields of a change are called, in the order of the record."""
    return [words["label"](key) for key in sorted(one.fields, key=words["place"])]
