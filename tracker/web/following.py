"""Further deeds on one assignment: taking note, progress notes; for whoever follows the plan up: reopening, excusing,
correcting the day of receipt, an event that has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.errors import Invalid, TrackerError
from tracker.services import following as deeds
from tracker.services import noting
from tracker.services.work import Given
from tracker.web.context import actor, now
from tracker.web.guard import asks, local_address
from tracker.web.picking import an_id
from tracker.web.task_form import read_day
from tracker.web.work import Entered, back_to, page_of, row_version

blueprint = Blueprint("following", __name__)


def _answered(form: str, assignment_id: int, deed: Callable[[], None], words: str) -> ResponseReturnValue:
    """Do it and say so; after a refusal of what was entered the form is open again with it."""
    try:
        deed()
    except Invalid as refusal:
        entered = Entered(form, Given(), refusal.message, fields=request.form.to_dict())
        return page_of(assignment_id, entered), refusal.status
    flash(words, "done")
    return back_to(assignment_id)


def _text(name: str) -> str:
    return request.form.get(name, "").strip()


# The unit.


@blueprint.post("/viec/<int:assignment_id>/tiep-nhan")
@asks("work.acknowledge")
def see(assignment_id: int) -> ResponseReturnValue:
    noting.see(actor(), assignment_id, at=now())
    flash(_("Đã ghi nhận: đơn vị đã tiếp nhận việc này."), "done")
    return back_to(assignment_id)


@blueprint.post("/viec/tiep-nhan")
@asks("work.acknowledge")
def see_plan() -> ResponseReturnValue:
    """All new work of a unit in one plan."""
    plan_id, unit_id = request.form.get("plan", type=an_id), request.form.get("unit", type=an_id)
    if plan_id is None or unit_id is None:
        raise TrackerError(_("Biểu mẫu thiếu thông tin. Xin tải lại trang rồi làm lại."), code="no-plan")
    noting.see_plan(actor(), plan_id, unit_id, at=now())
    flash(_("Đã ghi nhận: đơn vị đã tiếp nhận việc được giao."), "done")
    mine: dict[str, Any] = {"don-vi": unit_id}
    return redirect(local_address(request.form.get("back")) or url_for("work.mine", **mine), 303)


@blueprint.post("/viec/<int:assignment_id>/tinh-hinh")
@asks("work.note")
def note(assignment_id: int) -> ResponseReturnValue:
    """How far the work is."""

    def deed() -> None:
        noting.note_progress(
            actor(),
            assignment_id,
            text=_text("text"),
            percent=_percent(_text("percent")),
            obstacle=_text("obstacle"),
            covers=_text("covers"),
            at=now(),
        )

    return _answered("note", assignment_id, deed, _("Đã ghi tình hình thực hiện."))


def _percent(text: str) -> int | None:
    text = text.removesuffix("%").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise Invalid(_("Tỷ lệ hoàn thành là số từ 0 đến 100."), code="bad-percent")
    return int(text)


# Whoever follows the plan up.


@blueprint.post("/viec/<int:assignment_id>/mo-lai")
@asks("work.reopen")
def reopen(assignment_id: int) -> ResponseReturnValue:
    def deed() -> None:
        deeds.reopen(
            actor(),
            assignment_id,
            _text("reason"),
            form_only="form_only" in request.form,
            row_version=row_version(),
            at=now(),
        )

    return _answered("reopen", assignment_id, deed, _("Đã mở lại việc này."))


@blueprint.post("/viec/<int:assignment_id>/khong-ap-dung")
@asks("work.excuse")
def excuse(assignment_id: int) -> ResponseReturnValue:
    def deed() -> None:
        deeds.excuse(actor(), assignment_id, _text("reason"), row_version=row_version(), at=now())

    return _answered("excuse", assignment_id, deed, _("Đã ghi không áp dụng. Việc không tính vào tỷ lệ."))


@blueprint.post("/viec/<int:assignment_id>/ngay-nhan")
@asks("work.correct-day")
def correct_day(assignment_id: int) -> ResponseReturnValue:
    def deed() -> None:
        day = read_day(_text("day"))
        if day is None:
            raise Invalid(_("Xin ghi ngày nhận, ví dụ 20/5/2026."), code="receipt-day")
        deeds.correct_day(actor(), assignment_id, day, _text("reason"), row_version=row_version(), at=now())

    return _answered("day", assignment_id, deed, _("Đã sửa ngày nhận."))


@blueprint.post("/viec/<int:assignment_id>/su-kien")
@asks("work.event")
def event_came(assignment_id: int) -> ResponseReturnValue:
    def deed() -> None:
        came, due = read_day(_text("came_on")), read_day(_text("due_on"))
        if came is None:
            raise Invalid(_("Xin ghi ngày sự kiện, ví dụ 20/5/2026."), code="event-day")
        if due is None and _text("due_on"):
            raise Invalid(_("Xin ghi hạn như 20/5/2026."), code="due-day")
        deeds.event_came(actor(), assignment_id, came, due, row_version=row_version(), at=now())

    return _answered("event", assignment_id, deed, _("Sự kiện đã đến. Việc đã mở và có hạn."))
