"""Doubts as questions: a doubt of a row goes in, its sentence and the ready answers to it come out.

An answer changes the row (`answered`), says whom a mention means, or that the reading was right (`kept`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.drafts.checks import DOUBT_WORDS
from tracker.drafts.model import Doubt, TaskDraft, TimingDraft
from tracker.sheets.words import day_words
from tracker.store.queries.rows import ReviewRow

FIELDS = {
    "title": _l("Nhiệm vụ"),
    "kind": _l("Loại"),
    "path": _l("Vị trí"),
    "leads": _l("Chủ trì"),
    "partners": _l("Phối hợp"),
    "timings": _l("Thời hạn"),
    "deliverables": _l("Sản phẩm"),
    "recipient": _l("Nơi nhận"),
    "accountable": _l("Chịu trách nhiệm"),
}

# What stands before a span in the document.
MARKS = {
    "title": _l("việc"),
    "leads": _l("chủ trì"),
    "partners": _l("phối hợp"),
    "timings": _l("hạn"),
    "deliverables": _l("sản phẩm"),
    "recipient": _l("nơi nhận"),
    "accountable": _l("chịu trách nhiệm"),
}

# Doubts that the services raise about whom a mention means; the rest stand in DOUBT_WORDS.
UNIT_WORDS = {
    "no-unit": _l("Chưa biết là đơn vị nào trong danh sách. Xin chọn."),
    "unknown-unit": _l("Chưa biết là đơn vị nào trong danh sách. Xin chọn, hoặc để chưa giao."),
    "empty-group": _l(
        "Vào ngày của kế hoạch không có đơn vị nào thuộc nhóm này. Xin chọn đơn vị khác, hoặc sửa nhóm ở trang Đơn vị."
    ),
    "unit-gone": _l(
        "Đơn vị này nay không còn (sáp nhập, chia tách hoặc giải thể) và không có một đơn vị kế thừa duy nhất. "
        "Xin chọn đơn vị làm tiếp."
    ),
}
ABOUT_UNITS = ("no-unit", "unknown-unit", "empty-group", "unit-gone", "vague-unit", "committee-lead")

# How people say "it is as it was read", where plain words would mislead.
KEEP_WORDS = {
    "no-lead": _l("Để chưa giao cho đơn vị nào"),
    "no-date": _l("Để không có hạn"),
    "awaits-event": _l("Đúng, chờ việc này rồi mới có hạn"),
    "no-recipient": _l("Không cần ghi nơi nhận"),
    "vague-time": _l("Để như đã đọc"),
    "unread-time": _l("Để không có hạn"),
}

KEEP, ONGOING, COORDINATOR = "keep", "ongoing", "coordinator"


@dataclass(frozen=True)
class Answer:
    """`name` and `value` are what the form sends; `words` what the person chooses."""

    name: str
    value: str
    words: str
    note: str = ""


def field_name(field: str) -> str:
    """What the form calls a field; the whole row where a doubt names none."""
    return str(FIELDS.get(field, _("Cả dòng")))


def sentence(doubt: Doubt) -> str:
    """What is doubtful, in a sentence; a code without words of its own is named by its field."""
    words = UNIT_WORDS.get(doubt.code) or DOUBT_WORDS.get(doubt.code)
    if words:
        return str(words)
    return str(_("Chưa chắc ở mục “%(field)s”. Xin đối chiếu với văn bản.", field=field_name(doubt.field)))


def mention_of(row: ReviewRow, doubt: Doubt) -> int | None:
    """Which mention of the row the doubt is about, if it asks who is meant."""
    if doubt.code not in ABOUT_UNITS:
        return None
    for number, mention in enumerate(row.mentions):
        if mention.part == "lead" and mention.text == doubt.text:
            return number
    return None


def answers(row: ReviewRow, number: int, coordinator: str) -> list[Answer]:
    """Ready answers to the row's doubt of that number; what blocks publishing cannot simply be kept."""
    doubt = row.doubts[number]
    name = f"answer-{number}"
    about = mention_of(row, doubt)
    if about is not None:
        return list(_unit_answers(row, about, name, doubt))
    found = [Answer(name, f"choice:{n}", _choice_words(choice)) for n, choice in enumerate(doubt.choices)]
    if doubt.code == "no-lead" and coordinator:
        found.append(Answer(name, COORDINATOR, coordinator, _("đơn vị theo dõi kế hoạch")))
    if doubt not in row.blocking and doubt.code != "no-title":
        note = _read(row.task, doubt.field) if doubt.code not in KEEP_WORDS else ""
        found.append(Answer(name, KEEP, str(KEEP_WORDS.get(doubt.code, _("Đúng như đã đọc"))), note))
    if doubt.field == "timings" and doubt.code != "no-date":
        found.append(Answer(name, ONGOING, _("Việc thường xuyên, không có hạn")))
    return found


def _unit_answers(row: ReviewRow, about: int, name: str, doubt: Doubt) -> Iterator[Answer]:
    mention = row.mentions[about]
    if mention.value and mention.value != "none" and doubt not in row.blocking:
        yield Answer(name, KEEP, _("Đúng: %(unit)s", unit=mention.name), _units(mention.units))
    for choice in mention.choices:
        if choice.value != mention.value:
            yield Answer(f"meant-{about}", choice.value, choice.name, _units(choice.units))
    yield Answer(f"meant-{about}", "none", _("Để chưa giao cho đơn vị nào"))


def _units(count: int) -> str:
    return _("%(n)d đơn vị", n=count) if count > 1 else ""


def answered(task: TaskDraft, before: ReviewRow, form: Mapping[str, str], coordinator: str) -> TaskDraft:
    """The row after the answers that change it."""
    for number, doubt in enumerate(before.doubts):
        value = form.get(f"answer-{number}", "")
        if value == ONGOING:
            task = replace(task, timings=tuple(_ongoing(one) for one in task.timings))
        elif value == COORDINATOR and not task.leads:
            task = replace(task, leads=(coordinator,))
        elif value.startswith("choice:") and value[7:].isdecimal() and int(value[7:]) < len(doubt.choices):
            task = _with_choice(task, doubt, doubt.choices[int(value[7:])])
    return task


def kept(before: ReviewRow, form: Mapping[str, str]) -> list[str]:
    """The codes of the doubts to which the answer was: it is as it was read."""
    return [doubt.code for number, doubt in enumerate(before.doubts) if form.get(f"answer-{number}") == KEEP]


def timing_words(timing: TimingDraft) -> str:
    """One timing as it was understood, in words."""
    cycles = {
        "week": _("hằng tuần"),
        "month": _("hằng tháng"),
        "quarter": _("hằng quý"),
        "half-year": _("6 tháng một lần"),
        "year": _("hằng năm"),
    }
    parts = [timing.label or "", cycles.get(timing.every or "", "")]
    if timing.due:
        parts.append((_("lần đầu %(day)s") if timing.every else "%(day)s") % {"day": day_words(timing.due)})
    if timing.ongoing:
        parts.append(_("thường xuyên"))
    if timing.awaits:
        parts.append(_("chờ %(event)s", event=timing.awaits))
    return ", ".join(part for part in parts if part) or timing.text or _("không có hạn")


def _ongoing(timing: TimingDraft) -> TimingDraft:
    return replace(
        timing, due=None, every=None, ongoing=True, bound=None, printed=None, offset=None, soft=False
    )


def _with_choice(task: TaskDraft, doubt: Doubt, choice: str) -> TaskDraft:
    """The row with a ready answer in the field that was doubtful."""
    if doubt.field == "timings":
        return replace(task, timings=tuple(_with_day(one, doubt, choice) for one in task.timings))
    if doubt.field in ("leads", "partners", "deliverables"):
        old = getattr(task, doubt.field)
        swapped = tuple(choice if one == doubt.text else one for one in old)
        return _changed(task, doubt.field, swapped if swapped != old else (choice,))
    if doubt.field in ("title", "kind", "recipient", "accountable"):
        return _changed(task, doubt.field, choice)
    return task


def _changed(task: TaskDraft, field: str, value: str | tuple[str, ...]) -> TaskDraft:
    given: dict[str, Any] = {field: value}
    return replace(task, **given)


def _with_day(timing: TimingDraft, doubt: Doubt, choice: str) -> TimingDraft:
    day = _iso_day(choice)
    if day is None or (doubt.text and doubt.text not in timing.text):
        return timing
    return replace(timing, due=day, bound=None, printed=None, offset=None, soft=False)


def _choice_words(choice: str) -> str:
    day = _iso_day(choice)
    return _("Hạn %(day)s", day=day_words(day)) if day else choice


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read(task: TaskDraft, field: str) -> str:
    """What the row holds in a field, for the answer that keeps it."""
    if field == "timings":
        return "; ".join(timing_words(one) for one in task.timings)
    value = getattr(task, field, "") if field in FIELDS else ""
    return "; ".join(str(one) for one in value) if isinstance(value, tuple) else str(value or "")
