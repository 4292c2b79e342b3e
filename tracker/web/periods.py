"""Kỳ của kế hoạch và ngày kết thúc: closing and reopening a reporting period, ending a plan, letting it go on."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.deadlines.wording import period_words
from tracker.errors import Invalid, Refused, TrackerError
from tracker.services import endings
from tracker.services import periods as deeds
from tracker.services.endings import EndPage
from tracker.web.context import actor, now
from tracker.web.guard import asks

blueprint = Blueprint("periods", __name__, url_prefix="/ke-hoach/<int:plan_id>")

ALL = "tat-ca"


@blueprint.get("/ky")
@asks("period.see")
def index(plan_id: int) -> ResponseReturnValue:
    """The periods of a plan with their figures."""
    return _index(plan_id)


def _index(plan_id: int, problem: TrackerError | None = None, period: str = "") -> str:
    page = deeds.periods_page(actor(), plan_id, at=now())
    return render_template(
        "periods/index.html", page=page, problem=problem.message if problem else "", problem_period=period
    )


@blueprint.get("/ky/<period>/chot")
@asks("period.close")
def closing(plan_id: int, period: str) -> ResponseReturnValue:
    """What closing would keep and what is not done; the form confirms it."""
    return _closing(plan_id, period)


def _closing(plan_id: int, period: str, problem: str = "") -> str:
    found = deeds.proposal(actor(), plan_id, period, at=now())
    return render_template("periods/close.html", found=found, row=found.row, problem=problem)


@blueprint.post("/ky/<period>/chot")
@asks("period.close")
def close(plan_id: int, period: str) -> ResponseReturnValue:
    despite = request.form.get("van-chot") == "1"
    try:
        deeds.close_period(actor(), plan_id, period, despite=despite, at=now())
    except Refused as refusal:
        if refusal.code == "held":
            return _index(plan_id, refusal, period), refusal.status
        return _closing(plan_id, period, refusal.message), refusal.status
    flash(_("Đã chốt kỳ %(period)s. Số liệu giữ nguyên từ hôm nay.", period=name_of(period)), "done")
    return redirect(url_for("periods.index", plan_id=plan_id), 303)


@blueprint.post("/ky/<period>/mo-lai")
@asks("period.reopen")
def reopen(plan_id: int, period: str) -> ResponseReturnValue:
    try:
        deeds.reopen_period(actor(), plan_id, period, request.form.get("ly-do", ""), at=now())
    except (Invalid, Refused) as refusal:
        return _index(plan_id, refusal, period), refusal.status
    flash(_("Đã mở lại kỳ %(period)s.", period=name_of(period)), "done")
    return redirect(url_for("periods.index", plan_id=plan_id), 303)


# The end of the plan.


@blueprint.get("/ket-thuc")
@asks("period.see")
def ending(plan_id: int) -> ResponseReturnValue:
    """What is not done yet, and the two ways to end a plan; after its end, how it ended."""
    return _ending(plan_id)


def _ending(plan_id: int, problem: str = "", form: str = "") -> str:
    page = endings.end_page(actor(), plan_id, at=now())
    return render_template("periods/end.html", page=page, problem=problem, form=form, given=request.form)


@blueprint.post("/ket-thuc")
@asks("plan.end")
def end(plan_id: int) -> ResponseReturnValue:
    page = endings.end_page(actor(), plan_id, at=now())
    note = request.form.get("ghi-chu", "")
    try:
        endings.end_plan(actor(), plan_id, _reasons(page), note, at=now())
    except (Invalid, Refused) as refusal:
        return _ending(plan_id, refusal.message, "end"), refusal.status
    flash(_("Kế hoạch đã kết thúc."), "done")
    return redirect(url_for("plans.page", plan_id=plan_id), 303)


def _reasons(page: EndPage) -> dict[str, str]:
    """For each group of open work the reason that was written beside it, or the one for all that are ticked."""
    common = request.form.get("ly-do", "")
    picked = {group.key for group in page.open} if ALL in request.form else set(request.form.getlist("nhom"))
    return {key: request.form.get(f"ly-do-{key}", "").strip() or common for key in picked}


@blueprint.post("/bai-bo")
@asks("plan.end")
def withdraw(plan_id: int) -> ResponseReturnValue:
    try:
        endings.withdraw_plan(
            actor(), plan_id, request.form.get("ly-do", ""), request.form.get("van-ban", ""), at=now()
        )
    except (Invalid, Refused) as refusal:
        return _ending(plan_id, refusal.message, "withdraw"), refusal.status
    flash(_("Kế hoạch đã được bãi bỏ. Các đơn vị không phải làm tiếp."), "done")
    return redirect(url_for("plans.page", plan_id=plan_id), 303)


@blueprint.post("/lam-tiep")
@asks("plan.reopen")
def go_on(plan_id: int) -> ResponseReturnValue:
    """A leader lets an ended plan go on."""
    try:
        endings.reopen_plan(actor(), plan_id, request.form.get("ly-do", ""), at=now())
    except (Invalid, Refused) as refusal:
        return _ending(plan_id, refusal.message, "reopen"), refusal.status
    flash(_("Kế hoạch được tiếp tục; việc đã thôi khi kết thúc trở lại như trước."), "done")
    return redirect(url_for("plans.page", plan_id=plan_id), 303)


@blueprint.app_template_filter("reporting_period")
def name_of(period: str) -> str:
    """`6 tháng đầu năm 2026`; what comes once has no period to name."""
    return period_words(period) or str(_("việc làm một lần"))
