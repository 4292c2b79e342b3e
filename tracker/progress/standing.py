"""Where one assignment stands on a day: derived from what is stored, never stored itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tracker.deadlines.workdays import WorkCalendar

SOON_DAYS = 30  # calendar days: from here on a due date is "soon"
CALM_DAYS = 5  # working days: with more than this left, "soon" stays quiet


@dataclass(frozen=True)
class Work:
    """What of an assignment counts. `state` is one of `tracker.life.STATES`; `done_on` is the Vietnam date of
    the submission that was accepted, `submitted_on` of the one that waits for acceptance; `excuse` says why it
    need not be done; `held_on` is the day on which its period was closed or its plan ended: it stands as it did then;
    `enough` says that other units have done it, as many as its task asks for; `calendar` is the
    one of its committee, where it is known."""

    state: str
    due_on: date | None = None
    first_due_on: date | None = None
    done_on: date | None = None
    submitted_on: date | None = None
    waits_since: date | None = None
    excuse: str = ""
    enough: bool = False
    held_on: date | None = None
    calendar: WorkCalendar | None = field(default=None, compare=False, repr=False)

    @property
    def spared(self) -> bool:
        """Not done here, and not missed: enough other units have done it. It may be done all the same."""
        return self.enough and self.state in ("open", "waiting")

    def day(self, today: date) -> date:
        """The day as of which it stands: today, or the one on which it was closed."""
        return min(today, self.held_on) if self.held_on else today

    @property
    def undated(self) -> bool:
        """Without a due date, and not waiting for one: outside every rate."""
        return self.due_on is None and self.state != "waiting"


@dataclass(frozen=True)
class Standing:
    """`code` is open, soon, today, overdue, submitted, accepted, late, waiting, enough or excused.

    `days` are working days: left (open, soon), over (overdue) or late (late, and submitted after the due
    date); for waiting they are calendar days waited. None where there is nothing to count.
    """

    code: str
    days: int | None = None

    @property
    def calm(self) -> bool:
        """More than five working days are left: the words stay quiet."""
        return self.code in ("open", "soon") and (self.days is None or self.days > CALM_DAYS)


def standing(work: Work, today: date, calendar: WorkCalendar) -> Standing:
    """Where the work stands on `today`, by its own calendar if it has one."""
    calendar, today = work.calendar or calendar, work.day(today)
    if work.state == "excused":
        return Standing("excused")
    if work.state == "accepted":
        return _done(work, calendar)
    if work.state == "submitted":
        return Standing("submitted", _days_late(work.due_on, work.submitted_on, calendar))
    if work.spared:
        return Standing("enough")
    if work.state == "waiting":
        waited = (today - work.waits_since).days if work.waits_since else None
        return Standing("waiting", waited)
    return _open(work.due_on, today, calendar)


def when(work: Work, today: date, calendar: WorkCalendar) -> str:
    """Where open work stands in a list by time: overdue, today, week, month, soon (within thirty days), later, or
    undated. A list by weeks and months has no other boundaries."""
    code = standing(work, today, calendar).code
    due = work.due_on
    if due is None:
        return "undated"
    if code in ("overdue", "today"):
        return code
    if due <= today + timedelta(days=6 - today.weekday()):
        return "week"
    if (due.year, due.month) == (today.year, today.month):
        return "month"
    return "soon" if code == "soon" else "later"


def _open(due: date | None, today: date, calendar: WorkCalendar) -> Standing:
    if due is None:
        return Standing("open")
    last = calendar.in_time_until(due)
    if last < today:
        return Standing("overdue", calendar.working_days(last, today))
    if due <= today:
        return Standing("today", 0)
    code = "soon" if (due - today).days <= SOON_DAYS else "open"
    return Standing(code, calendar.working_days(today, due))


def _done(work: Work, calendar: WorkCalendar) -> Standing:
    late = _days_late(work.due_on, work.done_on, calendar)
    return Standing("accepted") if late is None else Standing("late", late)


def _days_late(due: date | None, done: date | None, calendar: WorkCalendar) -> int | None:
    if due is None or done is None:
        return None
    last = calendar.in_time_until(due)
    return None if done <= last else calendar.working_days(last, done)
