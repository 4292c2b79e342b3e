"""Tách nhiệm vụ and Gộp nhiệm vụ: what is asked, what it would do, then the deed."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.errors import Invalid, TrackerError
from tracker.services import tasks as deeds
from tracker.services.tasks import Effect, Part, TaskWords
from tracker.vietnamese.paths import path_text
from tracker.web.context import actor, now
from tracker.web.guard import asks
from tracker.web.picking import an_id

blueprint = Blueprint("tasks", __name__, url_prefix="/nhiem-vu")

PARTS_SHOWN = 4


@blueprint.get("/<int:task_id>/tach")
@asks("task.change")
def split(task_id: int) -> ResponseReturnValue:
    """The form: the parts, of which the first begins as the task itself."""
    task = deeds.task_words(actor(), task_id)
    return _split_page(task, [Part(task.title, task.deliverables)])


@blueprint.post("/<int:task_id>/tach")
@asks("task.change")
def carry_out_split(task_id: int) -> ResponseReturnValue:
    """First what it would do, then the deed with the mark of what was shown."""
    task, parts = deeds.task_words(actor(), task_id), _parts()
    try:
        if request.form.get("step") != "do":
            return _split_page(task, parts, effect=deeds.preview_split(actor(), task_id, parts))
        deeds.split(actor(), task_id, parts, mark=request.form.get("mark", ""), at=now())
    except Invalid as refusal:
        return _split_page(task, parts, problem=refusal.message), refusal.status
    flash(_("Đã tách nhiệm vụ. Việc đang mở đã chuyển sang các nhiệm vụ mới."), "done")
    return redirect(url_for("plans.page", plan_id=task.plan_id), 303)


def _parts() -> list[Part]:
    titles, products = request.form.getlist("title"), request.form.getlist("products")
    lines = [tuple(line.strip() for line in text.splitlines() if line.strip()) for text in products]
    lines += [()] * (len(titles) - len(lines))
    return [Part(title.strip(), found) for title, found in zip(titles, lines, strict=False)]


def _split_page(
    task: TaskWords, parts: list[Part], *, effect: Effect | None = None, problem: str = ""
) -> str:
    blank = [Part("")] * max(PARTS_SHOWN - len(parts), 0)
    named = [one for one in parts if one.title]
    return render_template(
        "tasks/split.html", task=task, parts=[*parts, *blank], named=named, effect=effect, problem=problem
    )


@blueprint.get("/<int:task_id>/gop")
@asks("task.change")
def merge(task_id: int) -> ResponseReturnValue:
    """The form: which task it takes in, and how both together are called."""
    return _merge_page(deeds.task_words(actor(), task_id), None, "")


@blueprint.post("/<int:task_id>/gop")
@asks("task.change")
def carry_out_merge(task_id: int) -> ResponseReturnValue:
    """First what it would do, then the deed with the mark of what was shown."""
    task = deeds.task_words(actor(), task_id)
    other_id, title = request.form.get("other", type=an_id), request.form.get("title", "").strip()
    try:
        if other_id is None:
            raise Invalid(_("Xin chọn nhiệm vụ được gộp vào."), code="other-task")
        if request.form.get("step") != "do":
            effect = deeds.preview_merge(actor(), task_id, other_id, title)
            return _merge_page(task, other_id, title, effect=effect)
        deeds.merge(actor(), task_id, other_id, title, mark=request.form.get("mark", ""), at=now())
    except (Invalid, TrackerError) as refusal:
        if refusal.status not in (409, 422) or refusal.code in ("overtaken", "gone"):
            raise
        return _merge_page(task, other_id, title, problem=refusal.message), refusal.status
    flash(_("Đã gộp nhiệm vụ. Việc đang mở đã chuyển sang nhiệm vụ chung."), "done")
    return redirect(url_for("plans.page", plan_id=task.plan_id) + f"#nhiem-vu-{task.id}", 303)


def _merge_page(
    task: TaskWords, other_id: int | None, title: str, *, effect: Effect | None = None, problem: str = ""
) -> str:
    others = deeds.mergeable(actor(), task.id)
    return render_template(
        "tasks/merge.html",
        task=task,
        others=others,
        choices=[(one.id, f"{path_text(one.path)} {one.title}".strip()) for one in others],
        other=next((one for one in others if one.id == other_id), None),
        title=title or task.title,
        effect=effect,
        problem=problem,
    )
