"""Lịch làm việc: a year of the committee's calendar, its own days, how it reads dates; every change is shown
before it is made."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.deadlines.due import DAY_BEFORE, DAY_ITSELF, Options
from tracker.deadlines.workdays import NOT_OFF, DayRow
from tracker.errors import Invalid, Refused, TrackerError
from tracker.services import calendar as deeds
from tracker.services.calendar import CalendarPage, Moved, NewDays, Preview, Removal
from tracker.web import report_dates
from tracker.web.context import actor, committee_id, now, today
from tracker.web.guard import asks
from tracker.web.task_form import read_day, written_day

blueprint = Blueprint("calendar", __name__)

MOVED_SHOWN = 60
WEEKS = Calendar()


@dataclass(frozen=True)
class Cell:
    """One day of a month: `code` is empty for a plain working day, else rest, off, worked or noted."""

    day: date
    code: str
    words: str
    own: bool
    today: bool


@dataclass(frozen=True)
class Entered:
    """What was entered, to be shown again: beside the words of a refusal, or to be confirmed."""

    form: str
    given: dict[str, str]
    error: str = ""


@blueprint.get("/lich-lam-viec")
@asks("calendar.see")
def index() -> ResponseReturnValue:
    return _page()


def page_with(reports: report_dates.Section) -> str:
    """The page with the section of report dates as it was entered."""
    return _page(reports=reports)


def _page(entered: Entered | None = None, reports: report_dates.Section | None = None) -> str:
    year = request.values.get("nam", type=int) or today().year
    page = deeds.year_page(actor(), committee_id(), year)
    return render_template(
        "calendar/index.html",
        page=page,
        months=[(month, _month(page, month)) for month in range(1, 13)],
        rows=page.calendar.year(year),
        entered=entered,
        given=entered.given if entered else {},
        reports=reports or report_dates.section(year),
    )


def _month(page: CalendarPage, month: int) -> list[list[Cell | None]]:
    """The weeks of a month, Monday first; None outside of it."""
    return [
        [_cell(page, day) if day.month == month else None for day in week]
        for week in WEEKS.monthdatescalendar(page.year, month)
    ]


def _cell(page: CalendarPage, day: date) -> Cell:
    row = page.calendar.row(day)
    works = page.calendar.works(day)
    code = "" if works else "rest"
    if row is not None:
        code = "noted" if row.kind == NOT_OFF else "worked" if works else "off"
    words = row.words if row is not None else page.calendar.holiday(day) or ""
    return Cell(day, code, words, day in page.entered, day == today())


# Shown first.


@blueprint.post("/lich-lam-viec/xem-truoc")
@asks("calendar.change")
def preview() -> ResponseReturnValue:
    """What a change would move; the same form confirms it."""
    form = request.form.get("form", "")
    given = {name: value for name, value in request.form.items() if name != "csrf_token"}
    try:
        change = _change(form)
        effect = deeds.preview(actor(), committee_id(), change, at=now())
    except (Invalid, Refused) as refusal:
        return _page(Entered(form, given, refusal.message)), refusal.status
    return _preview_page(form, given, effect)


def _preview_page(form: str, given: dict[str, str], effect: Preview) -> str:
    address = {
        "days": url_for("calendar.add"),
        "removal": url_for("calendar.remove", row_id=request.form.get("row_id", 0, type=int)),
        "reading": url_for("calendar.reading"),
    }[form]
    return render_template(
        "calendar/preview.html",
        form=form,
        given=given,
        effect=effect,
        address=address,
        shown=_together(effect)[:MOVED_SHOWN],
        year=request.form.get("nam", today().year, type=int),
    )


def _together(effect: Preview) -> list[tuple[Moved, list[str]]]:
    """The work that moves, each piece once with all its units: twenty communes are one line."""
    groups: dict[tuple[object, ...], tuple[Moved, list[str]]] = {}
    for one in effect.moved:
        days = (one.before.due, one.before.send_by, one.after.due, one.after.send_by, one.after.in_time_until)
        groups.setdefault((one.plan_id, one.title, *days), (one, []))[1].append(one.unit_name)
    return list(groups.values())


def _change(form: str) -> NewDays | Removal | Options:
    if form == "days":
        return _days()
    if form == "removal":
        return Removal(request.form.get("row_id", 0, type=int))
    if form == "reading":
        return _reading()
    raise TrackerError(_("Biểu mẫu thiếu thông tin. Xin tải lại trang rồi làm lại."), code="no-form")


def _days() -> NewDays:
    given = request.form
    return NewDays(
        first=read_day(given.get("first", "")),
        last=read_day(given.get("last", "")),
        kind=given.get("kind", ""),
        words=given.get("words", ""),
        document=given.get("document", ""),
    )


def _reading() -> Options:
    before = DAY_ITSELF if request.form.get("before") == DAY_ITSELF else DAY_BEFORE
    return Options(before, request.form.get("article_148") == "1")


# Deeds.


@blueprint.post("/lich-lam-viec/ngay")
@asks("calendar.change")
def add() -> ResponseReturnValue:
    """Enter days off, or days that are worked."""
    try:
        effect = deeds.add_days(actor(), committee_id(), _days(), at=now())
    except (Invalid, Refused) as refusal:
        return _page(Entered("days", dict(request.form), refusal.message)), refusal.status
    flash(_("Đã ghi %(n)d ngày vào lịch.", n=len(effect.days)) + " " + moved_words(effect), "done")
    return _back(effect.days[0].day.year)


@blueprint.post("/lich-lam-viec/ngay/<int:row_id>/bo")
@asks("calendar.change")
def remove(row_id: int) -> ResponseReturnValue:
    effect = deeds.remove_day(actor(), committee_id(), row_id, at=now())
    day = effect.days[0].day
    flash(_("Đã bỏ ngày %(day)s khỏi lịch.", day=written_day(day)) + " " + moved_words(effect), "done")
    return _back(day.year)


@blueprint.post("/lich-lam-viec/cach-tinh")
@asks("calendar.change")
def reading() -> ResponseReturnValue:
    """Choose how dates are read."""
    effect = deeds.change_reading(actor(), committee_id(), _reading(), at=now())
    flash(_("Đã lưu cách tính hạn.") + " " + moved_words(effect), "done")
    return _back(request.form.get("nam", today().year, type=int))


@blueprint.post("/lich-lam-viec/nam")
@asks("calendar.change")
def check_year() -> ResponseReturnValue:
    """The year was compared with its announcement."""
    year = request.form.get("nam", today().year, type=int)
    try:
        deeds.check_year(actor(), committee_id(), year, request.form.get("document", ""), at=now())
    except Invalid as refusal:
        return _page(Entered("year", dict(request.form), refusal.message)), refusal.status
    flash(_("Lịch nghỉ năm %(year)d không còn tạm tính.", year=year), "done")
    return _back(year)


def _back(year: int) -> ResponseReturnValue:
    return redirect(url_for("calendar.index", nam=year), 303)


def moved_words(effect: Preview) -> str:
    """What a change moves, in one sentence."""
    if not effect.moved:
        return str(_("Không có việc nào đang mở phải tính lại."))
    if not effect.due_days:
        words = _("%(n)d việc của %(units)d đơn vị đổi ngày nên gửi, hạn giữ nguyên.")
        return str(words) % {"n": len(effect.moved), "units": effect.units}
    words = _("%(due)d việc đổi hạn, %(send)d việc chỉ đổi ngày nên gửi, của %(units)d đơn vị.")
    kept = len(effect.moved) - effect.due_days
    if not kept:
        words = _("%(due)d việc của %(units)d đơn vị đổi hạn.")
    return str(words) % {"due": effect.due_days, "send": kept, "units": effect.units}


def kind_code(row: DayRow) -> str:
    """The mark of a row in the list, the same as on its day."""
    return "noted" if row.kind == NOT_OFF else "worked" if row.working else "off"


@blueprint.app_template_filter()
def day_kind(row: DayRow) -> str:
    return kind_code(row)


@blueprint.app_template_filter("moved_words")
def _moved_filter(effect: Preview) -> str:
    return moved_words(effect)
