"""Chép cho nhóm chat: how a plan, or all of them, stand in a few lines to copy; counts and units only."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.services import show_dashboard, show_plans, show_urging
from tracker.sheets.chat import UnitCount, chat_text
from tracker.web import context
from tracker.web.guard import asks

blueprint = Blueprint("chat", __name__)


@blueprint.get("/ke-hoach/<int:plan_id>/nhom-chat")
@asks("dashboard.see")
def plan(plan_id: int) -> ResponseReturnValue:
    """One plan."""
    found = show_plans.plan_page(context.actor(), plan_id, at=context.now()).plan
    units = show_urging.units_of_plan(context.actor(), plan_id, at=context.now())
    counts = [UnitCount(unit.short_name, tally.overdue, tally.today) for unit, tally in units]
    name = ": ".join(part for part in (found.number, found.title) if part)
    back = url_for("plans.page", plan_id=plan_id)
    text = chat_text(
        _("Kế hoạch %(name)s", name=name), context.today(), found.assignments, counts, _whole(back)
    )
    return render_template("chat/page.html", text=text, name=found.name, back=back)


@blueprint.get("/theo-doi/nhom-chat")
@asks("dashboard.see")
def everything() -> ResponseReturnValue:
    """All plans that go on."""
    found = show_dashboard.matrix(context.actor(), context.committee_id(), at=context.now())
    counts = [
        UnitCount(row.unit.short_name, row.total.overdue, row.total.today)
        for _kind, rows in found.sections
        for row in rows
    ]
    title = _("%(committee)s: tiến độ các kế hoạch", committee=context.committee_name())
    back = url_for("dashboard.matrix")
    text = chat_text(title, context.today(), found.total, counts, _whole(url_for("home.index")))
    return render_template("chat/page.html", text=text, name=_("Theo dõi"), back=back)


def _whole(path: str) -> str:
    return context.settings().base_url + path
