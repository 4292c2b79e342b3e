"""Việc của đơn vị, and one assignment: its form, its evidence, its decision, its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.errors import Invalid, NotFound, TrackerError, UnreadableFile
from tracker.services import show_asking, show_dashboard, show_units, show_work
from tracker.services import work as deeds
from tracker.services.work import Given
from tracker.sheets.words import day_words
from tracker.store.queries.rows import SubmissionRow, UnitWork, WorkPage
from tracker.vietnamese.forms import sentence
from tracker.web.asked import Asked
from tracker.web.context import actor, can, my_units, now, today
from tracker.web.guard import asks, local_address
from tracker.web.picking import an_id
from tracker.web.task_form import read_day
from tracker.web.telling import line_chips

blueprint = Blueprint("work", __name__)

LATER_SHOWN = 10  # the rest of a long year folds away


@dataclass(frozen=True)
class Entered:
    """What somebody entered and why it was refused: shown again beside the words."""

    form: str
    given: Given
    error: str
    received_on: str = ""
    via: str = ""
    reason: str = ""
    also: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


# The unit's work.


@blueprint.get("/viec")
@asks("work.list")
def mine() -> ResponseReturnValue:
    """The work of one of my units, the most urgent first."""
    units = my_units()
    if not units:
        raise NotFound(_("Tài khoản chưa thuộc đơn vị nào. Xin liên hệ người quản lý để được giao vai trò."))
    unit_id = request.args.get("don-vi", units[0].id, type=an_id)
    plan_id = request.args.get("ke-hoach", type=an_id)
    work = show_units.unit_work(actor(), unit_id, at=now(), plan_id=plan_id)
    return render_template(
        "work/mine.html",
        work=work,
        new=show_work.new_work(actor(), unit_id, at=now()),
        requests=show_asking.unit_asking(actor(), unit_id, at=now()),
        units=units,
        plan_id=plan_id,
        urgent=urgent_words(work),
        later_shown=LATER_SHOWN,
        back=request.full_path.rstrip("?"),
    )


def urgent_words(work: UnitWork) -> list[str]:
    """What the first sentence of the page says is pressing."""
    told = []
    if work.tally.overdue:
        told.append(_("%(n)d việc quá hạn", n=work.tally.overdue))
    if work.tally.today:
        told.append(_("%(n)d việc đến hạn hôm nay", n=work.tally.today))
    return told


# One assignment.


@blueprint.get("/viec/<int:assignment_id>")
@asks("work.see-state")
def one(assignment_id: int) -> ResponseReturnValue:
    return page_of(assignment_id)


def page_of(assignment_id: int, entered: Entered | None = None, *, asked: Asked | None = None) -> str:
    """The page of an assignment; after a refusal with what was entered."""
    page = show_work.work_page(actor(), assignment_id, at=now())
    line = entered.given.text if entered else ""
    return render_template(
        "work/one.html",
        page=page,
        row=page.row,
        life=show_work.work_life(actor(), assignment_id, at=now()),
        asking=show_asking.work_asking(actor(), assignment_id, at=now()),
        asked=asked or Asked(),
        entered=entered,
        line=deeds.read_document_line(line, today()) if line else None,
        waiting=_waiting(page),
        quote=quote_pieces(page),
        why=why_due(page),
        mine=page.row.holder_id in actor().units(),
        next_id=_next_to_accept(page) if "xong" in request.args else None,
    )


def _next_to_accept(page: WorkPage) -> int | None:
    """After an acceptance: the next piece of work that waits for this person."""
    if not can("dashboard.see"):
        return None
    return show_dashboard.next_to_accept(actor(), page.row.committee_id, without=page.row.id)


def _waiting(page: WorkPage) -> SubmissionRow | None:
    """The submission that waits for a decision."""
    return next((one for one in page.submissions if one.state == "sent"), None)


def quote_pieces(page: WorkPage) -> list[tuple[str, bool]]:
    """The sentence of the plan in pieces: (words, whether the due date was read from them)."""
    if page.source is None:
        return []
    start, end = page.source.start, page.source.end
    text = page.source_block or page.source.text
    if not page.source_block:
        start, end = 0, len(text)
    marks = sorted(
        (span.start, span.end)
        for span in page.spans.get("timings", ())
        if span.block == page.source.block and start <= span.start and span.end <= end
    )
    pieces, place = [], start
    for begin, stop in marks:
        if begin < place:
            continue  # two dates read from the same words
        pieces += [(text[place:begin], False), (text[begin:stop], True)]
        place = stop
    pieces.append((text[place:end], False))
    for span in page.spans.get("timings", ()):
        if span.block != page.source.block:  # a labelled list says the time in a paragraph of its own
            pieces += [(" (…) ", False), (span.text, True)]
    return [piece for piece in pieces if piece[0]]


def why_due(page: WorkPage) -> list[str]:
    """Why the due day is that day, sentence by sentence."""
    row, due = page.row, page.due
    if due is None or not due.reason:
        return []
    told = [sentence(due.reason) + "."]
    if row.due_on and row.work.first_due_on and row.work.first_due_on != row.due_on:
        told.append(_("Hạn đầu là %(day)s, đã được thay đổi.", day=day_words(row.work.first_due_on)))
    return told


@blueprint.get("/viec/doc-dong")
@asks("work.see-state")
def read_line() -> ResponseReturnValue:
    """What a document line says, for the chips under the field while somebody types."""
    line = deeds.read_document_line(request.args.get("dong", "")[:300], today())
    chips = line_chips(line, request.args.get("loai", ""), today())
    return jsonify(chips=[{"name": one.name, "words": one.words, "missing": one.missing} for one in chips])


# Deeds.


@blueprint.post("/viec/<int:assignment_id>/gui")
@asks("work.tick")
def tick(assignment_id: int) -> ResponseReturnValue:
    """The unit sends its evidence."""
    given, parts = given_from_form(), parts_from_form()
    try:
        refuse_no_part(parts)
        deeds.tick(actor(), assignment_id, given, parts=parts, also=also_from_form(), at=now())
    except (Invalid, UnreadableFile) as refusal:
        entered = Entered("tick", given, refusal.message, also=also_from_form(), parts=parts)
        return page_of(assignment_id, entered), refusal.status
    flash(_sent_words(assignment_id), "done")
    return back_to(assignment_id)


@blueprint.post("/viec/<int:assignment_id>/rut")
@asks("work.tick")
def take_back(assignment_id: int) -> ResponseReturnValue:
    deeds.take_back(actor(), assignment_id, at=now())
    flash(_("Đã rút lại minh chứng. Việc trở lại trạng thái chưa gửi."), "done")
    return back_to(assignment_id)


@blueprint.post("/viec/<int:assignment_id>/rut/<int:submission_id>")
@asks("work.tick")
def take_back_part(assignment_id: int, submission_id: int) -> ResponseReturnValue:
    """The evidence of one deliverable is taken back while others are lacking."""
    deeds.take_back_part(actor(), assignment_id, submission_id, at=now())
    flash(_("Đã rút lại minh chứng của sản phẩm này."), "done")
    return back_to(assignment_id)


@blueprint.post("/viec/<int:assignment_id>/gui-thay")
@asks("work.tick-on-behalf")
def tick_on_behalf(assignment_id: int) -> ResponseReturnValue:
    """The coordinator records what came in on paper, by telephone or by another system."""
    given, day, via = given_from_form(), request.form.get("received_on", ""), request.form.get("via", "")
    parts = parts_from_form()
    try:
        refuse_no_part(parts)
        deeds.tick_on_behalf(
            actor(),
            assignment_id,
            given,
            received_on=day_given(day),
            via=via,
            parts=parts,
            also=also_from_form(),
            at=now(),
        )
    except (Invalid, UnreadableFile) as refusal:
        entered = Entered(
            "behalf", given, refusal.message, received_on=day, via=via, also=also_from_form(), parts=parts
        )
        return page_of(assignment_id, entered), refusal.status
    flash(_("Đã ghi nhận thay đơn vị. Xin duyệt để kết thúc việc."), "done")
    return back_to(assignment_id)


@blueprint.post("/viec/<int:assignment_id>/duyet")
@asks("work.accept")
def accept(assignment_id: int) -> ResponseReturnValue:
    also = also_from_form()
    deeds.accept(actor(), assignment_id, also=also, row_version=row_version(), at=now())
    flash(
        _("Đã duyệt %(n)d dòng gửi chung.", n=len(also) + 1) if also else _("Đã duyệt. Việc đã hoàn thành."),
        "done",
    )
    back = local_address(request.form.get("back"))
    address = back or url_for("work.one", assignment_id=assignment_id, xong=1)
    return redirect(address, 303)


@blueprint.post("/viec/<int:assignment_id>/tra")
@asks("work.return")
def return_(assignment_id: int) -> ResponseReturnValue:
    """Back to the unit, with the reason."""
    reason, form_only = request.form.get("reason", ""), "form_only" in request.form
    try:
        deeds.return_(
            actor(),
            assignment_id,
            reason,
            form_only=form_only,
            parts=parts_from_form(),
            row_version=row_version(),
            at=now(),
        )
    except Invalid as refusal:
        return page_of(
            assignment_id, Entered("return", Given(), refusal.message, reason=reason, parts=parts_from_form())
        ), refusal.status
    flash(_("Đã trả lại. Đơn vị thấy lý do ngay trên trang việc của mình."), "done")
    return back_to(assignment_id)


def given_from_form() -> Given:
    """Evidence as it was entered."""
    file = request.files.get("file")
    return Given(
        text=request.form.get("text", "").strip(),
        link=request.form.get("link", "").strip(),
        file_name=file.filename or "" if file else "",
        file_data=file.read() if file and file.filename else b"",
        note=request.form.get("note", "").strip(),
    )


def also_from_form() -> tuple[int, ...]:
    """Further inherited lines that the same evidence is to close."""
    return tuple(request.form.getlist("also", type=an_id))


def parts_from_form() -> tuple[int, ...]:
    """The deliverables that were ticked."""
    return tuple(request.form.getlist("part", type=int))


def refuse_no_part(parts: tuple[int, ...]) -> None:
    """A form that lists deliverables asks for one of them; a short form in a list means all."""
    if "parts" in request.form and not parts:
        raise Invalid(_("Xin chọn ít nhất một sản phẩm mà minh chứng này dành cho."), code="no-part")


def _sent_words(assignment_id: int) -> str:
    life = show_work.work_life(actor(), assignment_id, at=now())
    there, wanted = life.parts_there, len(life.parts)
    if there < wanted:
        return str(_("Đã ghi nhận %(n)d/%(all)d sản phẩm. Việc được gửi duyệt khi đủ.", n=there, all=wanted))
    return str(_("Đã gửi minh chứng. Ngày gửi được tính là ngày hoàn thành nếu được duyệt."))


def day_given(text: str) -> date:
    """A day as somebody wrote it."""
    day = read_day(text)
    if day is None:
        raise Invalid(_("Xin ghi ngày nhận, ví dụ 20/5/2026."), code="receipt-day")
    return day


def row_version() -> int:
    """The version that the person saw; without one the form is not ours."""
    version = request.form.get("row_version", type=int)
    if version is None:
        raise TrackerError(_("Biểu mẫu thiếu thông tin. Xin tải lại trang rồi làm lại."), code="no-version")
    return version


def back_to(assignment_id: int) -> ResponseReturnValue:
    """Where the form was opened from: a list of ours, or the page of the assignment."""
    back = local_address(request.form.get("back"))
    if back:
        return redirect(back, 303)
    return redirect(url_for("work.one", assignment_id=assignment_id), 303)
