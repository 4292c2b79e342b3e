"""Kiểm tra bản đọc: the document beside its drafted rows, every correction, and publishing.

Each form carries the `row_version` that it was made from. What cannot be taken is said beside the row, with
what was typed still in its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.drafts.model import TaskDraft
from tracker.errors import Invalid, NotFound, Refused
from tracker.services import publish as publishing
from tracker.services import review as deeds
from tracker.services import show_review
from tracker.store.queries.rows import MentionRow, Review, ReviewRow
from tracker.units.groups import picked
from tracker.units.meaning import Meaning
from tracker.web import context, doubts, watching
from tracker.web.guard import asks
from tracker.web.marking import first_block, paragraphs
from tracker.web.picking import an_id, by_kind, ticked
from tracker.web.task_form import (
    CYCLES,
    EMPTY,
    KINDS,
    path_line,
    printed_day,
    read_day,
    read_printed_day,
    read_task,
    written_day,
)

blueprint = Blueprint("review", __name__, url_prefix="/kiem-tra/<int:version_id>")

MENDABLE = (Invalid, Refused)
INLINE = 300  # units; a longer list has a page of its own
LARGE = 2000  # assignments; publishing more is watched
FIGURE = "%(n)s"


@dataclass(frozen=True)
class Typed:
    """What was typed and could not be taken, and why. `row_id` is None for a row to be added."""

    row_id: int | None
    task: TaskDraft
    problem: str


@blueprint.get("")
@asks("plan.review")
def page(version_id: int) -> ResponseReturnValue:
    """The whole review; `?dong=` takes a row in hand."""
    found = _found(version_id)
    if found.plan.state != "draft":
        return redirect(url_for("plans.page", plan_id=found.plan.id))
    return _page(found)


@blueprint.get("/dong/<int:row_id>")
@asks("plan.review")
def fields(version_id: int, row_id: int) -> ResponseReturnValue:
    """The fields of one row, fetched when the row is opened: a long plan would be slow with all of them."""
    found = _found(version_id)
    return render_template("review/fields.html", row=_row_of(found, row_id), page=_shared(found))


@blueprint.post("/dong/<int:row_id>")
@asks("plan.review")
def row(version_id: int, row_id: int) -> ResponseReturnValue:
    """One deed on one row: `do` names it, with the doubt's code after a colon where there is one."""
    do, _colon, code = request.form.get("do", "save").partition(":")
    change = _Change(version_id, row_id)
    try:
        change.run(do, code or request.form.get("code", ""))
    except MENDABLE as error:
        found = _found(version_id)
        typed = Typed(row_id, _as_typed(_row_of(found, row_id).task), error.message)
        return _page(found, typed), error.status
    if do == "right" and _row_of(_found(version_id), row_id).blocking:
        return _back(version_id, row_id, still=True)
    if do in ("right", "reject"):
        return _back(version_id, _next(_found(version_id), row_id))
    return _back(version_id, row_id)


@blueprint.get("/dong/<int:row_id>/don-vi/<int:number>")
@asks("plan.review")
def units(version_id: int, row_id: int, number: int) -> ResponseReturnValue:
    """Every unit of the plan's day to tick: for words that only a person can fill, and for very large groups."""
    found = _found(version_id)
    return _units_page(found, _row_of(found, row_id), number)


@blueprint.post("/dong/<int:row_id>/don-vi/<int:number>")
@asks("plan.review")
def pick_units(version_id: int, row_id: int, number: int) -> ResponseReturnValue:
    """What is ticked is whom the mention means in this row."""
    found = _found(version_id)
    mention = _mention_of(_row_of(found, row_id), number)
    try:
        if request.form.get("mention") != mention.text:
            raise Refused(_("Dòng này vừa được sửa. Xin tải lại trang rồi làm tiếp."))
        _shown, kept = ticked(request.form, "of")
        value = _one_by_one(mention, kept)
        _Change(version_id, row_id).step(partial(deeds.choose_units, remember=False), mention.text, value)
    except MENDABLE as error:
        return _units_page(found, _row_of(found, row_id), number, error.message), error.status
    return _back(version_id, row_id)


def _units_page(found: Review, row: ReviewRow, number: int, problem: str = "") -> str:
    mention = _mention_of(row, number)
    _shown, kept = ticked(request.form, "of")
    return render_template(
        "review/units.html",
        review=found,
        row=row,
        number=number,
        mention=mention,
        chosen=set(kept) if problem else set(mention.unit_ids),
        kinds=by_kind(found.units.values()),
        problem=problem,
    )


def _mention_of(row: ReviewRow, number: int) -> MentionRow:
    if number >= len(row.mentions):
        raise NotFound(_("Dòng này không nhắc đến đơn vị đó. Xin tải lại trang."))
    return row.mentions[number]


@blueprint.post("/them")
@asks("plan.review")
def add(version_id: int) -> ResponseReturnValue:
    """One more row, entered by a person."""
    try:
        task = read_task(request.form)
        if not task.title:
            raise Invalid(_("Xin ghi nội dung nhiệm vụ rồi thêm lại."))
        row_id = deeds.add_row(
            context.actor(), version_id, task, row_version=_row_version(), at=context.now()
        )
    except MENDABLE as error:
        return _page(_found(version_id), Typed(None, _as_typed(EMPTY), error.message)), error.status
    flash(_("Đã thêm một dòng."), "done")
    return _back(version_id, row_id)


@blueprint.post("/dong-ro")
@asks("plan.review")
def clear(version_id: int) -> ResponseReturnValue:
    """Every row without doubts is right."""
    return _simply(
        version_id,
        lambda: deeds.decide_clear_rows(
            context.actor(), version_id, row_version=_row_version(), at=context.now()
        ),
        _("Đã đánh dấu các dòng đọc rõ là đúng."),
    )


@blueprint.post("/ky-da-qua")
@asks("plan.review")
def past(version_id: int) -> ResponseReturnValue:
    """What becomes of periods that are over: one by one, or `all` at once."""
    everything = request.form.get("all", "")
    chosen = {name[5:]: value for name, value in request.form.items() if name.startswith("past-")}
    choices = {"all": everything} if everything else chosen
    return _simply(
        version_id,
        lambda: deeds.choose_past(
            context.actor(), version_id, choices, row_version=_row_version(), at=context.now()
        ),
        _("Đã ghi cách xử lý các kỳ đã qua."),
        "ky-da-qua",
    )


@blueprint.post("/dau-van-ban")
@asks("plan.review")
def head(version_id: int) -> ResponseReturnValue:
    """Number, title, date and period of the plan."""
    return _simply(version_id, lambda: _correct_head(version_id), _("Đã lưu đầu văn bản."))


def _correct_head(version_id: int) -> None:
    form = request.form
    start = read_day(form.get("period_start", ""))
    if start is None:
        raise Invalid(_("Xin ghi ngày bắt đầu của thời gian thực hiện."))
    deeds.correct_head(
        context.actor(),
        version_id,
        number=form.get("number", "").strip(),
        title=" ".join(form.get("title", "").split()),
        issued_on=read_printed_day(form.get("issued_on", "")),
        period_start=start,
        period_end=read_day(form.get("period_end", "")),
        leave_out_responsibilities=bool(form.get("leave_out_responsibilities")),
        row_version=_row_version(),
        at=context.now(),
    )


@blueprint.post("/ban-hanh")
@asks("plan.publish")
def publish(version_id: int) -> ResponseReturnValue:
    """From here on units see their work and letters may leave."""
    found = _found(version_id)
    deed = partial(
        publishing.publish, context.actor(), version_id, row_version=_row_version(), at=context.now()
    )
    if found.new_assignments + found.kept_assignments > LARGE:
        return _watched(deed, found)
    try:
        done = deed()
    except MENDABLE as error:
        flash(error.message, "error")
        return redirect(url_for(".page", version_id=version_id, _anchor="ban-hanh"), 303)
    flash(_published(done, _figures()), "done")
    return redirect(url_for("plans.page", plan_id=found.plan.id), 303)


def _watched(deed: watching.Deed[publishing.Published], found: Review) -> ResponseReturnValue:
    """A large plan: a page that tells how far it has come."""
    page = watching.Page(
        template="review/publishing.html",
        step=_("%(done)s trên %(total)s việc", done=watching.DONE, total=watching.TOTAL),
        fault=_("Chưa ban hành được và chưa ghi gì. Xin thử lại."),
        back=_("Trở lại bản thảo"),
        back_to=url_for(".page", version_id=found.version_id, _anchor="ban-hanh"),
    )
    figures, go = _figures(), _("Xem trang kế hoạch")
    plan = url_for("plans.page", plan_id=found.plan.id)

    def ended(done: publishing.Published) -> Markup:
        return Markup('<p class="rd">{} <a class="btn btn-primary" href="{}">{}</a></p>').format(
            _published(done, figures), plan, go
        )

    return watching.watched(deed, page, ended)


def _figures() -> dict[str, str]:
    """What is said of each figure of a publishing, with a place for it."""
    return {
        "assignments": _("Đã ban hành kế hoạch: %(n)s việc được giao cho các đơn vị.", n=FIGURE),
        "kept": _("%(n)s việc giữ nguyên.", n=FIGURE),
        "moved": _("%(n)s việc trong số đó có hạn mới.", n=FIGURE),
        "withdrawn": _("%(n)s việc rút lại.", n=FIGURE),
    }


def _published(done: publishing.Published, figures: dict[str, str]) -> str:
    numbers = {name: getattr(done, name) for name in figures}
    told = [name for name, n in numbers.items() if n or name == "assignments"]
    return " ".join(figures[name].replace(FIGURE, str(numbers[name])) for name in told)


@blueprint.post("/bo")
@asks("plan.review")
def drop(version_id: int) -> ResponseReturnValue:
    """The draft goes; what had been published before stays."""
    deeds.drop_draft(context.actor(), version_id, at=context.now())
    flash(_("Đã bỏ bản thảo."), "done")
    return redirect(url_for("plans.index"), 303)


# --- one row ------------------------------------------------------------------------------------------------


class _Change:
    """The deeds of one form on one row. A form may carry several; each is its own transaction, so the
    version of the page is asked anew between them."""

    def __init__(self, version_id: int, row_id: int) -> None:
        self.version_id = version_id
        self.row_id = row_id
        self.row_version = _row_version()
        self.done = 0

    def run(self, do: str, code: str) -> None:
        """Unknown deeds do nothing but save."""
        if do in ("reject", "reopen"):
            self.step(deeds.decide_row, "rejected" if do == "reject" else "open")
        elif do == "resolve":
            self.step(deeds.resolve_doubt, code)
        elif do == "overrule":
            self.step(deeds.overrule, code, _reason(code))
        elif do == "choose" and "mention" in request.form:
            self.step(deeds.choose_units, request.form["mention"], request.form.get("value", "none"))
        else:
            self.save()
            if do == "right" and not self.still_blocked():
                self.step(deeds.decide_row, "right")

    def save(self) -> None:
        """What was typed, ready answers, and who is meant: only what differs from the row."""
        found = _found(self.version_id)
        before = _row_of(found, self.row_id)
        typed = read_task(request.form, before.task)
        task = doubts.answered(typed, before, request.form, found.plan.coordinator_name)
        if task != before.task:
            self.step(deeds.correct_row, task)
        for mention, value, one_by_one in _picks(before, task):
            self.step(partial(deeds.choose_units, remember=not one_by_one), mention, value)
        rule = _completion(before)
        if rule != before.completion:
            self.step(deeds.choose_completion, rule)
        for code in doubts.kept(before, request.form):
            self.step(deeds.resolve_doubt, code)

    def still_blocked(self) -> bool:
        """A row with a question that holds publishing back is not right yet, whatever else was answered."""
        return bool(_row_of(_found(self.version_id), self.row_id).blocking)

    def step(self, deed: Callable[..., object], *values: object) -> None:
        if self.done:
            self.row_version = _found(self.version_id).row_version
        deed(context.actor(), self.row_id, *values, row_version=self.row_version, at=context.now())
        self.done += 1


def _picks(before: ReviewRow, task: TaskDraft) -> Iterator[tuple[str, str, bool]]:
    """(mention, whom it means, whether units were picked one by one) where the form says so; a mention that was
    typed away has nothing to choose."""
    for number, mention in enumerate(before.mentions):
        answer, listed = request.form.get(f"meant-{number}", ""), request.form.get(f"pick-{number}", "")
        if listed == mention.value:  # the list was not touched
            listed = ""
        if mention.text not in (*task.leads, *task.partners):
            continue
        if listed or answer:
            yield mention.text, listed or answer, False
        else:
            shown, kept = ticked(request.form, f"of-{number}")
            if set(kept) != set(shown) & set(mention.unit_ids):
                yield mention.text, _one_by_one(mention, kept), True


def _one_by_one(mention: MentionRow, kept: Iterable[int]) -> str:
    """The value of the units that were left ticked."""
    meaning = picked(Meaning.parse(mention.value), mention.whole, kept)
    if not meaning.kind:
        raise Invalid(
            _("Xin giữ ít nhất một đơn vị cho “%(name)s”, hoặc chọn “không giao cho ai”.", name=mention.text)
        )
    return str(meaning)


def _completion(before: ReviewRow) -> str:
    """The rule that the form says; as it was, where the row does not ask."""
    rule = request.form.get("completion", before.completion)
    return request.form.get("completion-n", "").strip() if rule == "some" else rule


def _reason(code: str) -> str:
    return request.form.get(f"reason-{code}") or request.form.get("reason", "")


def _as_typed(before: TaskDraft) -> TaskDraft:
    """As much of the form as can be read: a day that is none falls back to what it was."""
    try:
        return read_task(request.form, before)
    except Invalid:
        readable = {
            name: text for name, text in request.form.items() if not name.endswith(("-start", "-due"))
        }
        return read_task(readable, before)


# --- between requests ---------------------------------------------------------------------------------------


def _found(version_id: int) -> Review:
    return show_review.review(context.actor(), version_id, at=context.now())


def _row_of(found: Review, row_id: int) -> ReviewRow:
    rows = [one for one in found.rows if one.id == row_id]
    if not rows:
        raise NotFound(_("Dòng này không còn trong bản thảo. Xin tải lại trang."))
    return rows[0]


def _row_version() -> int:
    return request.form.get("row_version", 0, type=int)


def _back(version_id: int, row_id: int | None, *, still: bool = False) -> ResponseReturnValue:
    """To the row; `still`: it was called right and is not, which the row then says."""
    anchor = f"dong-{row_id}" if row_id else "ban-hanh"
    told = "1" if still else None
    return redirect(url_for(".page", version_id=version_id, dong=row_id, con=told, _anchor=anchor), 303)


def _simply(
    version_id: int, deed: Callable[..., object], words: str, anchor: str = ""
) -> ResponseReturnValue:
    """A deed on the whole draft: done, said, and back to the page."""
    try:
        deed()
        flash(words, "done")
    except MENDABLE as error:
        flash(error.message, "error")
    return redirect(url_for(".page", version_id=version_id, _anchor=anchor or None), 303)


def _next(found: Review, row_id: int) -> int | None:
    """The next row that wants a look: first after this one, else the first of all."""
    here = _row_of(found, row_id).position
    waiting = [one for one in found.rows if _to_look_at(one)]
    later = [one for one in waiting if one.position > here]
    return next((one.id for one in (*later, *waiting)), None)


# --- the page -----------------------------------------------------------------------------------------------


def _to_look_at(one: ReviewRow) -> bool:
    return one.decision != "rejected" and (not one.clear or bool(one.blocking))


def _page(found: Review, typed: Typed | None = None) -> str:
    """Doubts first, then what is clear, then what was rejected, then what belongs nowhere."""
    doubtful = [one for one in found.rows if _to_look_at(one)]
    in_hand = _in_hand(found, doubtful, typed)
    add_text = _paragraph_asked(found)
    return render_template(
        "review/page.html",
        review=found,
        doubtful=doubtful,
        clear=[one for one in found.rows if one.decision != "rejected" and not _to_look_at(one)],
        rejected=[one for one in found.rows if one.decision == "rejected"],
        page=_shared(found) | {"in_hand": in_hand, "typed": typed},
        paragraphs=paragraphs(found.blocks, found.rows, found.leftover),
        marks={field: str(words) for field, words in doubts.MARKS.items()},
        add_text=add_text,
        fresh=replace(EMPTY, title=add_text),
        leaves_out=found.leave_out_responsibilities,
        in_hand=in_hand,
        typed=typed,
        missing=missing(found),
        sentence=doubts.sentence,
        written_day=written_day,
        printed_day=printed_day,
    )


def _shared(found: Review) -> dict[str, object]:
    """What the form of a row asks for beside the row itself."""
    return {
        "review": found,
        "doubts": doubts,
        "still": "con" in request.args,
        "kinds": KINDS,
        "cycles": CYCLES,
        "path_line": path_line,
        "written_day": written_day,
        "first_block": first_block,
        "inline": INLINE,
    }


def _in_hand(found: Review, doubtful: list[ReviewRow], typed: Typed | None) -> int | None:
    """The row that stands open: what was asked for, else the first that wants a look."""
    asked = typed.row_id if typed else request.args.get("dong", type=an_id)
    if any(one.id == asked for one in found.rows):
        return asked
    return doubtful[0].id if doubtful else None


def _paragraph_asked(found: Review) -> str:
    """The paragraph from which a row is to be made: `?doan=` numbers it."""
    number = request.args.get("doan", type=int)
    return found.blocks[number] if number is not None and 0 <= number < len(found.blocks) else ""


def missing(found: Review) -> list[tuple[str, str]]:
    """What holds publishing back: (words, the place on the page)."""
    held = [one for one in found.rows if one.blocking and one.decision != "rejected"]
    lacks = []
    if held:
        lacks.append((_("%(n)d dòng còn điểm phải giải quyết", n=len(held)), f"dong-{held[0].id}"))
    if found.past_unchosen:
        lacks.append((_("%(n)d kỳ đã qua chưa chọn cách xử lý", n=found.past_unchosen), "ky-da-qua"))
    if all(one.decision == "rejected" for one in found.rows):
        lacks.append((_("chưa có nhiệm vụ nào"), "them-dong"))
    return lacks
