"""The reader's own open work in a letter: groups by urgency, what was inherited, what is not listed. No database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import partial

from notifications.letters.facts import Facts
from notifications.letters.lines import (
    SHOWN,
    TITLE,
    Line,
    Section,
    by_when,
    cut,
    joined,
    one_line,
    parts,
    section,
    whose,
)
from notifications.phrases import _, counted
from tracker.clock import vietnam_day
from tracker.deadlines.workdays import NATIONAL, WorkCalendar
from tracker.progress.standing import standing, when
from tracker.sheets.words import day_words, period_words, plain_day, short_day, standing_words
from tracker.store.queries.notices import DigestRow, InheritedRow

PREVIEW = 160
MARKS = {"overdue": "◆", "today": "●"}
TONES = {"overdue": "son", "today": "nghe", "week": "nghe"}
GROUPS = ("overdue", "today", "week", "month", "later")


def listed(rows: Iterable[DigestRow], told: Collection[tuple[int, date]], today: date) -> list[DigestRow]:
    """What a digest tells: the steps it is sent for, and all that is overdue or due today. Nothing at all where none
    of its steps is still owed."""
    rows = list(rows)
    if not any((row.id, row.due_on) in told for row in rows):
        return []
    return [row for row in rows if (row.id, row.due_on) in told or row.due_on <= today]


def wanted(
    rows: Iterable[DigestRow], told: Collection[tuple[int, date]], today: date, *, late_only: bool
) -> list[DigestRow]:
    """The same for somebody who may have turned the reminders off: of these only what is overdue."""
    found = listed(rows, told, today)
    return [row for row in found if group_of(row, today) == "overdue"] if late_only else found


def group_of(row: DigestRow, today: date) -> str:
    """As the list of the unit has it; what is soon and what is later are one group here."""
    code = when(row.work, today, NATIONAL)
    return "later" if code == "soon" else code


def sections(
    rows: Sequence[DigestRow], today: date, calendar: WorkCalendar, base_url: str, facts: Facts
) -> list[Section]:
    """One for each group, the most urgent first."""
    several = len({row.holder_id for row in rows}) > 1
    found: dict[str, list[DigestRow]] = {code: [] for code in GROUPS}
    for row in rows:
        found[group_of(row, today)].append(row)
    url = partial(facts.url, base_url=base_url)
    return [
        one
        for code, own in found.items()
        if own
        for one in section(
            _group_name(code),
            (_line(row, code, today, calendar, url(row.id), with_unit=several) for row in own),
            f"{base_url}/viec",
            tone=TONES.get(code, "dim"),
            mark=MARKS.get(code, "○"),
            count=len(own),
        )
    ]


def _group_name(code: str) -> str:
    match code:
        case "overdue":
            return _("Quá hạn")
        case "today":
            return _("Hôm nay")
        case "week":
            return _("Tuần này")
        case "month":
            return _("Tháng này")
    return _("Sau đó")


def _line(
    row: DigestRow, code: str, today: date, calendar: WorkCalendar, url: str, *, with_unit: bool
) -> Line:
    state = standing(row.work, today, calendar)
    return Line(
        title=cut(row.title, TITLE),
        note=_note(row, with_unit=with_unit),
        day=day_words(row.due_on),
        standing=standing_words(state),
        tone="dim" if state.calm else TONES.get(code, "nghe"),
        mark=MARKS.get(code, "○"),
        url=url,
    )


def _note(row: DigestRow, *, with_unit: bool) -> str:
    returned = ""
    if row.returned_on:
        day = short_day(vietnam_day(row.returned_on))
        returned = _("đã trả lại ngày %(day)s: “%(words)s”", day=day, words=cut(row.returned_reason, 200))
    return parts(row.holder_name if with_unit else "", row.plan_name, period_words(row.period), returned)


def headline(rows: Sequence[DigestRow], today: date) -> str:
    """`UBND xã Tân Lập: 2 việc quá hạn, 1 việc đến hạn hôm nay`; `…: 2 việc sắp đến hạn, gần nhất 22/5/2026`"""
    codes = Counter(group_of(row, today) for row in rows)
    overdue, now = codes["overdue"], codes["today"]
    told = []
    if overdue:
        told.append(counted("%(num)d việc quá hạn", overdue))
    if now:
        told.append(counted("%(num)d việc đến hạn hôm nay", now))
    if not told:
        soon = counted("%(num)d việc sắp đến hạn", len(rows))
        first = plain_day(min(row.due_on for row in rows))
        told.append(
            _("%(soon)s, gần nhất %(day)s", soon=soon, day=first)
            if len(rows) > 1
            else _("%(soon)s, hạn %(day)s", soon=soon, day=first)
        )
    return one_line(f"{whose(row.holder_name for row in rows)}: {', '.join(told)}")


def preview(rows: Sequence[DigestRow], today: date) -> str:
    """What a mail program shows beside the subject."""
    found: dict[str, list[str]] = {}
    for row in rows[:SHOWN]:
        words = f"{cut(row.title, PREVIEW)} ({short_day(row.due_on)})"
        found.setdefault(_group_name(group_of(row, today)), []).append(words)
    return cut(" ".join(f"{name}: {'; '.join(words)}." for name, words in found.items()), PREVIEW)


def rest(rows: Sequence[DigestRow], told_of: Collection[int], today: date) -> str:
    """What the digest does not list, so that nobody takes it for everything."""
    left = [row for row in rows if row.id not in told_of and row.due_on > today]
    month = sum(group_of(row, today) in ("week", "month") for row in left)
    later = len(left) - month
    if month and later:
        return _(
            "Còn %(n)d việc nữa trong tháng %(month)d và %(m)d việc sau đó.",
            n=month,
            month=today.month,
            m=later,
        )
    if month:
        return _("Còn %(n)d việc nữa trong tháng %(month)d.", n=month, month=today.month)
    return _("Còn %(n)d việc đến hạn sau tháng %(month)d.", n=later, month=today.month) if later else ""


# What came with a reorganisation


def inherited_sections(rows: Sequence[InheritedRow], base_url: str, facts: Facts) -> tuple[Section, ...]:
    """A line for each task and due date, with all units from which it came."""
    found: dict[tuple[str, str, str, date | None, str], list[InheritedRow]] = {}
    for row in rows:
        found.setdefault((row.title, row.plan_name, row.period, row.due_on, row.holder_name), []).append(row)
    if not found:
        return ()
    several = len({row.holder_name for row in rows}) > 1
    together = list(found.values())
    lines = tuple(_inherited_line(same, base_url, facts, with_unit=several) for same in together[:SHOWN])
    more = sum(len(same) for same in together[SHOWN:])
    said = _("Còn %(n)d việc tiếp nhận khác ở danh sách việc.", n=more) if more else ""
    name = _("Tiếp nhận do sắp xếp đơn vị")
    return (Section(name, lines, count=len(rows), rest=said, rest_url=f"{base_url}/viec"),)


def _inherited_line(same: Sequence[InheritedRow], base_url: str, facts: Facts, *, with_unit: bool) -> Line:
    row = same[0]
    origin = _("từ %(units)s", units=joined(one.from_name for one in same))
    note = parts(row.holder_name if with_unit else "", origin, row.plan_name, period_words(row.period))
    day = _("hạn: %(day)s", day=day_words(row.due_on)) if row.due_on else _("không có hạn")
    return Line(cut(row.title, TITLE), note, day=day, url=facts.url(row.id, base_url))


def inherits(rows: Sequence[InheritedRow]) -> str:
    """`UBND xã Tân Bình: tiếp nhận 3 việc, hạn đầu tiên 20/11/2026`"""
    said = by_when(counted("tiếp nhận %(num)d việc", len(rows)), (row.due_on for row in rows))
    return one_line(f"{whose(row.holder_name for row in rows)}: {said}")
