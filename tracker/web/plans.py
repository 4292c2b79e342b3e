"""Kế hoạch: the list, one plan with its progress, and the two ways in (a file, or by hand)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.access import Thing, may
from tracker.errors import Invalid, NotFound, Refused, TrackerError, UnreadableFile
from tracker.services import plans as deeds
from tracker.services import show_plans
from tracker.store.queries.rows import PlanPage, PlanRow, UnitRow
from tracker.web import context, plan_view, reading
from tracker.web.guard import asks
from tracker.web.picking import an_id
from tracker.web.task_form import read_day, read_printed_day
from tracker.web.timeline import timeline, told

blueprint = Blueprint("plans", __name__, url_prefix="/ke-hoach")

MENDABLE = (UnreadableFile, Invalid, Refused, NotFound)


@blueprint.get("")
@asks("plan.list")
def index() -> ResponseReturnValue:
    """Drafts of the visitor's unit first, then what is published."""
    rows = show_plans.plans(context.actor(), at=context.now())
    return render_template(
        "plans/index.html",
        drafts=[row for row in rows if row.state == "draft"],
        plans=[row for row in rows if row.state != "draft" and not row.ending],
        ended=[row for row in rows if row.ending],
    )


@blueprint.get("/<int:plan_id>")
@asks("plan.see")
def page(plan_id: int) -> ResponseReturnValue:
    """One plan: how it stands, its year, its tasks, its document."""
    found = show_plans.plan_page(context.actor(), plan_id, at=context.now())
    drawing = timeline(found.sections, context.today())
    telling = [told(moment) for moment in drawing.telling[:8]] if drawing else []
    return render_template(
        "plans/page.html",
        page=found,
        plan=found.plan,
        drawing=drawing,
        telling=telling,
        view=plan_view,
        whose=_whose(found),
    )


def _whose(found: PlanPage) -> str:
    """Whose due days the timeline shows: those of the visitor's units, where the others are not seen."""
    if found.whole:
        return ""
    return ", ".join(unit.name for unit in context.my_units())


@blueprint.get("/<int:plan_id>/nhiem-vu/<int:task_id>")
@asks("plan.see")
def lines(plan_id: int, task_id: int) -> ResponseReturnValue:
    """The units of one task, the most urgent first: by where they stand, by name, page by page."""
    code = request.args.get("loc", "")
    found = show_plans.task_lines(
        context.actor(),
        plan_id,
        task_id,
        code=code if code in plan_view.FILTERS else "",
        words=request.args.get("tim", ""),
        page=request.args.get("trang", 1, type=an_id),
        at=context.now(),
    )
    return render_template("plans/lines.html", found=found, code=code, words=request.args.get("tim", ""))


@blueprint.get("/them")
@asks("plan.import")
def upload() -> ResponseReturnValue:
    return _upload_page()


@blueprint.post("/them")
@asks("plan.import")
def take_file() -> ResponseReturnValue:
    """Read the file and go on to its review; what cannot be read is said here and nothing is stored."""
    file = request.files.get("tep")
    if not file or not file.filename:
        words = _("Chưa có tệp nào được chọn. Xin chọn tệp của kế hoạch rồi gửi lại.")
        return _upload_page(words, request.form), 422
    try:
        unit = _coordinator()
        data = file.read()
        deed = partial(
            deeds.import_plan,
            context.actor(),
            unit.committee_id,
            unit.id,
            file.filename,
            data,
            at=context.now(),
            plan_id=request.form.get("ke-hoach", type=an_id),
        )
        if data.startswith(reading.SLOW):
            return reading.watched(deed)
        version_id = deed()
    except MENDABLE as error:
        return _upload_page(error.message, request.form), error.status
    return redirect(url_for("review.page", version_id=version_id), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Said on the page of the form, which itself can no longer be read."""
    words = _("Tệp vượt quá 20 MB nên chưa được nhận. Xin bỏ bớt ảnh, hoặc tách phụ lục thành tệp riêng.")
    return _upload_page(words), 413


@blueprint.get("/nhap-tay")
@asks("plan.import")
def by_hand() -> ResponseReturnValue:
    return _hand_page()


@blueprint.post("/nhap-tay")
@asks("plan.import")
def enter() -> ResponseReturnValue:
    """A plan without a file: its head here, its rows on the review page."""
    try:
        version_id = _new_plan()
    except MENDABLE as error:
        return _hand_page(error), error.status
    return redirect(url_for("review.page", version_id=version_id, _anchor="them-dong"), 303)


def _new_plan() -> int:
    form = request.form
    start = read_day(form.get("period_start", ""))
    if not form.get("title", "").strip():
        raise Invalid(_("Kế hoạch cần có trích yếu. Xin ghi nội dung sau chữ “KẾ HOẠCH”."))
    if start is None:
        raise Invalid(_("Xin ghi ngày bắt đầu của thời gian thực hiện."))
    unit = _coordinator()
    return deeds.new_plan(
        context.actor(),
        unit.committee_id,
        unit.id,
        title=" ".join(form["title"].split()),
        number=form.get("number", "").strip(),
        issuer=form.get("issuer", "").strip(),
        issued_on=read_printed_day(form.get("issued_on", "")),
        period_start=start,
        period_end=read_day(form.get("period_end", "")),
        at=context.now(),
    )


def _coordinating() -> list[UnitRow]:
    """The units in whose name the visitor follows plans up."""
    actor = context.actor()
    return [
        unit
        for unit in context.my_units()
        if may(actor, "plan.import", Thing(unit.committee_id, unit.id, frozenset({unit.id})))
    ]


def _choices(units: list[UnitRow]) -> list[tuple[int, str]]:
    return [(unit.id, unit.name) for unit in units]


def _coordinator() -> UnitRow:
    """The unit that was chosen, or the only one there is."""
    units = _coordinating()
    asked = request.form.get("don-vi", type=an_id)
    chosen = [unit for unit in units if unit.id == asked] if asked else units[:1]
    if not chosen:
        raise Invalid(_("Xin chọn đơn vị theo dõi kế hoạch này."))
    return chosen[0]


def _upload_page(problem: str = "", form: Mapping[str, str] | None = None) -> str:
    return render_template(
        "plans/upload.html",
        problem=problem,
        units=_coordinating(),
        coordinators=_choices,
        form=form or {},
        draft=_draft_of((form or {}).get("ke-hoach", "")) if problem else None,
        plan_id=request.args.get("ke-hoach", type=an_id),
    )


def _draft_of(plan_id: str) -> PlanRow | None:
    """The draft of the plan that is on its way already, if there is one."""
    rows = show_plans.plans(context.actor(), at=context.now()) if plan_id else ()
    return next((row for row in rows if row.state == "draft" and str(row.id) == plan_id), None)


def _hand_page(problem: TrackerError | None = None) -> str:
    return render_template(
        "plans/by_hand.html",
        problem=problem.message if problem else "",
        units=_coordinating(),
        coordinators=_choices,
        form=request.form,
        year=context.today().year,
    )
