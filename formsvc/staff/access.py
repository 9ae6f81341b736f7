"""Every route declares its permission, or that it is public; this holds it at each request."""

from collections.abc import Callable
from typing import Any, cast

from flask import Flask, abort, current_app, redirect, render_template, request, url_for
from flask_login import LoginManager, current_user
from sqlalchemy import bindparam, select
from sqlalchemy.orm import make_transient_to_detached
from werkzeug.wrappers import Response

from formsvc.db import reading
from formsvc.staff.models import Permission, Staff
from formsvc.statements import Statement
from formsvc.web.access import PUBLIC, View, access_of, declare

login_manager = LoginManager()
# It would mark sessions as not fresh, which nothing asks, and write them anew whenever a phone changes its network
login_manager.session_protection = None
_table = Staff.metadata.tables[Staff.__tablename__]
_SIGNED_IN = Statement(
    select(*(column for column in _table.columns if column.name != "password_hash")).where(
        _table.c.session_key == bindparam("key"), _table.c.active
    )
)


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare that a route is for staff with `permission`."""
    return lambda view: declare(view, permission)


def me() -> Staff:
    """The account that is signed in. Only for routes that require a permission."""
    return cast(Staff, current_user._get_current_object())


def init_app(app: Flask) -> None:
    login_manager.init_app(app, add_context_processor=False)
    # Flask-Login's own reads the account for every page, also for the one that says that there is no database
    app.context_processor(lambda: {"current_user": current_user})
    login_manager.user_loader(load)
    app.before_request(enforce)
    app.jinja_env.globals["Permission"] = Permission
    app.extensions["kept-when-signed-out"] = set()  # endpoints that take a form which must not be lost


def load(session_key: str) -> Staff | None:
    """The active account whose sessions carry `session_key`, as it is now. It is of no session of the database's."""
    with reading() as connection:
        row = _SIGNED_IN.first(connection, {"key": session_key})
    if row is None:
        return None
    account = Staff(**row._asdict())
    make_transient_to_detached(account)
    return account


def enforce() -> Any:
    """Let the request through where its route's declaration allows it."""
    access = access_of(current_app.view_functions.get(request.endpoint or ""))
    if access == PUBLIC or request.endpoint is None:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if access is None or not me().may(Permission(access)):
        abort(403)
    return None


def _to_sign_in() -> Response | tuple[str, int]:
    if request.form and request.endpoint in current_app.extensions["kept-when-signed-out"]:
        return render_template("staff/signed_out.html", address=request.full_path.rstrip("?")), 401
    asked = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("staff.login", next=asked))
