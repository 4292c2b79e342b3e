"""Thang nhắc việc: the ladders of a committee and of its plans, with the days on which they would tell; quiet hours;
when a unit counts as one that does not read.

A ladder is written line by line: lines may be added and left out without script, and shown with real days before
they hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.deadlines.ladder import ROLES, WORKING, Ladder, Step, Told, course, ladder_from, ladder_to
from tracker.drafts.expand import FIRST_DAY, LAST_DAY
from tracker.errors import Invalid, Refused
from tracker.services import ladders as deeds
from tracker.services.ladders import OnePage, Shown, Where
from tracker.sheets import ladder_words
from tracker.web.context import actor, committee_id, now, today
from tracker.web.guard import asks
from tracker.web.task_form import read_day, written_day

blueprint = Blueprint("ladders", __name__)

BEFORE, BEFORE_WORKING, ON, AFTER = WHENS = ("before", "before-working", "on", "after")
BLANK_LINES = 2
QUIET, READING = "gio-yen-lang", "chua-doc"  # the forms beside the ladders
MOST_LINES = 60
AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Line:
    """A step as its line of the form holds it."""

    when: str = ""
    days: str = ""
    to: tuple[str, ...] = ()
    letter: bool = False
    gone: bool = False

    @classmethod
    def of(cls, step: Step) -> Line:
        when = AFTER if step.escalates else BEFORE_WORKING if step.count == WORKING else BEFORE
        return cls(when if step.days else ON, str(abs(step.days) or ""), step.to, step.letter)

    @property
    def blank(self) -> bool:
        return self.gone or not (self.when or self.days.strip() or self.to)


@dataclass(frozen=True)
class Written:
    """The form of a ladder: its lines, the rhythm, and the words of what could not be taken."""

    lines: tuple[Line, ...]
    rhythm: bool = False
    after: str = ""
    every: str = ""
    to: tuple[str, ...] = ()
    silent: bool = False
    errors: tuple[str, ...] = ()

    @classmethod
    def of(cls, ladder: Ladder) -> Written:
        rhythm = ladder.rhythm
        return cls(
            lines=tuple(map(Line.of, ladder.steps)),
            rhythm=rhythm is not None,
            after=", ".join(map(str, rhythm.after)) if rhythm else "",
            every=str(rhythm.every) if rhythm else "",
            to=rhythm.to if rhythm else (),
            silent=not ladder.steps and rhythm is None,
        )


@dataclass(frozen=True)
class Example:
    """The days of a ladder for work that is due then; `problem` where that day could not be read."""

    due_on: date
    days: tuple[Told, ...]
    problem: str = ""
    typed: str = field(default="")


# What is common to the committee


@blueprint.get("/thang-nhac")
@asks("ladder.see")
def index() -> ResponseReturnValue:
    return _index()


def _index(problem: str = "", *, about: str = "") -> str:
    """`problem` is what could not be taken of the form `about` something."""
    page = deeds.common_page(actor(), committee_id())
    return render_template("ladders/index.html", page=page, problem=problem, about=about, given=request.form)


@blueprint.get("/thang-nhac/mot")
@asks("ladder.see")
def one() -> ResponseReturnValue:
    return _one(_where())


@blueprint.post("/thang-nhac/mot")
@asks("ladder.change")
def change() -> ResponseReturnValue:
    return _change(_where())


@blueprint.post("/thang-nhac/bo")
@asks("ladder.change")
def drop() -> ResponseReturnValue:
    return _drop(_where())


@blueprint.post("/thang-nhac/gio-yen-lang")
@asks("ladder.change")
def quiet() -> ResponseReturnValue:
    form = request.form
    try:
        deeds.set_quiet(actor(), committee_id(), form.get("tu", ""), form.get("den", ""), at=now())
    except Invalid as refusal:
        return _index(refusal.message, about=QUIET), refusal.status
    flash(_("Đã lưu giờ yên lặng."), "done")
    return redirect(url_for("ladders.index", _anchor="noi-dung"), 303)


@blueprint.post("/thang-nhac/chua-doc")
@asks("ladder.change")
def reading() -> ResponseReturnValue:
    try:
        deeds.set_reading_days(actor(), committee_id(), request.form.get("so-ngay", ""), at=now())
    except Invalid as refusal:
        return _index(refusal.message, about=READING), refusal.status
    flash(_("Đã lưu số ngày coi là chưa đọc."), "done")
    return redirect(url_for("ladders.index", _anchor="noi-dung"), 303)


# What is a plan's


@blueprint.get("/ke-hoach/<int:plan_id>/thang-nhac")
@asks("ladder.see")
def plan(plan_id: int) -> ResponseReturnValue:
    return render_template("ladders/plan.html", page=deeds.plan_page(actor(), plan_id))


@blueprint.get("/ke-hoach/<int:plan_id>/thang-nhac/mot")
@asks("ladder.see")
def plan_one(plan_id: int) -> ResponseReturnValue:
    return _one(_where(plan_id))


@blueprint.post("/ke-hoach/<int:plan_id>/thang-nhac/mot")
@asks("ladder.change-plan")
def plan_change(plan_id: int) -> ResponseReturnValue:
    return _change(_where(plan_id))


@blueprint.post("/ke-hoach/<int:plan_id>/thang-nhac/bo")
@asks("ladder.change-plan")
def plan_drop(plan_id: int) -> ResponseReturnValue:
    return _drop(_where(plan_id))


# One ladder


def _where(plan_id: int | None = None) -> Where:
    task_id = request.args.get("nhiem-vu", type=int) if plan_id else None
    return Where(plan_id, request.args.get("loai", ""), task_id)


def address_of(where: Where, deed: str = "one") -> str:
    """The page of one ladder, or the address of a deed on it."""
    asked: dict[str, Any] = {}
    if where.kind:
        asked["loai"] = where.kind
    if where.task_id:
        asked["nhiem-vu"] = where.task_id
    if where.plan_id is None:
        return url_for(f"ladders.{deed}", **asked)
    return url_for(f"ladders.plan_{deed}", plan_id=where.plan_id, **asked)


def _above(where: Where) -> str:
    if where.plan_id is None:
        return url_for("ladders.index")
    return url_for("ladders.plan", plan_id=where.plan_id)


def _one(where: Where, written: Written | None = None, ladder: Ladder | None = None) -> str:
    page = deeds.one_page(actor(), committee_id(), where, today())
    return render_template(
        "ladders/one.html",
        page=page,
        shown=page.shown,
        written=_with_blanks(written or Written.of(page.shown.ladder)),
        entered=written is not None,
        previewed=ladder is not None,
        mark=request.form.get("mark", page.shown.mark),
        example=_example(page, ladder or page.shown.ladder),
        roles=list(ladder_words.RECIPIENTS.items()),
        whens=_whens(),
    )


def _change(where: Where) -> ResponseReturnValue:
    """Another line, a look at the days, or the deed."""
    written = _written()
    if request.form.get("nut") == "them":
        return _one(where, replace(written, lines=(*written.lines, *[Line()] * BLANK_LINES)))
    try:
        ladder = _ladder(written)
    except Invalid as refusal:
        return _one(where, replace(written, errors=tuple(refusal.message.split("\n")))), refusal.status
    if request.form.get("nut") == "xem":
        return _one(where, written, ladder)
    try:
        deeds.set_ladder(actor(), committee_id(), where, ladder, mark=request.form.get("mark", ""), at=now())
    except (Invalid, Refused) as refusal:
        return _one(where, replace(written, errors=(refusal.message,)), ladder), refusal.status
    flash(_("Đã lưu thang nhắc việc. Các thư từ nay theo thang này."), "done")
    return redirect(_above(where), 303)


def _drop(where: Where) -> ResponseReturnValue:
    deeds.drop_ladder(actor(), committee_id(), where, mark=request.form.get("mark", ""), at=now())
    flash(_("Đã trở về thang chung."), "done")
    return redirect(_above(where), 303)


def _with_blanks(written: Written) -> Written:
    kept = [line for line in written.lines if not line.gone]
    spare = sum(line.blank for line in kept)
    return replace(written, lines=(*kept, *[Line()] * max(BLANK_LINES - spare, 0)))


def _whens() -> list[tuple[str, str]]:
    return [
        (BEFORE, _("ngày trước hạn")),
        (BEFORE_WORKING, _("ngày làm việc trước hạn")),
        (ON, _("đúng ngày hạn")),
        (AFTER, _("ngày làm việc sau hạn")),
    ]


# Reading the form


def _written() -> Written:
    form = request.form
    count = min(form.get("so-dong", 0, type=int), MOST_LINES)
    return Written(
        lines=tuple(_line(form, n) for n in range(count)),
        rhythm=form.get("nhip") == "1",
        after=form.get("nhip-sau", "")[:200],
        every=form.get("nhip-moi", "")[:20],
        to=_roles(form.getlist("nhip-den")),
        silent=form.get("khong-nhac") == "1",
    )


def _line(form: MultiDict[str, str], n: int) -> Line:
    when = form.get(f"khi-{n}", "")
    return Line(
        when=when if when in WHENS else "",
        days=form.get(f"ngay-{n}", "")[:20],
        to=_roles(form.getlist(f"den-{n}")),
        letter=form.get(f"thu-{n}") == "1",
        gone=form.get(f"bo-{n}") == "1",
    )


def _roles(given: list[str]) -> tuple[str, ...]:
    return tuple(role for role in ROLES if role in given)


def _ladder(written: Written) -> Ladder:
    """The ladder that was written. Raises `Invalid` with a line for each fault."""
    errors: list[str] = []
    steps = []
    for n, line in enumerate(written.lines, 1):
        if not line.blank:
            faults = list(_faults(line))
            errors += [_("Mốc thứ %(n)d: %(fault)s", n=n, fault=fault) for fault in faults]
            steps += [] if faults else [_step(line)]
    rhythm = ladder_to(Ladder((), None))["rhythm"]
    if written.rhythm:
        try:
            rhythm = _rhythm(written)
        except Invalid as fault:
            errors.append(fault.message)
    if not (errors or steps or rhythm or written.silent):
        errors.append(_("Thang chưa có mốc nào. Nếu đúng là không nhắc, xin đánh dấu “Không nhắc việc”."))
    if errors:
        raise Invalid("\n".join(errors), code="wrong-ladder")
    return ladder_from({"steps": steps, "rhythm": rhythm})


def _faults(line: Line) -> Iterator[str]:
    if not line.when:
        yield _("xin chọn trước hạn, đúng hạn hay sau hạn.")
    elif line.when != ON and _number(line.days) is None:
        yield _("số ngày cần là một số từ 1 đến 366, ví dụ 7.")
    if not line.to:
        yield _("xin chọn ít nhất một nơi nhận.")
    if line.letter and line.when != AFTER:
        yield _("công văn đôn đốc chỉ đặt ở mốc sau hạn.")


def _step(line: Line) -> dict[str, object]:
    days = 0 if line.when == ON else _number(line.days) or 0
    return {
        "days": days if line.when == AFTER else -days,
        "count": WORKING if line.when in (BEFORE_WORKING, AFTER) else "calendar",
        "to": list(line.to),
        "letter": line.letter,
    }


def _rhythm(written: Written) -> dict[str, object]:
    after = [_number(part) for part in written.after.replace(";", ",").split(",") if part.strip()]
    every = _number(written.every)
    if not after or None in after or every is None:
        raise Invalid(
            _("Nhắc lại khi còn quá hạn: xin ghi số ngày làm việc, ví dụ sau 1, 3, 7 rồi cứ 5 ngày."),
            code="wrong-rhythm",
        )
    if not written.to:
        raise Invalid(_("Nhắc lại khi còn quá hạn: xin chọn ít nhất một nơi nhận."), code="wrong-rhythm")
    return {"after": after, "every": every, "to": list(written.to)}


def _number(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        return None
    return int(text) if 1 <= int(text) <= 366 else None


# The days


def _example(page: OnePage, ladder: Ladder) -> Example:
    typed = request.values.get("han", "").strip()[:40]
    wanted, problem = _due(typed)
    due_on = wanted or page.due_on or _wednesday()
    days = tuple(course(ladder, due_on, page.calendar))
    return Example(due_on, days, problem, typed or written_day(due_on))


def _due(typed: str) -> tuple[date | None, str]:
    try:
        day = read_day(typed)
    except Invalid as fault:
        return None, fault.message
    if day and not FIRST_DAY <= day <= LAST_DAY:
        return None, _("Hạn cần nằm từ năm %(a)d đến năm %(b)d.", a=FIRST_DAY.year, b=LAST_DAY.year)
    return day, ""


def _wednesday() -> date:
    """A day in the middle of a week, near enough to be meant and far enough for a week's notice."""
    day = today() + AHEAD
    return day + timedelta(days=(2 - day.weekday()) % 7)


# Words


blueprint.app_template_filter("step_words")(ladder_words.step_words)
blueprint.app_template_filter("rhythm_words")(ladder_words.rhythm_words)
blueprint.app_template_filter("recipients")(ladder_words.recipients_words)
blueprint.app_template_filter("scope_words")(ladder_words.scope_words)


@blueprint.app_template_filter("ladder_name")
def ladder_name(shown: Shown) -> str:
    """What a ladder is for, as its heading says it."""
    where = shown.where
    if where.task_id:
        return shown.title
    if where.kind:
        return ladder_words.KINDS[where.kind].capitalize()
    return str(_("Cả kế hoạch") if where.plan_id else _("Tất cả các việc"))


blueprint.app_template_filter("ladder_address")(address_of)
