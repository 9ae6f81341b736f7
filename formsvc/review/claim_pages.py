"""Staff pages: have a submission open, leave it, take the next one (M20)."""

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from formsvc.db import transaction
from formsvc.review import claims, reach
from formsvc.review.blueprint import blueprint
from formsvc.review.filters import Filter
from formsvc.staff.access import me, requires
from formsvc.staff.models import Permission
from formsvc.web.show import now


@blueprint.post("/next")
@requires(Permission.REVIEW)
def take_next() -> Response:
    chosen = Filter.read(request.args)
    with transaction() as session:
        found = claims.take_next(session, me(), chosen, now())
    if found is None:
        flash(_("Nothing here is free: colleagues have open what waits."), "problem")
        return redirect(url_for(".queue", **chosen.asked), 303)
    return redirect(url_for(".show", id_=found, **chosen.asked), 303)


@blueprint.post("/<int:id_>/claim")
@requires(Permission.REVIEW)
def claim(id_: int) -> Response:
    with transaction() as session:
        _check(session, id_)
        is_mine = claims.claim(session, id_, me(), now())
    return _answered(url_for(".show", id_=id_, **Filter.read(request.args).asked), 204 if is_mine else 409)


@blueprint.post("/<int:id_>/release")
@requires(Permission.REVIEW)
def release(id_: int) -> Response:
    with transaction() as session:
        _check(session, id_)
        claims.release(session, id_, me())
    return _answered(url_for(".queue", **Filter.read(request.args).asked), 204)


def _check(session: Session, id_: int) -> None:
    """Another's submission is as if it did not exist."""
    if reach.find(session, me(), id_) is None:
        abort(404)


def _answered(page: str, status: int) -> Response:
    """For a person the page to go on at, which shows what became of it; for the page's script the status alone."""
    return Response(status=status) if "quiet" in request.form else redirect(page, 303)
