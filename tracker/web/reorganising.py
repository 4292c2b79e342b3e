"""Sắp xếp đơn vị: choose a kind, fill a form, look at what would happen line by line, confirm, undo that day.

The whole state travels in the form, so that nothing is kept for a page that somebody leaves open; at confirming
everything is worked out again, and what changed in between is shown anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from tracker.errors import Invalid, NotFound, Refused
from tracker.services import show_units, succession
from tracker.services.succession_proposal import Choices, Faulty, Option, Proposal, WorkLine
from tracker.sheets.words import UNIT_KINDS, plain_day
from tracker.units.succession import KINDS, Change, Heir
from tracker.web.context import actor, committee_id, now, today
from tracker.web.guard import asks
from tracker.web.picking import an_id, numbers
from tracker.web.task_form import read_day

blueprint = Blueprint("reorganising", __name__, url_prefix="/don-vi/sap-xep")

HEIRS = {"renamed": 1, "moved": 1, "merged": 1, "split": 4, "abolished": 3}
SEVERAL = ("merged", "abolished")
"""Kinds that take several units at once."""
MOST_SELECTS = 1500
"""Above this only doubtful lines can be changed one by one: a form has its limits."""
CHOICES = ("viec-", "kh-", "vt-")
BY_TASK = "nv-"
"""One answer for all lines of a task: `nv-7` says it, `nv-viec-7` names the lines."""

NAMES = {
    "renamed": (_l("Đổi tên"), _l("Một đơn vị mang tên mới, việc và người giữ nguyên.")),
    "merged": (_l("Sáp nhập"), _l("Nhiều đơn vị thành một; việc đang mở chuyển cho đơn vị kế thừa.")),
    "split": (_l("Chia tách"), _l("Việc của một đơn vị chia cho nhiều đơn vị theo lĩnh vực.")),
    "moved": (_l("Chuyển trực thuộc"), _l("Đơn vị về dưới cấp trên khác, việc và người giữ nguyên.")),
    "abolished": (_l("Giải thể"), _l("Đơn vị thôi hoạt động; từng việc được chuyển hoặc thôi giao.")),
}
DONE = {
    "renamed": _l("đổi tên thành"),
    "merged": _l("sáp nhập thành"),
    "split": _l("chia tách thành"),
    "moved": _l("chuyển trực thuộc"),
    "abolished": _l("giải thể"),
}
LEVELS = {"province": _l("cấp tỉnh"), "district": _l("cấp huyện"), "commune": _l("cấp xã")}


@dataclass(frozen=True)
class TaskLines:
    """All lines of one task that one unit holds and that would go the same way."""

    lines: tuple[WorkLine, ...]

    @property
    def first(self) -> WorkLine:
        return self.lines[0]

    @property
    def options(self) -> tuple[Option, ...]:
        """Answers that every line can take."""
        rest = [set(line.options) for line in self.lines[1:]]
        return tuple(option for option in self.first.options if all(option in one for one in rest))

    @property
    def ids(self) -> str:
        return ",".join(str(line.row.id) for line in self.lines)

    def said_otherwise(self, given: Mapping[str, str]) -> bool:
        """Whether a line of it was answered by itself."""
        return any(given.get(f"viec-{line.row.id}") for line in self.lines)

    @property
    def days(self) -> tuple[date, ...]:
        """The first and the last due day; one where they are the same, none where there is none."""
        found = sorted({line.row.due_on for line in self.lines if line.row.due_on})
        return (found[0], found[-1]) if len(found) > 1 else tuple(found)


@dataclass(frozen=True)
class Section:
    """Lines of the preview under one heading; `ask` where they wait for an answer."""

    name: str
    lines: tuple[WorkLine, ...]
    ask: bool = False

    @property
    def tasks(self) -> tuple[TaskLines, ...]:
        """The lines by task: one question for all its periods and timings that would go the same way."""
        found: dict[tuple[object, ...], list[WorkLine]] = {}
        for line in self.lines:
            key = (line.row.task_id, line.row.holder_id, line.move.to, line.move.reason, line.move.doubt)
            found.setdefault(key, []).append(line)
        return tuple(TaskLines(tuple(lines)) for lines in found.values())


@dataclass(frozen=True)
class Problem:
    """Why it does not go on: words, and the field of the form that they are about."""

    text: str
    field: str = ""
    rest: tuple[str, ...] = ()


# The start, and what was done before


@blueprint.get("")
@asks("unit.reorganise")
def start() -> ResponseReturnValue:
    """The kinds to choose from, and every reorganisation so far."""
    return render_template(
        "reorganising/start.html",
        names=NAMES,
        done=DONE,
        changes=succession.changes(actor(), committee_id(), at=now()),
    )


@blueprint.get("/<int:change_id>")
@asks("unit.reorganise")
def done(change_id: int) -> ResponseReturnValue:
    """What one of them did, and whether it can still be undone."""
    return render_template(
        "reorganising/done.html",
        change=succession.change(actor(), change_id, at=now()),
        against=succession.why_not_undone(actor(), change_id, at=now()),
        names=NAMES,
        done=DONE,
    )


@blueprint.post("/<int:change_id>/hoan-tac")
@asks("unit.reorganise")
def undo(change_id: int) -> ResponseReturnValue:
    try:
        succession.undo(actor(), change_id, at=now())
    except Refused as refusal:
        flash(refusal.message, "error")
    else:
        flash(_("Đã hoàn tác. Đơn vị, việc, vai trò và địa chỉ lịch trở lại như trước."), "done")
    return redirect(url_for("reorganising.done", change_id=change_id), 303)


# The form


@blueprint.get("/moi")
@asks("unit.reorganise")
def form() -> ResponseReturnValue:
    """An empty form of one kind."""
    given = MultiDict(request.args.items(multi=True))
    given.setdefault("on", plain_day(today()))
    return _form(given)


@blueprint.post("/sua")
@asks("unit.reorganise")
def again() -> ResponseReturnValue:
    """Back from the preview, with everything that was entered."""
    return _form(request.form)


def _form(given: MultiDict[str, str], problem: Problem | None = None) -> str:
    kind = _kind(given)
    return render_template(
        "reorganising/form.html",
        kind=kind,
        name=NAMES[kind][0],
        about=NAMES[kind][1],
        several=kind in SEVERAL,
        heirs=range(HEIRS[kind]),
        given=given,
        chosen=set(given.getlist("unit", type=an_id)),
        units=show_units.units(actor(), committee_id(), at=now()),
        kinds=list(UNIT_KINDS.items()),
        levels=list(LEVELS.items()),
        problem=problem,
    )


def _kind(given: Mapping[str, str]) -> str:
    kind = given.get("kieu", "")
    if kind not in KINDS:
        raise NotFound(_("Không có cách sắp xếp này. Xin chọn lại."))
    return kind


def change_from(given: MultiDict[str, str]) -> Change:
    """The change that a form describes. Raises `Invalid` for a day that is none."""
    kind = _kind(given)
    on = read_day(given.get("on", ""))
    if on is None:
        raise Invalid(_("Xin ghi ngày hiệu lực, ví dụ 1/7/2026."), code="on")
    heirs = [_heir(given, n, kind) for n in range(HEIRS[kind])]
    found = tuple(heir for heir in heirs if heir is not None)
    if kind == "abolished" and len(found) == 1:
        found = (Heir(**{**vars(found[0]), "function": ""}),)
    return Change(
        kind=kind,
        units=tuple(given.getlist("unit", type=an_id)),
        on=on,
        document=given.get("document", "").strip(),
        heirs=found,
    )


def _heir(given: MultiDict[str, str], n: int, kind: str) -> Heir | None:
    """One successor as entered: a unit of the list, else a new one; None for an empty line."""

    def text(name: str) -> str:
        return " ".join(given.get(f"heir-{n}-{name}", "").split())

    def number(name: str) -> int | None:
        return given.get(f"heir-{n}-{name}", type=an_id)

    function = text("function")
    if number("unit") is not None:
        return Heir(unit_id=number("unit"), function=function)
    if not any(text(name) for name in ("name", "code", "function", "parent")) and kind != "renamed":
        return None
    return Heir(
        name=text("name")[:300],
        short_name=text("short_name")[:120],
        code=text("code")[:60],
        kind=text("kind"),
        level=text("level"),
        place=text("place")[:200],
        parent_id=number("parent"),
        function=function[:200],
    )


# The preview, and the deed


@blueprint.post("/xem")
@asks("unit.reorganise")
def preview() -> ResponseReturnValue:
    """Where every line would go, and why."""
    return _preview(request.form)


@blueprint.post("/lam")
@asks("unit.reorganise")
def carry_out() -> ResponseReturnValue:
    """Do it as it was shown; where something changed since, show it anew."""
    try:
        change_id = succession.carry_out(
            actor(),
            committee_id(),
            change_from(request.form),
            choices_from(request.form),
            request.form.get("stamp", ""),
            at=now(),
        )
    except (Invalid, Refused) as refusal:
        if isinstance(refusal, Faulty):
            return _preview(request.form)
        return _preview(request.form, refusal.message, refusal.status)
    flash(_("Đã sắp xếp. Có thể hoàn tác trong hôm nay."), "done")
    return redirect(url_for("reorganising.done", change_id=change_id), 303)


def _preview(given: MultiDict[str, str], problem: str = "", status: int = 200) -> ResponseReturnValue:
    try:
        proposal = succession.propose(actor(), committee_id(), change_from(given), at=now())
    except Faulty as refusal:
        first, *rest = refusal.faults
        return _form(given, Problem(first.text, first.field, tuple(one.text for one in rest))), refusal.status
    except Invalid as refusal:
        return _form(given, Problem(refusal.message, "on")), refusal.status
    chosen = choices_from(given)
    page = render_template(
        "reorganising/preview.html",
        proposal=proposal,
        sections=sections_of(proposal),
        given=given,
        chosen=chosen,
        kept=[(name, value) for name, value in given.items(multi=True) if _kept(name)],
        name=NAMES[proposal.change.kind][0],
        done=DONE,
        problem=problem,
        all_lines=len(proposal.works) <= MOST_SELECTS,
    )
    return page, status


def _kept(name: str) -> bool:
    """What of the form goes on to the next page; choices and the stamp are written there anew."""
    return name not in ("csrf_token", "stamp") and not name.startswith((*CHOICES, BY_TASK))


def choices_from(given: Mapping[str, str]) -> Choices:
    """Which answer was picked for which assignment, plan and role."""
    works, plans, roles = (_numbered(given, prefix) for prefix in CHOICES)
    tasks = _by_task(given)
    own = {work_id: value for work_id, value in works.items() if value or work_id not in tasks}
    return Choices(tasks | own, plans, roles)


def _by_task(given: Mapping[str, str]) -> dict[int, str]:
    """Assignment → what was answered for its task as a whole."""
    answers = _numbered(given, BY_TASK)
    lines = _numbered(given, f"{BY_TASK}viec-")
    return {work_id: answers.get(key, "") for key, named in lines.items() for work_id in numbers(named)}


def _numbered(given: Mapping[str, str], prefix: str) -> dict[int, str]:
    found = ((name.removeprefix(prefix), value) for name, value in given.items() if name.startswith(prefix))
    return {int(number): value for number, value in found if number.isdecimal() and len(number) < 10}


def sections_of(proposal: Proposal) -> list[Section]:
    """What a person must look at first, then the rest by the unit that holds it."""
    doubtful = tuple(line for line in proposal.works if line.move.doubt)
    sections = [Section(_("Cần xem và chọn"), doubtful, ask=True)] if doubtful else []
    return sections + list(_by_holder(line for line in proposal.works if not line.move.doubt))


def _by_holder(lines: Iterable[WorkLine]) -> Iterable[Section]:
    found: dict[str, list[WorkLine]] = {}
    for line in lines:
        found.setdefault(line.row.holder_name, []).append(line)
    return (Section(name, tuple(rows)) for name, rows in found.items())
