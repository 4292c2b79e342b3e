"""Tài khoản: who I am here, which committee is in view, my letters, and my password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.errors import Invalid
from tracker.services import accounts, reminders, show_staff
from tracker.web import context
from tracker.web.forms import ChangePasswordForm
from tracker.web.guard import asks, let_in

blueprint = Blueprint("account", __name__)


@blueprint.route("/tai-khoan", methods=["GET", "POST"])
@asks("self.change")
def page() -> ResponseReturnValue:
    """The account; a new password ends every other session and goes on with this one."""
    form = ChangePasswordForm()
    if form.validate_on_submit() and _changed(form):
        flash(_("Đã đổi mật khẩu. Các máy khác đang mở tài khoản này cần đăng nhập lại."), "done")
        return redirect(url_for("account.page"), 303)
    status = 422 if form.is_submitted() else 200
    chosen = context.committee_id() if context.committees() else None
    return (
        render_template(
            "account/page.html",
            form=form,
            grants=context.actor().grants,
            units={unit.id: unit.name for unit in context.my_units()},
            committees=context.committees(),
            chosen=chosen,
            letters=reminders.choices(context.actor(), at=context.now()),
            absences=show_staff.my_absences(context.actor(), at=context.now()),
        ),
        status,
    )


@blueprint.post("/tai-khoan/thu")
@asks("self.change")
def letters() -> ResponseReturnValue:
    """Two switches: the daily reminders, and the calendar file with them."""
    actor, at = context.actor(), context.now()
    reminders.turn_reminders(actor, "reminders" in request.form, at=at)
    reminders.want_calendar(actor, "calendar" in request.form, at=at)
    flash(_("Đã lưu cách nhận thư."), "done")
    return redirect(url_for("account.page") + "#thu", 303)


def _changed(form: ChangePasswordForm) -> bool:
    actor, cost = context.actor(), context.settings().hash_cost
    try:
        accounts.change_password(actor, form.old.data, form.new.data, at=context.now(), cost=cost)
    except Invalid as refusal:
        field = form.old if refusal.code == "old-password" else form.new
        field.errors = [refusal.message]
        return False
    let_in(actor)
    return True
