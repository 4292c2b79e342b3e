"""Periods and stepping: which occurrences a timing has, and when each of them is due.

The stepping rule: where the due day is the last day of its period, every due day is the last day of its
period; otherwise it keeps its day and its distance in months from the period's start, cut to the month's
length. A printed day that is strictly before is stepped first, then the day before it is taken.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ONCE = "once"
PLAN = "plan"
MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


@dataclass(frozen=True)
class Occurrence:
    """One period of a timing and the day on which it is due (None: no due date)."""

    period: str
    due: date | None


@dataclass(frozen=True)
class Cycle:
    """What stepping needs of a timing; see `tracker.drafts.model.TimingDraft`."""

    start: date | None = None
    due: date | None = None
    every: str | None = None
    printed: date | None = None
    ongoing: bool = False


def occurrences(cycle: Cycle, until: date) -> list[Occurrence]:
    """Every occurrence whose period begins on or before `until`; one without a cycle has exactly one."""
    if cycle.due is None:
        return [Occurrence(PLAN, None)]
    if not cycle.every:
        return [Occurrence(ONCE, cycle.due)]
    start = period_start(cycle.start or cycle.due, cycle.every)
    return [
        Occurrence(period_name(first, cycle.every), _stepped(cycle, start, first))
        for first in _starts(start, cycle.every, until)
    ]


def due_of(cycle: Cycle, period: str) -> date | None:
    """When the occurrence of that name is due: the same day as in `occurrences`."""
    if period == PLAN or cycle.due is None:
        return None
    if period == ONCE or not cycle.every:
        return cycle.due
    return _stepped(cycle, period_start(cycle.start or cycle.due, cycle.every), first_day(period))


def first_day(period: str) -> date:
    """The first day of a named period: `2026-Q3` begins on 1/7/2026."""
    year, _, part = period.partition("-")
    if part.startswith("W"):
        return date.fromisocalendar(int(year), int(part[1:]), 1)
    months = {"H": 6, "Q": 3}.get(part[:1], 1)
    number = int(part.lstrip("HQ") or 1)
    return date(int(year), (number - 1) * months + 1, 1)


def period_start(day: date, every: str) -> date:
    """The first day of the period that a day lies in."""
    if every == "week":
        return day - timedelta(days=day.weekday())
    size = MONTHS[every]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def period_end(start: date, every: str) -> date:
    """The last day of the period that begins on `start`."""
    return _next_start(start, every) - timedelta(days=1)


def period_name(start: date, every: str) -> str:
    """`2026`, `2026-H1`, `2026-Q3`, `2026-07` or `2026-W19`."""
    if every == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    names = {
        "year": f"{start.year}",
        "half-year": f"{start.year}-H{(start.month - 1) // 6 + 1}",
        "quarter": f"{start.year}-Q{(start.month - 1) // 3 + 1}",
        "month": f"{start.year}-{start.month:02d}",
    }
    return names[every]


def add_months(day: date, months: int) -> date:
    """The same day some months later, cut to the month's length."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _starts(start: date, every: str, until: date) -> Iterator[date]:
    while start <= until:
        yield start
        start = _next_start(start, every)


def _next_start(start: date, every: str) -> date:
    return start + timedelta(days=7) if every == "week" else add_months(start, MONTHS[every])


def _stepped(cycle: Cycle, start: date, first: date) -> date:
    """The due day of the period that begins on `first`, from the first one, whose period begins on `start`."""
    assert cycle.due is not None
    assert cycle.every is not None
    anchor = cycle.printed or cycle.due
    lead = anchor - cycle.due  # one day where the printed day is strictly before, else none
    if not lead and anchor == period_end(start, cycle.every):
        return period_end(first, cycle.every)
    if cycle.every == "week":
        return first + (cycle.due - start)
    apart = (first.year - start.year) * 12 + first.month - start.month
    return add_months(anchor, apart) - lead
