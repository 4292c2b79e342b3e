"""Monday's summary for coordinators and leaders: a small matrix of the plans, who is late, what is due this week.

The figures are those of the pages: the same functions count the same lines. Reads no database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from notifications.letters.lines import NOTE, Line, Section, cut, one_line, parts
from notifications.phrases import _, counted
from tracker.deadlines.workdays import NATIONAL
from tracker.progress.counts import Tally
from tracker.progress.standing import Standing, standing
from tracker.services import figures
from tracker.sheets.notice_words import unread_words
from tracker.sheets.words import day_words, period_words, short_day, standing_words
from tracker.store.queries.letter_rows import LetterRow, PlanLine
from tracker.store.queries.reading import UnreadRow
from tracker.store.queries.work import Counted

PLAN_NAME = 60
UNITS_SHOWN, DUE_SHOWN, PLANS_SHOWN = 12, 15, 40
COMING = ("today", "soon")


@dataclass(frozen=True)
class LateUnit:
    """A unit with overdue work: how many pieces, and where the longest of them stands."""

    id: int
    count: int
    longest: Standing


@dataclass(frozen=True)
class DueLine:
    """What is due this week: one task, timing and period on one day, whoever many units have it."""

    assignment_id: int
    due_on: date
    units: int


@dataclass(frozen=True)
class Week:
    """The summary as data. `names` are those of units, `works` the words of what is due. `unattended` are units in
    which nobody gets mail, `unread` others that do not read."""

    plans: tuple[tuple[PlanLine, Tally], ...]
    total: Tally
    late: tuple[LateUnit, ...]
    due: tuple[DueLine, ...]
    names: Mapping[int, str]
    works: Mapping[int, LetterRow]
    unattended: tuple[int, ...] = ()
    unread: tuple[UnreadRow, ...] = ()


@dataclass(frozen=True)
class Row:
    """A line of the matrix, in words."""

    name: str
    url: str
    figures: tuple[str, ...]

    @property
    def told(self) -> str:
        """The same as a sentence."""
        due, in_time, late, left, rate = self.figures
        return _(
            "%(name)s: đến hạn %(due)s, đúng hạn %(in_time)s, muộn %(late)s, chưa xong %(left)s, tỷ lệ %(rate)s",
            name=self.name,
            due=due,
            in_time=in_time,
            late=late,
            left=left,
            rate=rate,
        )


@dataclass(frozen=True)
class Summary:
    """The summary as the files print it."""

    title: str
    said: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    rest: str
    total: Row | None
    sections: tuple[Section, ...]
    url: str


def counted_week(plans: Sequence[PlanLine], lines: Iterable[Counted], today: date) -> Week:
    """The summary of these plans, still without the names and words of what it lists."""
    by_plan: dict[int, list[Counted]] = {plan.id: [] for plan in plans}
    for line in lines:
        if line.plan_id in by_plan:
            by_plan[line.plan_id].append(line)
    whole = [line for found in by_plan.values() for line in found]
    return Week(
        plans=tuple((plan, figures.of_plan(by_plan[plan.id], today)) for plan in plans if by_plan[plan.id]),
        total=figures.of_plan(whole, today),
        late=_late_units(whole, today),
        due=_due_lines(whole, today),
        names={},
        works={},
        unattended=tuple(sorted({line.holder_id for line in whole if line.work.state == "open"})),
    )


def _late_units(lines: Sequence[Counted], today: date) -> tuple[LateUnit, ...]:
    by_unit: dict[int, list[Counted]] = {}
    stands = figures.codes(today)
    for line in lines:
        if stands(line) == "overdue":
            by_unit.setdefault(line.holder_id, []).append(line)
    tally = figures.tallies(today)
    found = [
        LateUnit(
            unit,
            tally(own).overdue,
            max((standing(one.work, today, NATIONAL) for one in own), key=lambda at: at.days or 0),
        )
        for unit, own in by_unit.items()
    ]
    return tuple(sorted(found, key=lambda one: (-(one.longest.days or 0), -one.count, one.id)))


def _due_lines(lines: Sequence[Counted], today: date) -> tuple[DueLine, ...]:
    last = today + timedelta(days=6 - today.weekday())
    stands = figures.codes(today)
    groups: dict[tuple[date, int, int, str], list[Counted]] = {}
    for line in lines:
        due = line.work.due_on
        if due is not None and today <= due <= last and stands(line) in COMING:
            groups.setdefault((due, line.task_id, line.timing_id, line.period), []).append(line)
    return tuple(
        DueLine(min(one.id for one in found), key[0], len({one.holder_id for one in found}))
        for key, found in sorted(groups.items())
    )


def summary(week: Week, today: date, base_url: str) -> Summary:
    """The summary in words."""
    rows = tuple(_row(plan.name, f"{base_url}/ke-hoach/{plan.id}", tally) for plan, tally in week.plans)
    more = len(rows) - PLANS_SHOWN
    return Summary(
        title=_("Tổng hợp đầu tuần"),
        said=_said(week, today),
        heads=(_("Đến hạn"), _("Đúng hạn"), _("Muộn"), _("Chưa xong"), _("Tỷ lệ")),
        rows=rows[:PLANS_SHOWN],
        rest=_("Còn %(n)d kế hoạch nữa ở trang Theo dõi.", n=more) if more > 0 else "",
        total=_row(_("Cộng"), f"{base_url}/theo-doi", week.total) if len(rows) > 1 else None,
        sections=_sections(week, base_url),
        url=f"{base_url}/theo-doi",
    )


def _row(name: str, url: str, tally: Tally) -> Row:
    due = dict(tally.due)
    rate = tally.on_time
    left = rate.denominator - tally.done_of_due.numerator
    percent = "–" if rate.percent is None else f"{rate.percent}%"
    return Row(
        cut(name, PLAN_NAME),
        url,
        (str(rate.denominator), str(rate.numerator), str(due.get("late", 0)), str(left), percent),
    )


def _said(week: Week, today: date) -> str:
    rate = week.total.on_time
    if rate.percent is None:
        return _("Tính đến %(day)s chưa có nhiệm vụ nào đến hạn.", day=day_words(today))
    return _(
        "Tính đến %(day)s: %(due)d nhiệm vụ theo kỳ đã đến hạn, %(done)d xong đúng hạn (%(rate)s%%). Nhiệm vụ của "
        "nhiều đơn vị tính là xong khi đủ số đơn vị đã xong.",
        day=day_words(today),
        due=rate.denominator,
        done=rate.numerator,
        rate=rate.percent,
    )


def _sections(week: Week, base_url: str) -> tuple[Section, ...]:
    late = [
        Line(
            title=one_line(week.names.get(one.id, "")),
            note=counted("%(num)d việc quá hạn", one.count),
            standing=_longest(one.longest) if one.count > 1 else standing_words(one.longest),
            tone="son",
            mark="◆",
            url=f"{base_url}/theo-doi?don-vi={one.id}#chi-tiet",
        )
        for one in week.late[:UNITS_SHOWN]
    ]
    due = [_due_line(one, week, base_url) for one in week.due[:DUE_SHOWN] if one.assignment_id in week.works]
    nobody = [
        Line(
            title=one_line(week.names.get(one, "")),
            url=f"{base_url}/don-vi/{one}",
        )
        for one in week.unattended[:UNITS_SHOWN]
    ]
    unread = [
        Line(
            one_line(one.name),
            cut(unread_words(one.found), NOTE),
            url=f"{base_url}/don-vi/{one.found.unit.unit_id}",
        )
        for one in week.unread[:UNITS_SHOWN]
    ]
    return (
        *_listed(_("Đơn vị có việc quá hạn"), late, len(week.late), f"{base_url}/theo-doi?loc=qua-han"),
        *_listed(_("Đến hạn tuần này"), due, len(week.due), f"{base_url}/theo-doi"),
        *_listed(_("Đơn vị chưa có ai nhận thư"), nobody, len(week.unattended), f"{base_url}/don-vi"),
        *_listed(_("Đơn vị chưa đọc"), unread, len(week.unread), f"{base_url}/khong-doc"),
    )


def _longest(stands: Standing) -> str:
    """`lâu nhất 8 ngày làm việc`; a weekend alone is not counted out."""
    return _("lâu nhất %(n)d ngày làm việc", n=stands.days) if stands.days else standing_words(stands)


def _listed(name: str, lines: Sequence[Line], count: int, url: str) -> tuple[Section, ...]:
    if not lines:
        return ()
    more = count - len(lines)
    rest = _("Còn %(n)d dòng nữa, xin xem trên trang.", n=more) if more > 0 else ""
    return (Section(name, tuple(lines), count=count, rest=rest, rest_url=url if rest else ""),)


def _due_line(one: DueLine, week: Week, base_url: str) -> Line:
    row = week.works[one.assignment_id]
    whose = row.holder_name if one.units == 1 else counted("%(num)d đơn vị", one.units)
    return Line(
        title=cut(row.title, 160),
        note=parts(whose, row.plan_name, period_words(row.period)),
        day=day_words(one.due_on),
        url=f"{base_url}/viec/{one.assignment_id}"
        if one.units == 1
        else f"{base_url}/ke-hoach/{row.plan_id}",
    )


def headline(week: Week, today: date, *, alone: bool) -> str:
    """`tổng hợp tuần từ 18/5: 3 đơn vị có việc quá hạn, 5 nhiệm vụ đến hạn trong tuần`; beside other news its name
    alone."""
    if not alone:
        return _("tổng hợp tuần từ %(day)s", day=short_day(today))
    told = []
    if week.late:
        told.append(counted("%(num)d đơn vị có việc quá hạn", len(week.late)))
    if week.due:
        told.append(counted("%(num)d nhiệm vụ đến hạn trong tuần", len(week.due)))
    whole = ", ".join(told) or _("không có việc quá hạn, không có nhiệm vụ đến hạn trong tuần")
    return _("tổng hợp tuần từ %(day)s: %(told)s", day=short_day(today), told=whole)


def holders(week: Week) -> Collection[int]:
    """The units that it names."""
    return {*(one.id for one in week.late), *week.unattended}


def listed_works(week: Week) -> Collection[int]:
    """The work whose words it needs."""
    return {one.assignment_id for one in week.due[:DUE_SHOWN]}
