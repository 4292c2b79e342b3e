"""How far a due day may be moved, and how long somebody waited. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tracker.deadlines.workdays import WorkCalendar

DAY = timedelta(days=1)
PLAN, NEXT = "plan", "next"


@dataclass(frozen=True)
class Room:
    """The days that may be asked for: from `first` to `last` (None: no end). `end` says what the last one is: the
    end of the plan, or the due day of the next period."""

    due: date
    first: date
    last: date | None = None
    end: str = ""

    @property
    def empty(self) -> bool:
        return self.last is not None and self.last < self.first

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def room(due: date, today: date, plan_end: date | None, next_due: date | None) -> Room:
    """Later than the present due day and than today; not after the plan's end, nor after the day on which the next
    period is due. A plan that asked for the work after its own end gives no end for it."""
    ends = [(next_due, NEXT)] if next_due is not None and next_due > due else []
    if plan_end is not None and plan_end >= due:
        ends.append((plan_end, PLAN))
    last, end = min(ends, default=(None, ""), key=lambda one: one[0])
    return Room(due, max(due, today) + DAY, last, end)


@dataclass(frozen=True)
class Waited:
    """How long a wait has lasted: calendar days, and the working days among them."""

    days: int
    working_days: int


def waited(since: date, until: date, calendar: WorkCalendar) -> Waited:
    """From the day on which the wait began up to the day before `until`, the day on which it ended (or today)."""
    if until <= since:
        return Waited(0, 0)
    return Waited((until - since).days, calendar.working_days(since - DAY, until - DAY))
