"""Staff pages: the rewards on a customer's page, and to say that one was given (M27)."""

from typing import Any

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from formsvc.customers import reach
from formsvc.customers.models import Customer
from formsvc.db import db, transaction
from formsvc.questionnaires.models import QuestionnaireVersion
from formsvc.questionnaires.verbs import definition_of
from formsvc.review import rewards
from formsvc.review.blueprint import blueprint
from formsvc.review.models import Reward
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission, Staff
from formsvc.web import language
from formsvc.web.show import now


@blueprint.post("/rewards/<int:id_>/give")
@requires(Permission.REVIEW)
def give_reward(id_: int) -> Response:
    with transaction() as session:
        mine = reach.visible(me()).with_only_columns(Customer.id)
        reward = session.scalar(select(Reward).where(Reward.id == id_, Reward.customer_id.in_(mine))) or abort(404)
        number = session.get_one(Customer, reward.customer_id).number
        try:
            rewards.give(session, reward, me(), now())
            flash(_("The reward is marked as given."), "done")
        except rewards.AlreadyGiven:
            flash(_("The reward was given before: see below by whom."), "late")
    return redirect(url_for("customers.show", number=number, _anchor="rewards"), 303)


def panel(customer: Customer) -> tuple[str, dict[str, Any]]:
    """What a customer's page shows of rewards: nothing where none was earned."""
    found = select(Reward, QuestionnaireVersion, Staff).join(QuestionnaireVersion).outerjoin(Staff)
    rows = db.session.execute(found.where(Reward.customer_id == customer.id).order_by(Reward.id.desc())).all()
    said = [(reward, definition_of(version).reward, giver) for reward, version, giver in rows]
    earned = [(reward, text.in_(language.current()), giver) for reward, text, giver in said if text]
    return "review/rewards.html", {"rewards": earned}
