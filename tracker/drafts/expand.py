"""From drafted rows to assignments: pure, so that the preview and the publishing can only agree.

One row gives an assignment for each timing, unit and period. A row without a due date gives one a unit with
period `plan`; one that awaits an event begins *waiting*; one without units is *chưa giao* and gives none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from tracker.deadlines.periods import ONCE, PLAN, Cycle, Occurrence, add_months, occurrences
from tracker.drafts.model import PlanPeriod, TaskDraft, TimingDraft

ROLLING_MONTHS = 12  # how far ahead a cycle without an end is laid out
LONGEST_MONTHS = 30 * 12  # no plan is followed for longer than this
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)

NO_TIMING = TimingDraft(text="")


class Planned(NamedTuple):
    """One assignment to be: `timing` is the index in the row's timings, -1 where the row has none."""

    timing: int
    unit_id: int
    period: str
    due: date | None
    waits_for: str


def row_timings(task: TaskDraft) -> Sequence[TimingDraft]:
    """The row's timings; a row without words about time has one that says nothing."""
    return task.timings or (NO_TIMING,)


def horizon(period: PlanPeriod, today: date) -> date:
    """The day up to which cycles are laid out: the end of the plan, or a rolling window."""
    if period.end is None:
        return add_months(today, ROLLING_MONTHS)
    return min(period.end, add_months(period.start or today, LONGEST_MONTHS), LAST_DAY)


def believable(timing: TimingDraft) -> bool:
    """Whether every day of it lies in years that a plan of ours can mean; 20/5/26 read as the year 26 does not."""
    return all(FIRST_DAY <= day <= LAST_DAY for day in (timing.start, timing.due, timing.printed) if day)


def periods_of(timing: TimingDraft, until: date) -> list[Occurrence]:
    """The occurrences of one timing."""
    if timing.due is None or not believable(timing):
        # `Theo hướng dẫn …` or `thường xuyên`: once for the whole plan.
        return [Occurrence(PLAN, None)]
    if timing.awaits and not timing.every:
        return [Occurrence(ONCE, timing.due)]
    cycle = Cycle(timing.start, timing.due, timing.every, timing.printed, timing.ongoing)
    return occurrences(cycle, until)


def expand(task: TaskDraft, unit_ids: Iterable[int], period: PlanPeriod, today: date) -> list[Planned]:
    """Every assignment of one row, in the order of its timings, periods and units."""
    until = horizon(period, today)
    units = tuple(dict.fromkeys(unit_ids))
    planned = []
    for index, timing in enumerate(row_timings(task)):
        for occurrence in periods_of(timing, until):
            planned += [
                Planned(index, unit, occurrence.period, occurrence.due, timing.awaits or "") for unit in units
            ]
    return planned
