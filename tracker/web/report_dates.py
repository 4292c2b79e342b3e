"""Ngày báo cáo định kỳ: a section of the work calendar's page, set by whoever keeps the calendar."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.deadlines.reports import (
    HALF_YEAR,
    KINDS,
    MONTH,
    NINE_MONTHS,
    QUARTER,
    TOP_DAY,
    YEAR,
    Chain,
)
from tracker.errors import Invalid
from tracker.services import report_dates as deeds
from tracker.services.report_dates import ReportDates
from tracker.web import calendar
from tracker.web.context import actor, committee_id, now, today
from tracker.web.guard import asks

blueprint = Blueprint("report_dates", __name__)

LEVELS_SHOWN = 4


@dataclass(frozen=True)
class Section:
    """What the section shows: the year's table, and the form as it was entered."""

    dates: ReportDates
    error: str = ""
    given: MultiDict[str, str] = field(default_factory=MultiDict)

    @property
    def levels(self) -> list[tuple[str, int | str]]:
        """Name of each level and the working days until the next one; empty lines to add some."""
        names = self.given.getlist("level") or list(self.dates.chain.levels)
        steps: list[int | str] = [*self.given.getlist("step")] or [*self.dates.chain.steps]
        lines = max(LEVELS_SHOWN, len(names))
        names += [""] * (lines - len(names))
        steps += [""] * (lines - len(steps))
        return list(zip(names, steps, strict=False))

    @property
    def kinds(self) -> list[tuple[str, str, bool, int | str]]:
        """Code, name, whether the committee has it, and its top day."""
        chosen = self.given.getlist("kind") if self.given else self.dates.chain.kinds
        return [
            (
                kind,
                kind_name(kind),
                kind in chosen,
                self.given.get(f"top-{kind}") or self.dates.chain.top(kind),
            )
            for kind in KINDS
        ]


def kind_name(kind: str) -> str:
    """The report as offices call it."""
    names: dict[str, str] = {
        MONTH: _("Hằng tháng"),
        QUARTER: _("Hằng quý"),
        HALF_YEAR: _("6 tháng"),
        NINE_MONTHS: _("9 tháng"),
        YEAR: _("Năm"),
    }
    return names[kind]


def section(year: int, error: str = "") -> Section:
    """The section for the calendar's page of that year."""
    found = deeds.year_of_reports(actor(), committee_id(), year)
    return Section(found, error, request.form if error else MultiDict())


@blueprint.post("/lich-lam-viec/bao-cao")
@asks("calendar.change")
def change() -> ResponseReturnValue:
    """Choose levels, the days between them, and the days of the highest one."""
    year = request.form.get("nam", today().year, type=int)
    try:
        deeds.set_chain(actor(), committee_id(), _chain(), at=now())
    except Invalid as refusal:
        return calendar.page_with(section(year, refusal.message)), refusal.status
    flash(_("Đã lưu ngày báo cáo."), "done")
    return redirect(url_for("calendar.index", nam=year, _anchor="bao-cao"), 303)


def _chain() -> Chain:
    form = request.form
    lines = [
        (name, step)
        for name, step in zip(form.getlist("level"), form.getlist("step"), strict=False)
        if name.strip()
    ]
    steps = tuple(_number(step, _("Số ngày làm việc giữa hai cấp")) for _name, step in lines[:-1])
    kinds = tuple(kind for kind in KINDS if kind in form.getlist("kind"))
    tops = {
        kind: _number(text, _("Ngày gửi của cấp trên cùng"))
        for kind in KINDS
        if (text := form.get(f"top-{kind}", "").strip()) and text != str(TOP_DAY)
    }
    return Chain(tuple(name for name, _step in lines), steps, tops, kinds)


def _number(text: str, what: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise Invalid(_("%(what)s cần là một số, ví dụ 5.", what=what), code="no-number")
    return int(text)
