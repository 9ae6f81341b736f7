"""Sign in and out."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from formsvc.db import db, transaction
from formsvc.staff import verbs
from formsvc.staff.access import me
from formsvc.staff.models import Permission
from formsvc.web.access import public
from formsvc.web.show import now
from formsvc.web.urls import local_path

blueprint = Blueprint("staff", __name__)


class SignInForm(FlaskForm):
    email = StringField(validators=[InputRequired(), Length(max=254)])
    password = PasswordField(validators=[InputRequired(), Length(max=200)])


@blueprint.get("/")
@public
def home() -> Response:
    """To what one's work begins with: the queue for who decides about answers, the customers for all others."""
    if not current_user.is_authenticated:
        return redirect(url_for("staff.login"))
    return redirect(url_for("review.queue" if me().may(Permission.REVIEW) else "customers.index"))


@blueprint.get("/login")
@public
def login() -> Response | str:
    if current_user.is_authenticated:
        return redirect(local_path(request.args.get("next")))
    return render_template("staff/login.html", form=SignInForm(), problem=None)


@blueprint.post("/login")
@public
def sign_in() -> Response | tuple[str, int]:
    form = SignInForm(request.form)  # without files
    if not form.validate():
        return render_template("staff/login.html", form=form, problem=_("Enter your email address and password.")), 422
    email = form.email.data or ""
    is_right = verbs.check(db.session, email, form.password.data or "")
    db.session.rollback()
    try:
        with transaction() as writing:
            account = verbs.sign_in(writing, email, is_right, now())
    except verbs.TooManyTries:
        problem = _("Too many tries with this address. Wait a quarter of an hour and try again.")
        return render_template("staff/login.html", form=form, problem=problem), 429
    if account is None:
        problem = _("The email address or the password is not right.")
        return render_template("staff/login.html", form=form, problem=problem), 422
    session.clear()
    login_user(account)
    return redirect(local_path(request.args.get("next")), 303)


@blueprint.post("/logout")
@public
def logout() -> Response:
    if current_user.is_authenticated:
        with transaction() as writing:
            verbs.sign_out(writing, me().id, now())
    logout_user()
    session.clear()
    return redirect(url_for("staff.login"), 303)
