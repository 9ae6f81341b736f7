"""Staff pages: the rewards of one customer and of all, those to give and those given, and to say that one was (M27)."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.db import db, transaction
from formsvc.review import rewards
from formsvc.review.models import Reward
from formsvc.review.reading import title_of
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web import language
from formsvc.web.show import instant, now
from formsvc.web.urls import local_path, row_id

blueprint = Blueprint("rewards", __name__, url_prefix="/rewards")
PAGE = 50


@blueprint.get("/")
@requires(Permission.READ_ANSWERS)
def index() -> str:
    is_given, after = request.args.get("state") == "given", request.args.get("after", type=row_id)
    rows = rewards.earned(db.session, reach.visible(me()), is_given, after, PAGE + 1)
    return render_template(
        "review/reward_list.html", rewards=rows[:PAGE], more=len(rows) > PAGE, paged=after is not None,
        is_given=is_given, text=_text, title=title_of,
    )  # fmt: skip


@blueprint.post("/<int:id_>/give")
@requires(Permission.REVIEW)
def give(id_: int) -> Response:
    with transaction() as session:
        mine = reach.visible(me()).with_only_columns(Customer.id)
        reward = session.scalar(select(Reward).where(Reward.id == id_, Reward.customer_id.in_(mine))) or abort(404)
        said = {"name": reward.customer.name, "reward": _text(reward)}
        page = url_for("customers.show", number=reward.customer.number, _anchor="rewards")
        try:
            rewards.give(session, reward, me(), now())
            flash(_("%(name)s: marked as given: %(reward)s.", **said), "done")
        except rewards.AlreadyGiven:
            flash(_("%(name)s: this reward was given before: %(how)s.", name=said["name"], how=_how(reward)), "late")
    return redirect(local_path(request.form.get("next"), page), 303)


def panel(customer: Customer) -> tuple[str, dict[str, Any]] | None:
    """What a customer's page shows of rewards, to who may read what earned them: nothing where none was earned."""
    if not me().may(Permission.READ_ANSWERS):
        return None
    return "review/rewards.html", {"rewards": rewards.earned_of(db.session, customer), "text": _text}


def _text(reward: Reward) -> str:
    return rewards.text(reward, language.current())


def _how(reward: Reward) -> str:
    """By whom, and when."""
    name = reward.giver.name if reward.giver else ""
    return _("given by %(name)s on %(time)s", name=name, time=instant(reward.given_at or now()))
