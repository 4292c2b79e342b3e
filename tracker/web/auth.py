"""Logging in and out, and setting a password by link."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user

from tracker.errors import NotFound, Refused
from tracker.services import accounts
from tracker.web.context import now, settings, visitor
from tracker.web.forms import LoginForm, NewPasswordForm
from tracker.web.guard import error_page, let_in, local_address

blueprint = Blueprint("auth", __name__)


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """The log-in. `next` leads on only inside this installation."""
    onward = local_address(request.values.get("next")) or url_for("home.index")
    if request.method == "GET" and visitor() is not None:
        return redirect(onward)
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("auth/login.html", form=form, onward=onward)
    try:
        actor = accounts.sign_in(
            form.email.data,
            form.password.data,
            request.remote_addr or "",
            at=now(),
            cost=settings().hash_cost,
        )
    except Refused as refusal:
        page = render_template("auth/login.html", form=form, onward=onward, refusal=refusal.message)
        return page, 429 if refusal.code == "too-many-tries" else 422
    let_in(actor)
    return redirect(onward, 303)


@blueprint.post("/dang-xuat")
def logout() -> ResponseReturnValue:
    """End every session of the visitor, so that a cookie copied from this machine is worth nothing."""
    person = visitor()
    if person is not None:
        accounts.sign_out(person, at=now())
    logout_user()
    session.clear()
    flash(_("Đã đăng xuất."), "done")
    return redirect(url_for("auth.login"), 303)


@blueprint.route("/mat-khau/<token>", methods=["GET", "POST"])
def set_password(token: str) -> ResponseReturnValue:
    """Set a password by the link that a manager gave."""
    secret = current_app.config["SECRET_KEY"]
    try:
        person = accounts.person_of_link(token, secret=secret)
    except NotFound as gone:
        return error_page(404, gone.message, title=_("Đường dẫn không còn dùng được"))
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return render_template("auth/set_password.html", form=form, name=person.name, email=person.email)
    accounts.set_password(token, form.new.data, secret=secret, at=now(), cost=settings().hash_cost)
    flash(_("Đã đặt mật khẩu. Xin đăng nhập bằng mật khẩu mới."), "done")
    return redirect(url_for("auth.login"), 303)
