"""Ongoing work is asked about at the report dates of its plan: what is being done, what was done. It is never late,
goes to nobody above, and stands outside every rate; a note of its progress answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.deadlines.periods import ONCE
from tracker.progress.standing import Work

ASKED_DAYS = 7  # from so many calendar days before the report date on


@dataclass(frozen=True)
class ReportDay:
    """A day on which a report of the plan is due, and what it covers."""

    covers: str
    by: date


@dataclass(frozen=True)
class Note:
    """That somebody told the progress: for which report (`covers`, empty where it was not said), and when."""

    covers: str
    on: date


@dataclass(frozen=True)
class Asked:
    """The next report for which ongoing work is asked about: `now` from a week before it, until it is `told`."""

    covers: str
    by: date
    now: bool
    told: bool


def report_day(period: str, due: date) -> ReportDay:
    """The report of that period; one that comes once is named by its day."""
    return ReportDay(due.isoformat() if period == ONCE else period, due)


def asked(work: Work, reports: Iterable[ReportDay], notes: Collection[Note], today: date) -> Asked | None:
    """For which report the work is asked about next; None for work that is dated, done, waiting or excused."""
    if work.state != "open" or work.due_on is not None:
        return None
    coming = [one for one in reports if one.by >= today]
    if not coming:
        return None
    following = min(coming, key=lambda one: (one.by, one.covers))
    begins = following.by - timedelta(days=ASKED_DAYS)
    told = any(note.covers == following.covers or (not note.covers and note.on >= begins) for note in notes)
    return Asked(following.covers, following.by, now=begins <= today and not told, told=told)
